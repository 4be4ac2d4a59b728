#!/usr/bin/env bash
# weasyprint 70.0: `counter-reset: page` on an element changes the numbers of references to pages, and not the pages.
#
# A heading that begins the text of a work may reset the counter `page`, so that the text begins on page 1 behind roman
# pages. `target-counter(attr(href), page)` then gives 1; the number in the page's margin goes on with 3. Reset by a
# named page group (`@page :nth(1 of name)`) both are 1. CSS Paged Media 3 (8.1) lets an element reset it.
#
# Needs Pango, as WeasyPrint does.
#
# Seen:
#   by an element: reference 1, margin 3
#   by the first page of a group: reference 1, margin 1
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet weasyprint==70.0 pypdfium2==5.15.2
venv/bin/python - <<'PYTHON'
import re
import sys

import pypdfium2
import weasyprint

BASE = """@page { size: 300px 300px; @bottom-center { content: "margin " counter(page) } } @page :first { @bottom-center { content: none } }
body { font: 12px serif } a::after { content: " reference " target-counter(attr(href), page) } div { break-before: page }"""
WAYS = {
    "by an element": "#text { counter-reset: page 1 }",
    "by the first page of a group": "#text { page: text } @page :nth(1 of text) { counter-reset: page 1 }",
}


def seen(css: str) -> tuple[str, str]:
    """The number that a reference to the text prints, and the number in the margin of its page, the third."""
    html = f"<html lang=en><title>t</title><style>{BASE}{css}</style><p>Title</p><div><a href='#text'>Text</a></div><div id=text>Words</div>"
    pdf = pypdfium2.PdfDocument(weasyprint.HTML(string=html).write_pdf())
    pages = [page.get_textpage().get_text_range() for page in pdf]
    assert len(pages) == 3, pages
    return re.search(r"reference (\d+)", pages[1])[1], re.search(r"margin (\d+)", pages[2])[1]


found = {way: seen(css) for way, css in WAYS.items()}
for way, (reference, margin) in found.items():
    print(f"{way}: reference {reference}, margin {margin}")
sys.exit(0 if list(found.values()) == [("1", "3"), ("1", "1")] else 1)
PYTHON
