#!/usr/bin/env bash
# pandoc 3.9 (pypandoc-binary 1.17): `and others` of BibTeX is the name "others" in styles that never cut their lists.
#
# The reader of BibTeX writes it as an author whose literal name is "others". The citation engine takes that for "et
# al." where the style has a threshold for lists of names, whatever the threshold: one that cuts from the fourth name on
# prints "Jane Doe et al." for a work with one name and others. A style without a threshold prints a person of that
# name, in English in every language. There is no warning.
#
# Seen:
#   no threshold:      "Text (Jane Doe and others)."
#   threshold of four: "Text (Jane Doe et al.)."
#   no threshold, de:  "Text (Jane Doe und others)."
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet pypandoc-binary==1.17
cat > works.bib <<'BIB'
@book{doe, author = {Doe, Jane and others}, title = {On lamps}, year = 2020}
BIB
venv/bin/python - <<'PYTHON'
import subprocess
import sys
from pathlib import Path

import pypandoc

STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">
  <info><title>Names</title><id>names</id><updated>2026-01-01T00:00:00Z</updated></info>
  <citation {threshold}><layout prefix="(" suffix=")">
    <names variable="author"><name and="text"/></names>
  </layout></citation>
</style>"""


def cite(threshold: str, language: str = "en-US") -> tuple[str, str]:
    """The text with its citation set, and what pandoc warned of."""
    Path("names.csl").write_text(STYLE.format(threshold=threshold))
    ran = subprocess.run(
        [pypandoc.get_pandoc_path(), "--citeproc", "--csl", "names.csl", "--bibliography", "works.bib",
         "-M", f"lang={language}", "-t", "plain"],
        input="Text [@doe].", capture_output=True, text=True, check=True, timeout=60,
    )
    return ran.stdout.strip(), ran.stderr.strip()


never = cite("")
from_four = cite('et-al-min="4" et-al-use-first="1"')
german = cite("", "de-DE")
print(f'no threshold:      "{never[0]}"')
print(f'threshold of four: "{from_four[0]}"')
print(f'no threshold, de:  "{german[0]}"')
as_seen = (never, from_four, german) == (
    ("Text (Jane Doe and others).", ""), ("Text (Jane Doe et al.).", ""), ("Text (Jane Doe und others).", "")
)
sys.exit(0 if as_seen else 1)
PYTHON
