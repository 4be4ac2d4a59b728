"""Short texts with their citations set, read back as words."""

import re
import tempfile
from html import unescape
from pathlib import Path
from typing import Any

from tests.typesetting.samples import manuscript, section
from typesetting import ReaderHtml
from typesetting.citing import cite
from typesetting.reading import reader_html

MUSTER = [{"family": "Muster", "given": "Max"}]
WORKS: tuple[dict[str, Any], ...] = (
    {"id": "stones", "type": "book", "title": "On stones", "author": MUSTER, "issued": {"date-parts": [[2020]]}},
    {"id": "rivers", "type": "book", "title": "Zu den Flüssen", "author": MUSTER, "issued": {"date-parts": [[2020]]}},
    {
        "id": "part", "type": "chapter", "title": "A part", "container-title": "The handbook",
        "author": [{"family": "Lind", "given": "Ada"}], "issued": {"date-parts": [[2021]]}, "publisher": "Press",
        "editor": [{"family": "Ek", "given": "Bo"}, {"family": "Ohm", "given": "Gil"}], "publisher-place": "Oslo",
    },
    {"id": "undated", "type": "book", "title": "Zorn", "author": [{"family": "Zorn", "given": "Z."}]},
    {"id": "address", "type": "webpage", "URL": "https://example.org/only"},
    {
        "id": "page", "type": "webpage", "title": "A page", "URL": "https://example.org/page",
        "accessed": {"date-parts": [[2024, 1, 15]]},
    },
    {"id": "law", "type": "legislation", "title": "Civil Code", "issued": {"date-parts": [[2002]]}},
    {
        "id": "essay", "type": "article-journal", "title": "An essay on wind", "container-title": "Annals",
        "author": [{"family": "d'Alembert", "given": "Jean"}], "issued": {"date-parts": [[2019, 3], [2020, 5]]},
        "volume": "3", "page": "1-9",
    },
    {"id": "bare", "type": "document"},
    {
        "id": "pair", "type": "book", "title": "On pairs", "issued": {"date-parts": [[2019]]},
        "author": [{"family": "Lind", "given": "Ada"}, {"family": "Ibáñez", "given": "Eva"}],
    },
    {
        "id": "crew", "type": "book", "title": "On crews", "issued": {"date-parts": [[2001]]}, "publisher": "Press",
        "author": [{"family": "Lind", "given": "Ada"}, {"literal": "others"}],
    },
    {
        "id": "ancient", "type": "book", "title": "Physics", "author": [{"literal": "Aristotle"}],
        "issued": {"date-parts": [[-350]]},
    },
    {
        "id": "limits", "type": "book", "title": "On limits", "issued": {"date-parts": [[1696]]},
        "author": [{"family": "Hôpital", "given": "Guillaume", "non-dropping-particle": "de l'"}],
    },
    {"id": "agency", "type": "webpage", "title": "A page", "author": [{"literal": "World Agency"}]},
    {"id": "kimiya", "type": "book", "title": "Kimiya", "author": [{"family": "al-Ghazali", "given": "Abu"}]},
)  # fmt: skip


def printed(text: str, *, style: str, language: str = "en", own_style: str = "") -> ReaderHtml:
    """A text as it reads on the screen, set in this process."""
    source = manuscript(section(text), csl_style=style, language=language, references=WORKS, own_style=own_style)
    with tempfile.TemporaryDirectory() as folder:
        return reader_html(source, cite(source, Path(folder)))


def text_of(reader: ReaderHtml) -> str:
    """The words of the section, notes included, with plain blanks."""
    return _words(reader.sections["a"])


def entries_of(reader: ReaderHtml) -> dict[str, str]:
    """The words of each entry by its key."""
    return {key: _words(html) for key, html in reader.bibliography_entries.items()}


def _words(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", "", html)).replace("\u00a0", " ").replace("\u202f", " ").split())
