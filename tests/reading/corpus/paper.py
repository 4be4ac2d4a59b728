"""Sheets of the corpus: HTML that a typesetter makes a PDF of, with running text and with metadata in every state."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from weasyprint import HTML

from tests.reading.corpus.works import Author, Work

_SENTENCES: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "Every harbour keeps a book in which the weather is written down by hand.",
        "We compare these notes with what the instruments recorded in the same hours.",
        "The difference is small in summer and grows when the wind turns to the east.",
        "Earlier studies looked at large ports only and left the small ones aside.",
        "Three of the seven stations changed their observers during the period.",
        "This does not alter the result, as the second table shows.",
        "A longer series would be needed to say more about single years.",
        "The people who kept the books were paid little and moved seldom.",
    ),
    "de": (
        "Jeder Hafen führt ein Buch, in dem das Wetter von Hand vermerkt wird.",
        "Wir vergleichen diese Notizen mit den Aufzeichnungen der Geräte.",
        "Der Unterschied ist im Sommer klein und wächst bei Ostwind.",
        "Frühere Arbeiten haben nur die großen Häfen betrachtet.",
    ),
    "fr": (
        "Chaque port tient un livre où le temps est noté à la main.",
        "Nous comparons ces notes avec les mesures des appareils.",
        "La différence est faible en été et augmente par vent d’est.",
        "Les études plus anciennes n’ont regardé que les grands ports.",
    ),
    "pl": (
        "Każdy port prowadzi księgę, w której pogoda jest zapisywana ręcznie.",
        "Porównujemy te zapiski z pomiarami przyrządów.",
        "Różnica jest mała latem i rośnie przy wietrze ze wschodu.",
        "Wcześniejsze prace dotyczyły tylko dużych portów.",
    ),
    "cs": (
        "Každý přístav vede knihu, do níž se počasí zapisuje ručně.",
        "Tyto záznamy porovnáváme s měřením přístrojů.",
        "Rozdíl je v létě malý a roste při východním větru.",
        "Starší práce se zabývaly jen velkými přístavy.",
    ),
}
SERIF: Final = ("Liberation Serif", "TeX Gyre Termes", "DejaVu Serif", "Liberation Serif")
SANS: Final = ("Liberation Sans", "DejaVu Sans", "Liberation Sans", "TeX Gyre Heros")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file to make: its HTML and style, and what stands in its metadata."""

    html: str
    css: str = ""
    info: dict[str, str] = field(default_factory=dict)
    language: str = "en"

    def write(self, path: Path) -> Path:
        """The PDF."""
        head = "".join(
            f"<title>{value}</title>" if name == "title" else f"<meta name={name} content='{value}'>"
            for name, value in self.info.items()
        )
        page = f"<html lang={self.language}><head><meta charset=utf-8>{head}</head><style>{_BASE}{self.css}</style>"
        HTML(string=f"{page}<body>{self.html}</body></html>").write_pdf(path)
        return path


_BASE: Final = """
@page { size: A4; margin: 2.2cm }
body { font: 10pt/1.25 serif; text-align: justify; hyphens: auto }
p { margin: 3pt 0 } sup, sub { font-size: 62%; line-height: 0 }
h1, h2, h3, h4 { text-align: left; margin: 6pt 0 } h1, .c { hyphens: none } .c { text-align: center } .l { text-align: left }
.two { columns: 2; column-gap: 16pt } .small { font-size: 8pt } .new { break-before: page }
table { width: 100%; border-spacing: 0 } td { vertical-align: top; text-align: left; padding: 0 6pt 0 0; hyphens: none }
"""


def prose(words: int, work: Work, *, start: int = 0) -> str:
    """Paragraphs of running text in the work's language, each sentence with a number of its own."""
    sentences = _SENTENCES[work.language]
    paragraphs: list[str] = []
    count, at = 0, start + work.number
    while count < words:
        some = [sentences[(at + step) % len(sentences)] for step in range(5)]
        some[2] = f"{some[2][:-1]} ({at + 3})."
        paragraphs.append(f"<p>{' '.join(some)}</p>")
        count += sum(len(one.split()) for one in some)
        at += 3
    return "".join(paragraphs)


def marked(authors: tuple[Author, ...], marks: str = "12345", *, star: int = 0, between: str = ", ") -> str:
    """Names with the raised marks of their places; ``star`` is who writes the letters."""
    names = [
        f"{one.name}<sup>{marks[at % len(marks)]}{',∗' if at == star else ''}</sup>" for at, one in enumerate(authors)
    ]
    return between.join(names)


def listed(names: list[str], word: str = "and") -> str:
    """ "A, B and C"."""
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else names[0]


def info(work: Work, *, title: str | None = None) -> dict[str, str]:
    """Metadata as files carry them: none, right, or left over from a program, by the number of the work."""
    plain = (title or work.title).replace("<sub>", "").replace("</sub>", "").replace("<sup>", "").replace("</sup>", "")
    match work.number % 4:
        case 0:
            return {}
        case 1:
            return (
                {"title": plain.replace("'", "’"), "author": work.authors[0].name.replace("'", "’")}
                if work.authors
                else {"title": plain.replace("'", "’")}
            )
        case 2:
            return {"title": "Microsoft Word - final_v3.doc", "author": "kmueller"}
        case _:
            return {"title": "untitled"}
