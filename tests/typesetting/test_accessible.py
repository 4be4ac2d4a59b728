"""The PDF for those who hear it or keep it for long: PDF/UA-1 and PDF/A-3u, seen in the file's own tree."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pdfua.validator import Validator

from tests.typesetting.samples import ENGLISH, manuscript, section
from typesetting import render_pdf

TEXT = f"""{ENGLISH}

##### A heading that leaves two levels out

One claim.[^1] Another one.[^2] See [the archive](https://www.debian.org/).

| Year | Packages |
|---|--:|
| 1999 | 2,250 |
| 2023 | 64,419 |

- first *point*
- second point

[^1]: As said [@doe1999, p. 20].
[^2]: The same [@policy-2023, p. 3].
"""


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pikepdf.Pdf]:
    path = tmp_path_factory.mktemp("pdf") / "document.pdf"
    render_pdf(manuscript(section(TEXT), section(ENGLISH, identifier="b", title="Practice", level=2)), path)
    with pikepdf.open(path) as opened:
        yield opened


def elements(pdf: pikepdf.Pdf) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Each element of the structure tree in reading order, with the names of those it is in."""
    open_: list[tuple[Any, tuple[str, ...]]] = [(pdf.Root.StructTreeRoot.K[0], ())]
    while open_:
        element, above = open_.pop()
        if isinstance(element, pikepdf.Dictionary) and "/S" in element:
            yield element, above
            open_ += [(kid, (*above, str(element.S))) for kid in reversed(list(element.K))]


def named(pdf: pikepdf.Pdf, name: str) -> list[tuple[Any, tuple[str, ...]]]:
    return [(element, above) for element, above in elements(pdf) if name == element.S]


def marked(pdf: pikepdf.Pdf) -> Iterator[tuple[int, int | None, str]]:
    """What is painted with words on it: page, number of the mark (None for an artifact), type of the artifact."""
    for number, page in enumerate(pdf.pages):
        open_: list[tuple[int | None, str]] = []
        for instruction in pikepdf.parse_content_stream(page):
            operands, operator = instruction.operands, instruction.operator
            if str(operator) in ("BDC", "BMC"):
                about: Any = operands[1] if len(operands) > 1 else {}
                mark = int(about["/MCID"]) if "/MCID" in about else None
                open_.append((mark, str(about.get("/Type", ""))))
            elif str(operator) == "EMC":
                open_.pop()
            elif str(operator) == "TJ":
                yield (number, *open_[-1])


def test_a_checker_of_pdf_ua_finds_nothing(pdf: pikepdf.Pdf) -> None:
    result = Validator().validate(Path(pdf.filename))
    assert [str(finding) for finding in result.findings] == []


def test_says_that_it_is_pdf_ua_1_and_pdf_a_3u(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as said:
        assert said.pdfa_status == "3U"
        assert said["pdfuaid:part"] == "1"
        assert said["dc:title"] == str(pdf.docinfo["/Title"])
    assert b"pdfaExtension:schemas" in pdf.Root.Metadata.read_bytes()
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    assert str(pdf.Root.Lang) == "en-US"
    assert str(pdf.Root.OutputIntents[0].S) == "/GTS_PDFA1"
    assert int(pdf.Root.OutputIntents[0].DestOutputProfile.N) == 3
    assert len(pdf.trailer.ID) == 2
    assert all(page.Tabs == "/S" for page in pdf.pages)


def test_notes_are_notes_with_names_that_are_listed(pdf: pikepdf.Pdf) -> None:
    notes = [str(note.ID) for note, _ in named(pdf, "/Note")]
    assert len(notes) == len(set(notes)) == 2
    listed = [str(name) for name in pdf.Root.StructTreeRoot.IDTree.Names[::2]]
    assert set(notes) <= set(listed)
    assert listed == sorted(listed)
    assert len([above for _, above in named(pdf, "/Lbl") if "/Note" in above]) == 2
    assert len([above for _, above in named(pdf, "/Reference") if "/P" in above]) == 2


def test_headings_leave_no_level_out(pdf: pikepdf.Pdf) -> None:
    levels = [int(str(element.S)[2]) for element, _ in elements(pdf) if str(element.S) in {f"/H{n}" for n in range(7)}]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert 4 not in levels[: levels.index(3)]


def test_table_cells_name_their_headings(pdf: pikepdf.Pdf) -> None:
    headings = named(pdf, "/TH")
    assert [str(heading.A.Scope) for heading, _ in headings] == ["/Column", "/Column"]
    names = {str(heading.ID) for heading, _ in headings}
    cells = named(pdf, "/TD")
    assert len(cells) == 4
    assert all(str(cell.A.Headers[0]) in names for cell, _ in cells)


def test_contents_are_a_list_of_links_without_their_dots(pdf: pikepdf.Pdf) -> None:
    rows = named(pdf, "/TOCI")
    assert len(rows) == 3
    assert all("/TOC" in above for _, above in rows)
    links = [element for element, above in named(pdf, "/Link") if "/TOCI" in above]
    assert len(links) == 3
    spans = [above for _, above in named(pdf, "/Span") if "/TOCI" in above]
    assert len(spans) < 20


def test_links_say_where_they_lead(pdf: pikepdf.Pdf) -> None:
    links = [link for page in pdf.pages for link in page.get("/Annots", [])]
    said = {str(link.Contents) for link in links}
    assert {"1 Introduction", "1.1 Practice", "Bibliography", "https://www.debian.org/"} <= said
    assert any(words.startswith("Doe, J.") for words in said)
    assert not any(words.startswith(("ref-", "section-")) for words in said)
    # One for each line that a link runs over, and each printed (ISO 19005-3, 6.3.2).
    assert len({tuple(map(float, link.Rect)) for link in links}) == len(links)
    assert all(int(link.F) == 4 for link in links)


def test_all_words_are_in_the_tree_or_belong_to_the_page(pdf: pikepdf.Pdf) -> None:
    in_tree = {
        (pdf.pages.index(pikepdf.Page(element.Pg)), int(kid))
        for element, _ in elements(pdf)
        for kid in element.K
        if isinstance(kid, int)
    }
    painted = list(marked(pdf))
    assert {(page, mark) for page, mark, _ in painted if mark is not None} <= in_tree
    apart = [page for page, mark, kind in painted if mark is None and kind == "/Pagination"]
    assert set(apart) == set(range(1, len(pdf.pages)))


def test_makes_room_for_the_manifest(pdf: pikepdf.Pdf) -> None:
    (described,) = pdf.Root.AF
    assert str(described.AFRelationship) == "/Supplement"
    assert pdf.attachments["tesigo-manifest.json"].get_file().read_bytes() == b"{}"
    assert pdf.attachments["tesigo-manifest.json"].get_file().mime_type == "application/json"
