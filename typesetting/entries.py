"""References as they stand in a bibliography, each as if it stood there alone."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from tesigo.platform.limited_child import ChildLimits
from typesetting.manuscript import NAME_ROLES, Manuscript, ManuscriptSection
from typesetting.runner import run

#: Somebody waits for a page of them.
LIMITS: Final = ChildLimits(memory_bytes=2 * 1024**3, cpu_seconds=20, wall_seconds=20.0)
#: Private letters that no text here has: `tesigo.platform.plain_text` lets none in.
_FIRST_MARK: Final = 0xF300
_MOST: Final = 0x100
_MARKS: Final = re.compile("[\uf300-\uf3ff]")
_OTHERS: Final = {"literal": "others"}
#: The number of an entry in a list of which only a part is shown here.
_NUMBER: Final = re.compile(r'<(div|span) class="csl-left-margin">[\s\[(]*\d+[\s\])]*\.?\s*</\1>')


def entries(
    references: Sequence[Mapping[str, Any]], *, style: str, language: str, own_style: str = ""
) -> dict[str, str]:
    """Cleaned HTML of each reference by its ``id``. Starts a child process.

    Bibliographies tell works of one author and year apart ("2019a"), and name an author of several once; here each
    reference is printed as if there were no other. Raises ExportError, for an unknown style as well.
    """
    found: dict[str, str] = {}
    for start in range(0, len(references), _MOST):
        some = references[start : start + _MOST]
        section = ManuscriptSection(
            id="list", level=1, title="", markdown=f"[{'; '.join('@' + str(one['id']) for one in some)}]"
        )
        manuscript = Manuscript(
            title="", kind="", topic="", author="", date=date(2000, 1, 1), language=language, csl_style=style,
            own_style=own_style, sections=(section,),
            references=tuple(_apart(one, place) for place, one in enumerate(some)),
        )  # fmt: skip
        printed: dict[str, str] = run("reader", manuscript, limits=LIMITS)["bibliography_entries"]
        found |= {key: _NUMBER.sub("", _MARKS.sub("", html)) for key, html in printed.items()}
    return found


def _apart(reference: Mapping[str, Any], place: int) -> dict[str, Any]:
    """The reference with a letter that nobody sees at each family name: no two works here have an author in common."""
    mark = chr(_FIRST_MARK + place)
    marked = dict(reference)
    for name in NAME_ROLES:
        if reference.get(name):
            marked[name] = [_marked(one, mark) for one in reference[name]]
    return marked


def _marked(name: Mapping[str, Any], mark: str) -> dict[str, Any]:
    if name == _OTHERS:  # which citation engines know by this word
        return dict(name)
    return {**name, **{part: f"{name[part]}{mark}" for part in ("family", "literal") if name.get(part)}}
