#!/usr/bin/env bash
# pydyf 0.13.0 with weasyprint 70.0: tagging a PDF takes time by pages times tags.
#
# `PDF.page_references` is a property that makes a tuple of a reference to every page each time it is asked for.
# WeasyPrint asks for it, and takes one item, at each element of the structure tree (`pdf/tags.py`). A text of twice the
# pages has twice the tags, so that four times as many references are made: here 20 times the square of the pages.
# Whoever writes long tagged documents (PDF/UA) can keep the tuple by the number of pages.
#
# Needs Pango, as WeasyPrint does. Sizes are in whole lines, so that no font matters.
#
# Seen:
#   pages 20: asked 400 times, 8000 references made
#   pages 40: asked 800 times, 32000 references made
#   pages 80: asked 1600 times, 128000 references made
#   untagged, pages 80: asked 0 times
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet weasyprint==70.0 pydyf==0.13.0
venv/bin/python - <<'PYTHON'
import sys

import pydyf
import weasyprint

asked: list[int] = []
original = pydyf.PDF.page_references.fget


def counted(pdf: pydyf.PDF) -> tuple[bytes, ...]:
    made = original(pdf)
    asked.append(len(made))
    return made


pydyf.PDF.page_references = property(counted)
STYLE = "@page { size: 200px 100px; margin: 0 } body { margin: 0; font-size: 10px; line-height: 10px } p { margin: 0 }"


def count(pages: int, *, tagged: bool) -> tuple[int, int]:
    """How often the references were asked for, and how many were made; ten paragraphs of a line fit on a page."""
    asked.clear()
    text = "".join("<p>word</p>" for _ in range(10 * pages))
    document = weasyprint.HTML(string=f"<html lang=en><title>t</title><style>{STYLE}</style>{text}").render()
    assert len(document.pages) == pages
    document.write_pdf(pdf_tags=tagged)
    return len(asked), sum(asked)


tagged = {pages: count(pages, tagged=True) for pages in (20, 40, 80)}
for pages, (times, made) in tagged.items():
    print(f"pages {pages}: asked {times} times, {made} references made")
untagged, _ = count(80, tagged=False)
print(f"untagged, pages 80: asked {untagged} times")
grows_by_square = all(tagged[2 * pages][1] > 3.5 * tagged[pages][1] for pages in (20, 40))
sys.exit(0 if grows_by_square and untagged == 0 else 1)
PYTHON
