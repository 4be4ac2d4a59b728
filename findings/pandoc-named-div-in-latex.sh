#!/usr/bin/env bash
# pandoc 3.9: a block whose name begins with "ref-" becomes an entry of a bibliography in LaTeX, wherever it stands.
#
# citeproc names its entries `ref-KEY`. The LaTeX writer goes by that name alone: any Div of such a name is printed as
# `\bibitem[\citeproctext]{ref-KEY}`, without citations in the text and without the list's own Div around it. What it
# writes is defined by pandoc's template only, and only for a text with a list of sources, so that a document made with
# another template does not compile.
#
# Seen:
#   Div "ref-note": \bibitem[\citeproctext]{ref-note}
#   Div "note": \phantomsection\label{note}
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet pypandoc-binary==1.17
venv/bin/python - <<'PYTHON'
import re
import sys

import pypandoc


def written(name: str) -> str:
    """The command that the writer puts before a Div of that name."""
    text = pypandoc.convert_text(f"::: {{#{name}}}\nWords.\n:::", "latex", format="markdown")
    return re.search(r"\\(?:bibitem|phantomsection)[^\s%]*", text)[0]


found = {name: written(name) for name in ("ref-note", "note")}
for name, command in found.items():
    print(f'Div "{name}": {command}')
sys.exit(0 if found["ref-note"].startswith(r"\bibitem") and found["note"].startswith(r"\phantomsection") else 1)
PYTHON
