"""What strangers and models may put into a text: bounded in time, clean in every format (R-101)."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.typesetting.samples import docx_part, docx_text, manuscript, pdf_pages, section
from typesetting import ExportError, measure, render_docx, render_pdf, render_reader
from typesetting.runner import LIMITS, run, run_async

NASTY = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> <svg onload=alert(1)>\n\n"
    '<div style="position:fixed">x</div>\n\n'
    "[one](javascript:alert(1)) [two](data:text/html,x) [three](JaVaScRiPt:alert(1)) <javascript:alert(1)> "
    "![pic](https://tracker.example/p.png) [four](file:///etc/passwd) &lt;b&gt;\n\n"
    "\\input{/etc/passwd} $x$ `<b>` [a]{.b onclick=x} ::: x\n\n```{=html}\n<iframe>\n```\n\n"
    "control \x00\x0b\x1b\ufffe\u202e end"
)


@pytest.mark.parametrize("text", ["[" * 50_000, "![" * 20_000, "[@" * 20_000, "*a " * 20_000, ">" * 5_000 + "a"])
def test_hostile_brackets_and_stars_are_laid_out_in_bounded_time(text: str) -> None:
    start = time.monotonic()
    assert measure(manuscript(section(text))).total_pages >= 3
    assert time.monotonic() - start < 60


def test_nesting_without_end_is_refused_in_words() -> None:
    with pytest.raises(ExportError, match="nested too deeply"):
        measure(manuscript(section("*a _b " * 3000 + "b_ a* " * 3000)))


def test_screen_gets_no_markup_of_the_text_and_no_dangerous_link() -> None:
    html = render_reader(manuscript(section(NASTY))).sections["a"]
    for tag in ("<script", "<img", "<svg", "<iframe", "<div", 'style="', "<b>"):
        assert tag not in html
    assert 'href="' not in html
    assert "control  end" in html or "control end" in html


def test_files_hold_nothing_to_fetch_or_run(tmp_path: Path) -> None:
    pdf, docx = tmp_path / "a.pdf", tmp_path / "a.docx"
    source = manuscript(section(NASTY))
    render_pdf(source, pdf)
    render_docx(source, docx)
    assert "<script>" in "".join(pdf_pages(pdf))
    assert "<script>" in docx_text(docx_part(docx))
    raw = pdf.read_bytes()
    assert b"/JavaScript" not in raw
    assert b"/URI (" not in raw
    relations = docx_part(docx, "word/_rels/document.xml.rels")
    assert [item.get("Target") for item in relations if item.get("TargetMode") == "External"] == []


def test_reference_with_a_script_for_an_address_links_nowhere() -> None:
    reference = {"id": "x", "type": "webpage", "title": "<script>T</script>", "URL": "javascript:alert(1)"}
    reader = render_reader(manuscript(section("A [@x]."), references=(reference,)))
    assert "<script" not in reader.bibliography_html
    assert 'href="javascript' not in reader.bibliography_html


def test_child_at_its_limits_is_ended_and_says_so() -> None:
    text = manuscript(section("word " * 40_000))
    for limits in ({"wall_seconds": 0.2}, {"cpu_seconds": 1}, {"memory_bytes": 120 * 1024**2}):
        with pytest.raises(ExportError):
            run("measure", text, limits=replace(LIMITS, **limits))


async def test_async_child_at_its_limits_is_ended_and_says_so() -> None:
    with pytest.raises(ExportError, match="too long"):
        await run_async("measure", manuscript(section("word " * 40_000)), limits=replace(LIMITS, wall_seconds=0.2))


def test_unreasonable_length_is_refused_before_a_child_starts() -> None:
    with pytest.raises(ExportError, match="too long"):
        measure(manuscript(section("a" * 4_000_001)))


def test_unknown_style_is_refused_in_words() -> None:
    for name in ("no-such-style", "../../etc/passwd"):
        with pytest.raises(ExportError, match="no citation style named"):
            measure(manuscript(csl_style=name))
