import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.domain.text import citation_keys
from documents.sources.keys import key_for
from documents.sources.uploaded import csl_of_upload
from reading.people import people
from reading.protocol import Meta

ISSUED = {"date-parts": [[2021]]}


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({"author": [{"family": "Rossi", "given": "Anna"}], "issued": ISSUED}, "rossi-2021"),
        ({"author": [{"family": "Łukasiewicz"}], "issued": ISSUED}, "lukasiewicz-2021"),
        ({"author": [{"family": "von der Heyden"}], "issued": ISSUED}, "von-der-heyden-2021"),
        ({"author": [{"literal": "The Debian Project"}], "title": "The Debian Policy Manual", "issued": ISSUED},
         "debian-policy-2021"),
        ({"title": "Über die Größe von Dingen"}, "uber-grosse"),
        ({"title": "1984"}, "s-1984"),
        ({"title": "道德經"}, "source"),
        ({}, "source"),
    ],
)  # fmt: skip
def test_keys_say_who_and_when(item: dict[str, object], key: str) -> None:
    assert key_for(item, []) == key


def test_keys_are_unique_however_many_there_are() -> None:
    taken: list[str] = []
    for _ in range(60):
        taken.append(key_for({"author": [{"family": "Rossi"}], "issued": ISSUED}, taken))
    assert taken[:3] == ["rossi-2021", "rossi-2021b", "rossi-2021c"]
    assert len(set(taken)) == 60


@given(st.text(max_size=80), st.text(max_size=80), st.integers(1450, 2100))
def test_any_key_is_read_back_from_a_citation(family: str, title: str, year: int) -> None:
    item = {"author": [{"family": family}], "title": title, "issued": {"date-parts": [[year]]}}
    key = key_for(item, ["source"])
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", key)
    assert len(key) <= 64
    assert [cited.key for cited in citation_keys(f"So it is [@{key}, p. 4].")] == [key]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Anna Rossi; Jan Novák", [{"family": "Rossi", "given": "Anna"}, {"family": "Novák", "given": "Jan"}]),
        ("Anna Rossi and Jan Novák", [{"family": "Rossi", "given": "Anna"}, {"family": "Novák", "given": "Jan"}]),
        ("Anna Rossi, Jan Novák", [{"family": "Rossi", "given": "Anna"}, {"family": "Novák", "given": "Jan"}]),
        ("Rossi, Anna", [{"family": "Rossi", "given": "Anna"}]),
        ("Ludwig van Beethoven", [{"family": "van Beethoven", "given": "Ludwig"}]),
        ("The Debian Policy Mailing List", [{"literal": "The Debian Policy Mailing List"}]),
        ("Department of Health and Social Care", [{"literal": "Department of Health and Social Care"}]),
        ("Microsoft Office User", []),
        ("python-docx", []),
        ("admin", []),
        ("", []),
    ],
)
def test_names_are_split_only_where_they_say_so(text: str, names: list[dict[str, str]]) -> None:
    assert people(text) == names


def test_upload_is_named_from_what_its_first_page_carries() -> None:
    meta = Meta(title="On Things", author="Anna Rossi", date="D:20210304120000Z", pages=60)
    front = "On Things\n\nAnna Rossi\n\nTorino, 4 March 2021\n\nThe 1984 edition differs."
    assert csl_of_upload(meta=meta, name_words="scan 17", front=front, has_pages=True) == {
        "type": "book",
        "title": "On Things",
        "author": [{"family": "Rossi", "given": "Anna"}],
        "issued": {"date-parts": [[2021]]},
    }


def test_nothing_is_invented_where_the_file_is_silent() -> None:
    meta = Meta(title="Microsoft Word - draft3.docx", author="J. Owner", date="D:20190101", pages=3)
    csl = csl_of_upload(
        meta=meta, name_words="my notes", front="it begins at once, in 1999 or so, with text.", has_pages=True
    )
    assert csl == {"type": "report", "title": "my notes"}


def test_title_comes_from_the_first_lines_where_metadata_are_worthless() -> None:
    meta = Meta(title="untitled", pages=3)
    front = "A Study of Lamps and Lenses\n\nThis study begins with a long sentence that ends here."
    assert (
        csl_of_upload(meta=meta, name_words="x", front=front, has_pages=True)["title"] == "A Study of Lamps and Lenses"
    )


def test_what_the_first_page_shows_comes_before_metadata() -> None:
    shown = {
        "title": "Bells at Night", "author": [{"family": "Talvik", "given": "Mira"}], "year": 2016, "volume": "31",
        "container-title": "Marine Signals", "page": "88-104",
    }  # fmt: skip
    meta = Meta(title="Slides", author="J. Owner", date="D:2021", pages=17, front=shown)
    assert csl_of_upload(meta=meta, name_words="x", front="Slides of 2021 by J. Owner", has_pages=True) == {
        "type": "article-journal", "title": "Bells at Night", "author": [{"family": "Talvik", "given": "Mira"}],
        "issued": {"date-parts": [[2016]]}, "volume": "31", "container-title": "Marine Signals", "page": "88-104",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        ({"arxiv": "1911.04321"}, "article"),
        ({"arxiv": "1911.04321", "DOI": "10.48550/arxiv.1911.04321"}, "article"),
        ({"arxiv": "1911.04321", "container-title": "Marine Signals"}, "article-journal"),
        ({"ISBN": "978-3-16-148410-0"}, "book"),
        ({"type": "paper-conference", "container-title": "Proceedings of Bells"}, "paper-conference"),
        ({}, "report"),
    ],
)
def test_the_kind_of_a_work_follows_from_its_identifiers(shown: dict[str, str], kind: str) -> None:
    csl = csl_of_upload(meta=Meta(pages=9, front={"title": "Bells", **shown}), name_words="x", front="", has_pages=True)
    assert csl["type"] == kind
    if kind == "article":
        assert (csl["publisher"], csl["URL"]) == ("arXiv", "https://arxiv.org/abs/1911.04321")


def test_one_doi_on_the_first_page_is_the_works_own() -> None:
    meta = Meta(title="On Things", pages=8)
    front = "On Things\n\nhttps://doi.org/10.1000/XYZ.12.\n\nText"
    csl = csl_of_upload(meta=meta, name_words="x", front=front, has_pages=True)
    assert (csl["DOI"], csl["type"]) == ("10.1000/xyz.12", "article-journal")
