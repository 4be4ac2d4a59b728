"""Lists of sources for other programs: BibTeX, biblatex, RIS and CSL JSON, of CSL JSON items (R-96)."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from typesetting.lists import biblatex, bibtex, ris

Works = Sequence[Mapping[str, Any]]


def _csl_json(works: Works) -> str:
    return json.dumps([dict(work) for work in works], ensure_ascii=False, indent=2) + "\n"


#: Each with the ending of its file.
WRITERS: Final[dict[str, tuple[str, Callable[[Works], str]]]] = {
    "bibtex": ("bib", bibtex.write),
    "biblatex": ("bib", biblatex.write),
    "ris": ("ris", ris.write),
    "csl_json": ("json", _csl_json),
}
