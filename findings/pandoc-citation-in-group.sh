#!/usr/bin/env bash
# pandoc 3.9 (pypandoc-binary 1.17): of several works cited together, one that the style prints nothing for vanishes
# without a warning.
#
# A style that prints only the year has nothing to print for a work without one. Cited alone, pandoc warns: "Citation
# with no printed form". Cited beside another work the citation as a whole has a form, so that nothing is said: the
# reader sees one work where the writer cited two. Whoever must know that each source is seen has to look at the links
# of each entry (`link-citations`), or to cite each work alone.
#
# Seen:
#   alone:    "Alone ."       warned: True
#   together: "Group (2020)." warned: False
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet pypandoc-binary==1.17
cat > years.csl <<'CSL'
<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text" default-locale="en-US">
  <info><title>Years</title><id>years</id><updated>2026-01-01T00:00:00Z</updated></info>
  <citation><layout prefix="(" suffix=")" delimiter="; ">
    <date variable="issued"><date-part name="year"/></date>
  </layout></citation>
</style>
CSL
cat > works.json <<'JSON'
[{"id": "dated", "type": "book", "title": "A", "issued": {"date-parts": [[2020]]}},
 {"id": "undated", "type": "book", "title": "B"}]
JSON
venv/bin/python - <<'PYTHON'
import subprocess
import sys

import pypandoc

PANDOC = pypandoc.get_pandoc_path()


def cite(text: str) -> tuple[str, bool]:
    """The text with its citations set, and whether pandoc warned of one."""
    ran = subprocess.run(
        [PANDOC, "--citeproc", "--csl", "years.csl", "--bibliography", "works.json", "-t", "plain"],
        input=text, capture_output=True, text=True, check=True, timeout=60,
    )
    return ran.stdout.strip(), "no printed form: undated" in ran.stderr


alone, is_warned_alone = cite("Alone [@undated].")
together, is_warned_together = cite("Group [@dated; @undated].")
print(f'alone:    "{alone}"       warned: {is_warned_alone}')
print(f'together: "{together}" warned: {is_warned_together}')
as_seen = (alone, is_warned_alone, together, is_warned_together) == ("Alone .", True, "Group (2020).", False)
sys.exit(0 if as_seen else 1)
PYTHON
