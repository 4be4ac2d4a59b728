"""Manuscripts to lay out, and how to read what became of them."""

import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
from lxml import etree

from typesetting import Manuscript, ManuscriptSection

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
REFERENCES: tuple[dict[str, Any], ...] = (
    {
        "id": "policy-2023",
        "type": "report",
        "title": "Debian Policy Manual",
        "author": [{"literal": "Debian Policy Group"}],
        "issued": {"date-parts": [[2023]]},
        "URL": "https://www.debian.org/doc/debian-policy/",
    },
    {
        "id": "doe1999",
        "type": "article-journal",
        "title": "Volunteers and Releases",
        "author": [{"family": "Doe", "given": "Jane"}, {"family": "Roe", "given": "Rick"}],
        "issued": {"date-parts": [[1999]]},
        "container-title": "Journal of Free Software",
        "volume": "3",
        "page": "12-34",
        "DOI": "10.1000/xyz",
    },
    {
        "id": "unread2001",
        "type": "book",
        "title": "Never Cited",
        "author": [{"family": "Unread", "given": "Una"}],
        "issued": {"date-parts": [[2001]]},
    },
)
ENGLISH = (
    "The maintainer of a package decides what goes into the archive, and the policy describes which properties "
    "every package must have before it is accepted [@policy-2023, p. 12]. Experience shows that automation alone is "
    "not sufficient; responsibility, documentation and review remain essential [@doe1999, pp. 14-15]. "
)
GERMAN = (
    "Die Paketbetreuerin entscheidet darüber, was in das Archiv gelangt, und die Richtlinien beschreiben "
    "Eigenschaften, die Softwarepakete vor ihrer Aufnahme besitzen müssen [@policy-2023, S. 12]. Automatisierung "
    "allein genügt nicht; Verantwortung, Dokumentation und Qualitätssicherung bleiben wesentliche Bestandteile "
    "verantwortungsvoller Zusammenarbeit [@doe1999, S. 14-15]. "
)


def section(markdown: str, *, identifier: str = "a", title: str = "Introduction", level: int = 1) -> ManuscriptSection:
    """One section."""
    return ManuscriptSection(id=identifier, level=level, title=title, markdown=markdown)


def manuscript(*sections: ManuscriptSection, **changes: Any) -> Manuscript:
    """A manuscript of the sections, changed as told."""
    values: dict[str, Any] = {
        "title": "How Volunteers Keep an Operating System Together",
        "kind": "Seminar paper",
        "topic": "On responsibility",
        "author": "Ada Lovelace",
        "date": date(2024, 3, 1),
        "language": "en",
        "csl_style": "apa",
        "sections": sections or (section(ENGLISH),),
        "references": REFERENCES,
    }
    return Manuscript(**{**values, **changes})


def long_manuscript(**changes: Any) -> Manuscript:
    """Three chapters over several pages, one with sections; every citation style finds something to do in it."""
    words = GERMAN if changes.get("language") == "de" else ENGLISH
    text = "\n\n".join([words * 4] * 3)
    return manuscript(
        section(text),
        section("", identifier="b", title="Rules and their makers"),
        section(text, identifier="c", title="Policy", level=2),
        section(text, identifier="d", title="Practice", level=2),
        section(text + "\n\nA last word.[^1]\n\n[^1]: As said [@doe1999, p. 20].", identifier="e", title="Conclusion"),
        **changes,
    )


def pdf_pages(path: Path) -> list[str]:
    """The text of each page, with the hyphens of line ends taken out."""
    document = pypdfium2.PdfDocument(path)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return [re.sub("(?:\ufffe|\x02|\u00ad|\u2010|-)\r?\n?(?=[a-zäöüß])", "", page) if page else "" for page in pages]


def running_text(pages: list[str]) -> str:
    """Text of pages from the third on, without their numbers, which stand between the halves of a sentence."""
    kept = (re.sub(rf"(?m)^{number}\s*$", "", page) for number, page in enumerate(pages[2:], start=3))
    return "\n".join(kept)


def docx_part(path: Path, name: str = "word/document.xml") -> "etree._Element":
    """One part of a DOCX, parsed."""
    with zipfile.ZipFile(path) as package:
        return etree.fromstring(package.read(name))


def docx_text(root: "etree._Element") -> str:
    """Text of a part, a line for each paragraph."""
    lines = []
    for paragraph in root.iter(f"{WORD}p"):
        found = (
            node.text or "" if node.tag == f"{WORD}t" else "\t" for node in paragraph.iter(f"{WORD}t", f"{WORD}tab")
        )
        lines.append("".join(found))
    return "\n".join(lines)


def squeezed(text: str) -> str:
    """Text without spaces and hyphens, to compare what line breaks and hyphenation tear apart."""
    return re.sub(r"[\s\u00a0\u00ad\u2010\ufffe\x02-]+", "", text)
