"""Scans: what is done with the program that recognises text, by stand-ins for it and, where there, by itself."""

import shutil
from pathlib import Path

import pypdfium2
import pytest

from documents.domain.unreadable import WORDS
from reading.failures import ExtractionFailed
from reading.protocol import Meta, Page, Recognition
from reading.recognition import PATH, program_of
from reading.runner import recognised
from tests.documents import files
from tests.reading.typeset import large, typeset

#: Words of a language, as a recogniser gives them.
PROSE = (
    "The book of the harbour was kept by hand and it is for that reason not a source which the town could lose. " * 4
)


def stand_in(folder: Path, does: str) -> str:
    """A program that is called as ocrmypdf is; `$given` and `$made` are its last two arguments."""
    path = folder / "recogniser"
    path.write_text(f'#!/bin/sh\nfor one; do given="$made"; made="$one"; done\n{does}\n', encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def said(path: Path, program: str, *, seconds: float = 60.0, is_forced: bool = False) -> list[Meta | Page]:
    how = Recognition(program, "de", is_forced)
    return [one for one in recognised(path, how=how, seconds=seconds) if isinstance(one, Meta | Page)]


def failure(path: Path, program: str, *, seconds: float = 60.0) -> str:
    with pytest.raises(ExtractionFailed) as caught:
        said(path, program, seconds=seconds)
    assert str(WORDS[caught.value.code])
    return caught.value.code


def test_pages_are_recognised_some_at_a_time_and_keep_their_numbers(tmp_path: Path) -> None:
    made = files.pdf(tmp_path / "made.pdf", [PROSE] * 5, Title="Bells at Night")
    program = stand_in(tmp_path, f'echo "$*" >> {tmp_path}/calls; cp {made} "$made"')
    count, meta, *pages = said(files.scanned_pdf(tmp_path / "scan.pdf", 7), program, is_forced=True)
    assert count == Meta(pages=7)
    assert isinstance(meta, Meta)
    assert (meta.title, meta.pages) == ("Bells at Night", 7)
    assert [page.number for page in pages if isinstance(page, Page)] == [1, 2, 3, 4, 5, 6, 7]
    calls = (tmp_path / "calls").read_text().splitlines()
    assert len(calls) == 2
    assert all("--force-ocr" in call for call in calls)


def test_what_fails_once_costs_those_pages_only(tmp_path: Path) -> None:
    made = files.pdf(tmp_path / "made.pdf", [PROSE] * 5)
    once = f'if [ -e {tmp_path}/seen ]; then cp {made} "$made"; else touch {tmp_path}/seen; exit 15; fi'
    pages = said(files.scanned_pdf(tmp_path / "scan.pdf", 10), stand_in(tmp_path, once))
    assert [bool(page.text) for page in pages if isinstance(page, Page)] == [False] * 5 + [True] * 5


@pytest.mark.parametrize(
    "does",
    ["exit 3", "true", 'echo junk > "$made"', 'cp "$given" "$made"'],
    ids=["fails", "makes nothing", "makes no PDF", "recognises nothing"],
)
def test_a_scan_of_which_nothing_is_recognised_says_so(tmp_path: Path, does: str) -> None:
    assert failure(files.scanned_pdf(tmp_path / "scan.pdf", 2), stand_in(tmp_path, does)) == "not_recognised"


@pytest.mark.parametrize(
    "signs", ["~ | . _ = ) | : - 1 i ' , . | ; 7 ° l " * 12, "Xq zvrt kkp wq mmz trr plk vvb " * 12]
)
def test_signs_that_a_photograph_gives_are_no_text(tmp_path: Path, signs: str) -> None:
    made = files.pdf(tmp_path / "made.pdf", [signs])
    program = stand_in(tmp_path, f'cp {made} "$made"')
    assert failure(files.scanned_pdf(tmp_path / "scan.pdf", 1), program) == "not_recognised"


def test_a_program_that_hangs_is_ended_by_the_clock_with_all_it_started(tmp_path: Path) -> None:
    program = stand_in(tmp_path, f"sleep 600 & echo $! > {tmp_path}/pid; wait")
    assert failure(files.scanned_pdf(tmp_path / "scan.pdf", 1), program, seconds=2.5) == "timeout"
    pid = int((tmp_path / "pid").read_text())
    assert not Path(f"/proc/{pid}/exe").exists()


def test_a_program_is_found_by_name_and_by_path_and_none_is_off(tmp_path: Path) -> None:
    program = stand_in(tmp_path, "true")
    assert program_of(program) == program
    assert program_of("sh").endswith("/sh")
    assert (program_of("none"), program_of("no-such-recogniser")) == ("", "")


def test_a_picture_of_a_page_is_read_by_the_program_itself(tmp_path: Path) -> None:
    program = shutil.which("ocrmypdf", path=PATH)
    if program is None:
        pytest.skip("ocrmypdf is not installed")
    body = "".join(f"<p>{PROSE}</p>" for _ in range(3))
    printed = typeset(tmp_path / "a.pdf", f"{large('Bells at Night', 24)}<p>Mira Talvik</p>{body}")
    document = pypdfium2.PdfDocument(printed)
    document[0].render(scale=200 / 72).to_pil().convert("L").save(tmp_path / "scan.pdf", resolution=200)
    document.close()
    _count, meta, page = said(tmp_path / "scan.pdf", program)
    assert isinstance(meta, Meta)
    assert isinstance(page, Page)
    assert meta.front["title"] == "Bells at Night"
    assert "kept by hand" in page.text
