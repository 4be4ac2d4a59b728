"""Lists of references of every kind, from the file to the sources of a document (R-81, R-84)."""

import json
from pathlib import Path

import pytest

from documents.enums import UploadPurpose, UploadState
from documents.models import Document
from tests.documents.uploads.conftest import HandIn

pytestmark = pytest.mark.django_db

LISTS = {
    "savedrecs.txt": "FN Salt Index\nVR 1.0\nPT J\nAU Oberg, T\nAF Öberg, Tove\nTI Salt and water\nPY 2019\nER\n\nEF\n",
    "savedrecs.ciw": "FN Salt Index\nVR 1.0\nPT J\nAU Öberg, Tove\nTI Salt and water\nPY 2019\nER\n",
    "pubmed.nbib": "PMID- 1\nTI  - Salt and water.\nFAU - Öberg, Tove\nDP  - 2019 Mar\n",
    "endnote.enw": "%0 Journal Article\n%A Öberg, Tove\n%T Salt and water\n%D 2019\n",
    "endnote.xml": (
        "<?xml version='1.0'?><xml><records><record><contributors><authors><author>Öberg, Tove</author></authors>"
        "</contributors><titles><title>Salt and water</title></titles><dates><year>2019</year></dates>"
        "</record></records></xml>"
    ),
    "zotero.json": json.dumps(
        [
            {
                "type": "article-journal",
                "title": "Salt and water",
                "author": [{"family": "Öberg", "given": "Tove"}],
                "issued": {"date-parts": [[2019]]},
            }
        ]
    ),
    "list.ris": "TY  -JOUR\nAU  -Öberg, Tove\nTI  -Salt and water\nPY  -2019",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_becomes_sources(hand_in: HandIn, document: Document, tmp_path: Path, name: str) -> None:
    path = tmp_path / "list"
    path.write_text(LISTS[name], encoding="utf-8")
    upload = hand_in(path, name=name)
    assert (upload.state, upload.verdict) == (
        UploadState.READY,
        "Read: 1 entry, 0 with texts that can be cited.",
    )
    source = document.sources.get()
    assert (source.key, source.title) == ("oberg-2019", "Salt and water")


def test_a_list_is_no_assignment(hand_in: HandIn, tmp_path: Path) -> None:
    for name, text in LISTS.items():
        path = tmp_path / "list"
        path.write_text(text, encoding="utf-8")
        assert "Hand it in under sources" in hand_in(path, name=name, purpose=UploadPurpose.ASSIGNMENT).verdict


def test_entries_that_are_not_read_are_named_at_the_file(hand_in: HandIn, tmp_path: Path) -> None:
    path = tmp_path / "list.ris"
    path.write_text("TY  - JOUR\nTI  - Salt\nER  - \nTY  - JOUR\nAU  - Quist, Nils\nER  - \n")
    assert hand_in(path).verdict == (
        "Read: 1 of 2 entries, 0 with texts that can be cited. Not read: line 4 (no title)."
    )


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859_2"])
def test_names_of_central_europe_are_read_in_old_encodings(
    hand_in: HandIn, document: Document, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "list.bib"
    text = "@book{a,\n author = {Růžičková, Alžběta},\n title = {Święto soli},\n year = 2019\n}\n"
    path.write_bytes(text.encode(encoding))
    hand_in(path)
    source = document.sources.get()
    assert source.title == "Święto soli"
    assert source.csl["author"] == [{"family": "Růžičková", "given": "Alžběta"}]
