#!/usr/bin/env bash
# pandoc 3.9 (pypandoc-binary 1.17): a style that formats family names parts a particle from the name that it is held to.
#
# "d’Alembert" is one word in a plain style. Once the style formats the family name (capitals, small capitals, bold), the
# citation engine formats particle and name apart and joins them by a blank, although the particle ends in an apostrophe.
# It does so, too, where the name came as one word and the engine itself cut the particle off.
#
# Seen:
#   plain:               "Text (d’Alembert)."
#   capitals:            "Text (D’ ALEMBERT)."
#   capitals, one word:  "Text (D’ ALEMBERT)."
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet pypandoc-binary==1.17
venv/bin/python - <<'PYTHON'
import json
import subprocess
import sys
from pathlib import Path

import pypandoc

STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text" default-locale="en-US">
  <info><title>Names</title><id>names</id><updated>2026-01-01T00:00:00Z</updated></info>
  <citation><layout prefix="(" suffix=")">
    <names variable="author"><name form="short">{part}</name></names>
  </layout></citation>
</style>"""
CAPITALS = '<name-part name="family" text-case="uppercase"/>'


def cite(part: str, **author: str) -> str:
    """The text with its citation set."""
    Path("names.csl").write_text(STYLE.format(part=part))
    work = {"id": "a", "type": "book", "title": "Traité", "author": [{"given": "Jean", **author}]}
    Path("works.json").write_text(json.dumps([work]))
    ran = subprocess.run(
        [pypandoc.get_pandoc_path(), "--citeproc", "--csl", "names.csl", "--bibliography", "works.json", "-t", "plain"],
        input="Text [@a].", capture_output=True, text=True, check=True, timeout=60,
    )
    return ran.stdout.strip()


held = {"family": "Alembert", "non-dropping-particle": "d’"}
plain, capitals, one_word = cite("", **held), cite(CAPITALS, **held), cite(CAPITALS, family="d’Alembert")
print(f'plain:               "{plain}"')
print(f'capitals:            "{capitals}"')
print(f'capitals, one word:  "{one_word}"')
as_seen = (plain, capitals, one_word) == ("Text (d’Alembert).", "Text (D’ ALEMBERT).", "Text (D’ ALEMBERT).")
sys.exit(0 if as_seen else 1)
PYTHON
