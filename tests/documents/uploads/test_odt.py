"""Which ODT files are let in (R-81)."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from documents.enums import UploadState
from documents.models import Passage
from documents.uploads.inspection import inspect
from documents.uploads.verdict import FileKind, FileVerdict
from tests.documents import files
from tests.documents.uploads.conftest import HandIn

TEXT = "<text:p>They rang.</text:p>"
BOMB = b" " * 50_000_000


def judge(path: Path) -> FileVerdict:
    return inspect(path, name=path.name, max_size=10**9)


def test_a_text_is_let_in_under_any_name(tmp_path: Path) -> None:
    pictures = {
        "Pictures/a.png": b"\x89PNG\r\n",
        "Object 1/content.xml": b"<math/>",
        "Thumbnails/thumbnail.png": b"\x89PNG",
    }
    assert judge(files.odt(tmp_path / "a.docx", TEXT, parts=pictures)).kind is FileKind.ODT
    assert not FileKind.ODT.is_reference_list


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "application/vnd.oasis.opendocument.spreadsheet"}, "OpenDocument text"),
        ({"kind": f"{files.ODT_TYPE}-template"}, "OpenDocument text"),
        ({"manifest": "<manifest:encryption-data/>"}, "locked with a password"),
        ({"manifest": "<"}, "damaged"),
        ({"parts": {"Basic/Standard/Module1.xml": b"<a/>"}}, "macros"),
        ({"parts": {"Scripts/python/a.py": b"import os"}}, "macros"),
        ({"parts": {"Object 1/a.exe": b"MZ"}}, "another file inside"),
        ({"parts": {"../a.xml": b"<a/>"}}, "lead out of it"),
        ({"parts": {"Pictures/a.png": BOMB}}, "hundredfold"),
        ({"prolog": "<!DOCTYPE a>"}, "definitions"),
    ],
    ids=["spreadsheet", "template", "locked", "damaged", "macro", "script", "program", "path", "bomb", "doctype"],
)
def test_others_are_refused_with_the_reason(tmp_path: Path, given: dict[str, Any], words: str) -> None:
    verdict = judge(files.odt(tmp_path / "a.odt", TEXT, **given))
    assert not verdict.accepted
    assert words in str(verdict.reason)


def test_one_without_contents_or_list_is_refused(tmp_path: Path) -> None:
    for parts in ([], ["META-INF/manifest.xml"]):
        path = tmp_path / "a.odt"
        with zipfile.ZipFile(path, "w") as package:
            package.writestr("mimetype", files.ODT_TYPE)
            for name in parts:
                package.writestr(name, "<a/>")
        assert "OpenDocument text" in str(judge(path).reason)


@pytest.mark.django_db
def test_its_text_becomes_passages(hand_in: HandIn, tmp_path: Path) -> None:
    body = "".join(f"<text:p>{files.prose(60, start=at * 60)}</text:p>" for at in range(4))
    upload = hand_in(files.odt(tmp_path / "a.odt", f'<text:h text:style-name="Title">Bells</text:h>{body}'))
    assert (upload.state, upload.format, upload.verdict) == (UploadState.READY, "odt", "Read.")
    assert upload.sources.get().title == "Bells"
    assert Passage.objects.exists()
