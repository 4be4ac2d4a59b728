"""The document on the screen."""

import re

from tests.typesetting.samples import manuscript, section
from typesetting import render_reader


def citations(text: str) -> list[tuple[int, str]]:
    """Occurrence and keys of each citation in a section."""
    found = re.findall(r'<span class="citation" data-occurrence="(\d+)" data-keys="([^"]*)">', text)
    return [(int(number), keys) for number, keys in found]


def test_citations_are_numbered_by_key_over_the_whole_document() -> None:
    reader = render_reader(
        manuscript(
            section("A [@doe1999, p. 3; @policy-2023]. B [see @doe1999, p. xii]."),
            section("C [@policy-2023, p. 4].", identifier="b"),
        )
    )
    assert citations(reader.sections["a"]) == [(1, "doe1999 policy-2023"), (3, "doe1999")]
    assert citations(reader.sections["b"]) == [(4, "policy-2023")]
    assert reader.citation_count == 4
    assert "p.\u00a0xii" in reader.sections["a"]


def test_a_citation_in_a_note_keeps_its_place_in_the_source() -> None:
    reader = render_reader(manuscript(section("A.[^1] B [@doe1999].\n\n[^1]: N [@policy-2023].")))
    assert sorted(citations(reader.sections["a"])) == [(1, "doe1999"), (2, "policy-2023")]
    assert '<sup class="note"><a href="#note-1">1</a></sup>' in reader.sections["a"]
    assert '<li id="note-1">N ' in reader.sections["a"]


def test_notes_of_a_note_style_hang_on_their_citation() -> None:
    reader = render_reader(manuscript(section("A [@doe1999, p. 3]."), csl_style="chicago-notes-bibliography"))
    assert citations(reader.sections["a"]) == [(1, "doe1999")]
    assert re.search(r'<span class="citation"[^>]*><sup class="note">1</sup></span>', reader.sections["a"])
    assert "Jane Doe and Rick Roe" in reader.sections["a"]


def test_bibliography_holds_what_is_cited() -> None:
    reader = render_reader(manuscript(section("A [@doe1999].")))
    assert list(reader.bibliography_entries) == ["doe1999"]
    assert 'id="ref-doe1999"' in reader.bibliography_html
    assert "Never Cited" not in reader.bibliography_html


def test_brackets_that_are_no_citation_stay_text() -> None:
    reader = render_reader(manuscript(section("Mail [ada@example.org] or [see](https://example.org) [x].")))
    assert reader.citation_count == 0
    assert "[ada@example.org]" in reader.sections["a"]
    assert '<a href="https://example.org">see</a>' in reader.sections["a"]


def test_markdown_becomes_what_it_says() -> None:
    text = (
        '## Sub\n\n"Quoted" *em* **st** `co`\n\n1. a\n2. b\n\n> q\n\n| h | n |\n|---|--:|\n| 1 | 2 |\n\n```\nx < y\n```'
    )
    html = render_reader(manuscript(section(text))).sections["a"]
    for part in (
        "<h4>Sub</h4>",
        "“Quoted” <em>em</em> <strong>st</strong> <code>co</code>",
        "<ol>\n<li>a</li>",
        "<blockquote>\n<p>q</p>",
        '<td class="right figure">2</td>',
        "<pre><code>x &lt; y</code></pre>",
    ):
        assert part in html
