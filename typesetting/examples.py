"""What a citation style looks like, for people who choose one."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tesigo.platform.limited_child import ChildLimits
from typesetting.manuscript import Manuscript, ManuscriptSection
from typesetting.runner import run

#: Somebody waits for it, and an own style may do anything.
LIMITS: Final = ChildLimits(memory_bytes=2 * 1024**3, cpu_seconds=10, wall_seconds=15.0)
_WORKS: Final[tuple[dict[str, Any], ...]] = (
    {
        "id": "curie1903",
        "type": "book",
        "title": "Researches on Radioactive Substances",
        "author": [{"family": "Curie", "given": "Marie"}],
        "issued": {"date-parts": [[1903]]},
        "publisher": "Gauthier-Villars",
        "publisher-place": "Paris",
        "language": "en",
    },
    {
        "id": "knuth1984",
        "type": "article-journal",
        "title": "Literate programming",
        "author": [{"family": "Knuth", "given": "Donald E."}],
        "issued": {"date-parts": [[1984]]},
        "container-title": "The Computer Journal",
        "volume": "27",
        "issue": "2",
        "page": "97-111",
        "DOI": "10.1093/comjnl/27.2.97",
        "language": "en",
    },
)


@dataclass(frozen=True)
class StyleExample:
    """One citation, and a book and an article as the bibliography lists them, as cleaned HTML.

    ``is_empty`` where the style prints nothing in the text for either. Where it has no list of sources (``has_list``),
    the entries are those of the style that lists them in its place.
    """

    citation_html: str
    entries_html: tuple[str, ...]
    is_empty: bool
    has_list: bool


def style_example(name: str, language: str = "en", *, own_style: str = "") -> StyleExample:
    """A style at work. Starts a child process. Raises ExportError for an unknown style, or one that takes too long."""
    section = ManuscriptSection(id="example", level=1, title="", markdown="[@curie1903, p. 12; @knuth1984]")
    manuscript = Manuscript(
        title="", kind="", topic="", author="", date=date(2000, 1, 1), language=language, csl_style=name,
        sections=(section,), references=_WORKS, own_style=own_style,
    )  # fmt: skip
    result = run("reader", manuscript, limits=LIMITS)
    return StyleExample(
        citation_html=result["sections"]["example"],
        entries_html=tuple(result["bibliography_entries"].values()),
        is_empty=len(result["fallbacks"]["text"]) == len(_WORKS),
        has_list=result["fallbacks"]["has_list"],
    )
