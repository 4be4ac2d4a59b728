"""A DOCX of two states of a text, with the changes between them, which a word processor accepts or rejects."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import sheets
from reading.docx import read_docx
from reading.protocol import Page
from tests.typesetting.word_changes import makers, settled
from typesetting.tracked import GONE, NEW, SAME, Part, Tracked, Words, docx

AT = "2026-11-30T10:00:00Z"
WORDS = st.builds(
    Words,
    text=st.sampled_from(["lamp ", "bell <&> ", "[@a, p. 7] ", "“fog”\n", "\t", " ", "ž "]),
    change=st.sampled_from([SAME, GONE, NEW]),
    author=st.sampled_from(["Student", "TesiGo & “model”"]),
    at=st.just(AT),
)
PARAGRAPHS = st.lists(st.lists(WORDS, min_size=1, max_size=4), max_size=5)
SECTION = Part(
    "1 Lamps",
    notes=["Version 1 beside version 2."],
    paragraphs=[
        [Words("The lamp burned "), Words("all night", GONE, "Student", AT), Words("until dawn", NEW, "Student", AT)],
        [Words("Nobody knows why.", GONE, "TesiGo", AT)],
        [Words("It was trimmed twice.", NEW, "TesiGo", AT)],
    ],
)
FILE = Tracked("What changed", "en", [("Document", "Lamps & bells")], ["Each change says by whom."], [SECTION])


def test_every_change_says_by_whom_and_when() -> None:
    assert makers(docx(FILE)) == {
        ("ins", "Student", AT), ("del", "Student", AT), ("ins", "TesiGo", AT), ("del", "TesiGo", AT),
    }  # fmt: skip


def test_accepting_gives_the_later_text_and_rejecting_the_earlier_one() -> None:
    file = docx(FILE)
    assert settled(file, accepted=True) == {"1 Lamps": ["The lamp burned until dawn", "It was trimmed twice."]}
    assert settled(file, accepted=False) == {"1 Lamps": ["The lamp burned all night", "Nobody knows why."]}


@given(st.lists(PARAGRAPHS, min_size=1, max_size=3))
def test_no_change_is_lost_or_falls_into_another_section(sections: list[list[list[Words]]]) -> None:
    parts = [Part(f"{number}", paragraphs=one) for number, one in enumerate(sections)]
    file = docx(Tracked("", "de", parts=parts))
    assert file == docx(Tracked("", "de", parts=parts))
    for accepted, left in ((True, (SAME, NEW)), (False, (SAME, GONE))):
        expected = {
            f"{number}": [
                "".join(words.text for words in paragraph if words.change in left)
                for paragraph in one
                # One that is all new or all gone comes and goes with its end.
                if {words.change for words in paragraph} != {GONE if accepted else NEW}
            ]
            for number, one in enumerate(sections)
        }
        assert settled(file, accepted=accepted) == expected


def test_signs_that_no_file_may_hold_are_left_out() -> None:
    file = docx(
        Tracked("a\x00b", "en", parts=[Part("\ufffe1", paragraphs=[[Words("x\x0by\x1f", NEW, "\ud800S", AT)]])])
    )
    assert settled(file, accepted=True) == {"1": ["xy"]}
    assert makers(file) == {("ins", "S", AT)}


def test_our_own_reader_reads_the_accepted_text(tmp_path: Path) -> None:
    path = tmp_path / "changes.docx"
    path.write_bytes(docx(FILE))
    text = "\n".join(record.text for record in read_docx(path) if isinstance(record, Page))
    assert "The lamp burned until dawn" in text
    assert "It was trimmed twice." in text
    assert "all night" not in text


@pytest.mark.slow
@pytest.mark.skipif(sheets.PROGRAM is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "changes.docx"
    path.write_bytes(docx(FILE))
    [pdf] = sheets.convert([path], tmp_path)
    assert len(sheets.words_of(pdf)) == 2
