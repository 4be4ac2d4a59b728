"""What a citation style looks like, for people who choose one."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from typesetting.manuscript import Manuscript, ManuscriptSection
from typesetting.runner import run

_WORK: Final[dict[str, Any]] = {
    "id": "curie1903",
    "type": "book",
    "title": "Researches on Radioactive Substances",
    "author": [{"family": "Curie", "given": "Marie"}],
    "issued": {"date-parts": [[1903]]},
    "publisher": "Gauthier-Villars",
    "publisher-place": "Paris",
}


@dataclass(frozen=True)
class StyleExample:
    """One citation and its entry in the bibliography, as cleaned HTML."""

    citation_html: str
    entry_html: str


@lru_cache(maxsize=512)
def style_example(name: str, language: str = "en") -> StyleExample:
    """A style at work on one book. Starts a child process the first time. Raises ExportError for an unknown style."""
    section = ManuscriptSection(id="example", level=1, title="", markdown="[@curie1903, p. 12]")
    manuscript = Manuscript(
        title="", kind="", topic="", author="", date=date(2000, 1, 1), language=language, csl_style=name,
        sections=(section,), references=(_WORK,),
    )  # fmt: skip
    result = run("reader", manuscript)
    return StyleExample(
        citation_html=result["sections"]["example"],
        entry_html=result["bibliography_entries"].get("curie1903", ""),
    )
