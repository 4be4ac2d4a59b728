#!/usr/bin/env bash
# weasyprint 70.0: a footnote is printed nowhere when an earlier note gives way to the line that calls it.
#
# A line that does not fit may push notes already laid out to the next page. If it fits then, it is added and the page
# ends, before the notes that this line itself calls are looked at. They are laid out on no page: the mark stands in the
# text, the note is gone, and neither an error nor a line in the log tells. Here the paragraph may not break before that
# line (`orphans`, 2 by default), and an earlier note stands on the page. Of 60 paragraphs with a note each in the second
# line up to 8 notes were lost. Compare marks and notes of a finished PDF.
#
# Needs Pango, as WeasyPrint does. Sizes are in whole lines, so that no font matters.
#
# Seen:
#   page 1: pre1 f1 f2 f3 f4 f5 f6 f7 p1 p2
#   page 2: p3 p4 first-note
#   second note: printed nowhere; warnings: 0
#   with orphans: 1 both notes are printed: True
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet weasyprint==70.0 pypdf==7.1.1
venv/bin/python - <<'PYTHON'
import io
import logging
import sys

import pypdf
import weasyprint

warnings: list[str] = []


class Keep(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        warnings.append(record.getMessage())


logging.getLogger("weasyprint").handlers = [Keep(logging.WARNING)]


def words_by_page(orphans: int) -> list[list[str]]:
    """Ten lines fit on a page. The marks are made empty, so that only text is read back."""
    html = f"""
    <style>
      @page {{ size: 200px 100px; margin: 0; @footnote {{ margin: 0 }} }}
      body {{ margin: 0; font-size: 10px; line-height: 10px; orphans: {orphans} }}
      p {{ margin: 0 }}
      span {{ float: footnote }}
      ::footnote-call {{ content: ""; line-height: 0 }}
      ::footnote-marker {{ content: "" }}
    </style>
    <p>pre1<span>first-note</span></p>
    <p>f1<br>f2<br>f3<br>f4<br>f5<br>f6<br>f7</p>
    <p>p1<br>p2<span>second-note</span><br>p3<br>p4</p>"""
    pdf = weasyprint.HTML(string=html).write_pdf()
    return [page.extract_text().split() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


pages = words_by_page(orphans=2)
for number, words in enumerate(pages, start=1):
    print(f"page {number}:", *words)
lost = "second-note" not in sum(pages, [])
print(f"second note: {'printed nowhere' if lost else 'printed'}; warnings: {len(warnings)}")
others = sum(words_by_page(orphans=1), [])
both = "first-note" in others and "second-note" in others
print("with orphans: 1 both notes are printed:", both)
sys.exit(0 if lost and "p2" in sum(pages, []) and not warnings and both else 1)
PYTHON
