#!/usr/bin/env bash
# pandoc 3.9: in ODT a reference to a table's own identifier leads nowhere.
#
# The ODT writer makes a bookmark of the identifier of a heading, a span and a Div, and none of a table's, as the
# caption's attributes give it (`: Lamps. {#tbl-lamps}`). A link to it is written all the same, so that LibreOffice
# shows a link and goes nowhere. A Div around the table, or a bookmark of one's own in its caption, takes the reader
# there.
#
# Seen:
#   heading: link yes, bookmark yes
#   span: link yes, bookmark yes
#   table: link yes, bookmark no
#   table in a Div: link yes, bookmark yes
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet pypandoc-binary==1.17
venv/bin/python - <<'PYTHON'
import sys
import zipfile

import pypandoc

TEXTS = {
    "heading": "# Lamps {#it}\n\nSee [there](#it).",
    "span": "[Lamps]{#it}\n\nSee [there](#it).",
    "table": "| a | b |\n|---|---|\n| 1 | 2 |\n\n: Lamps. {#it}\n\nSee [there](#it).",
    "table in a Div": "::: {#it}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n:::\n\nSee [there](#it).",
}
found = {}
for name, text in TEXTS.items():
    pypandoc.convert_text(text, "odt", format="markdown", outputfile="it.odt")
    content = zipfile.ZipFile("it.odt").read("content.xml").decode()
    found[name] = ('href="#it"' in content, 'text:name="it"' in content)
    print(f"{name}: link {'yes' if found[name][0] else 'no'}, bookmark {'yes' if found[name][1] else 'no'}")
expected = {"heading": (True, True), "span": (True, True), "table": (True, False), "table in a Div": (True, True)}
sys.exit(0 if found == expected else 1)
PYTHON
