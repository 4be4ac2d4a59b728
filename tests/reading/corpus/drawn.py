"""Pages drawn sign by sign, as programs other than ours do: words placed one by one, sizes by matrix, odd orders."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pikepdf

from tests.reading.corpus.paper import listed
from tests.reading.corpus.works import Truth, Work, work

#: Widths of Times in thousandths of its size; what is not named here is as wide as a digit.
_WIDTHS: Final = {
    " ": 250, **dict.fromkeys("ijlt:;.,'’‘-–()", 285), **dict.fromkeys("fr", 333), **dict.fromkeys("aceszIJ", 430),
    **dict.fromkeys("ABCDGHKNOQRUVXYw", 722), **dict.fromkeys("EFLPSTZ", 590), **dict.fromkeys("mMW", 880),
}  # fmt: skip
_TEXT: Final = (
    "The book of the harbour was kept by hand and tells of fog, of bells and of the price of bread in winter. "
)


def _width(text: str, size: float) -> float:
    return sum(_WIDTHS.get(sign, 500) for sign in text) * size / 920  # bold letters are a little wider


@dataclass(frozen=True, slots=True)
class Line:
    """Words at a place, in points from the lower left corner."""

    words: str
    size: float
    x: float
    y: float
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """One page of lines in the standard fonts; ``by_matrix`` keeps the type at 1 and scales it."""

    lines: list[Line]
    info: dict[str, str] = field(default_factory=dict)
    by_matrix: bool = False
    by_word: bool = False

    def write(self, path: Path) -> Path:
        """The PDF."""
        document = pikepdf.new()
        document.add_blank_page(page_size=(595, 842))
        fonts = {
            name: pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name(f"/{base}"),
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
            for name, base in (("/F1", "Times-Roman"), ("/F2", "Times-Bold"))
        }  # fmt: skip
        page = document.pages[-1]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(fonts))
        page.Contents = document.make_stream("\n".join(self._drawn()).encode("cp1252", errors="replace"))
        for name, value in self.info.items():
            document.docinfo[f"/{name}"] = value
        document.save(path, deterministic_id=True)
        return path

    def _drawn(self) -> list[str]:
        operators: list[str] = []
        for line in self.lines:
            at = line.x
            for words in line.words.split(" ") if self.by_word else [line.words]:
                text = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
                size, scale = (1.0, line.size) if self.by_matrix else (line.size, 1.0)
                operators.append(
                    f"BT /{'F2' if line.is_bold else 'F1'} {size:g} Tf {scale:g} 0 0 {scale:g} {at:.1f} {line.y:.1f} Tm ({text}) Tj ET"
                )
                at += _width(f"{words} ", line.size)
        return operators


def _lines_of(text: str, size: float, y: float, *, width: float = 440, is_bold: bool = False) -> list[Line]:
    """Broken to the width, centred."""
    lines: list[str] = [""]
    for word in text.split():
        if _width(f"{lines[-1]} {word}", size) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [
        Line(words, size, (595 - _width(words, size)) / 2, y - at * size * 1.25, is_bold)
        for at, words in enumerate(lines)
    ]


def _body(y: float) -> list[Line]:
    words = (_TEXT * 30).split()
    return [Line(" ".join(words[at * 14 : at * 14 + 14]), 10, 70, y - at * 13) for at in range(int((y - 90) / 13))]


def _plain(one: Work) -> str:
    return one.whole_title.replace("<sub>", "").replace("</sub>", "").replace("<sup>", "").replace("</sup>", "")


def word_processor(seed: int, number: int) -> tuple[Drawn, Truth]:
    """A word processor's page printed to a file: each word by itself, the name of the file as title."""
    one = work(seed, number, authors=1 + number)
    title = _lines_of(_plain(one), 16, 740, is_bold=number % 2 == 0)
    below = title[-1].y - 30
    lines = [
        *title, *_lines_of(listed([each.name for each in one.authors]), 11, below),
        *_lines_of(f"{['May', 'June', 'July', 'March'][number]} {one.year}", 11, below - 40), *_body(below - 80),
    ]  # fmt: skip
    info = {
        "Title": f"Microsoft Word - {one.authors[0].family}_final.docx",
        "Author": "kmueller",
        "Creator": "PScript5.dll",
    }
    return Drawn(lines, info, by_word=True), Truth((_plain(one), one.whole_title), one.authors, one.year)


def scaled_type(seed: int, number: int) -> tuple[Drawn, Truth]:
    """A journal's page whose type is 1 and scaled, and whose title is drawn after the text."""
    one = work(seed, number, authors=2)
    title = _lines_of(_plain(one), 17, 730)
    below = title[-1].y - 30
    head = Line(f"Harbour Studies {one.volume} ({one.year}) {one.first_page}-{one.last_page}", 8, 70, 790)
    lines = [*_body(below - 60), head, *title, *_lines_of(listed([each.name for each in one.authors]), 11, below)]
    return (
        Drawn(lines, {"Creator": "XPP"}, by_matrix=True),
        Truth((_plain(one), one.whole_title), one.authors, one.year, {"container-title": "Harbour Studies"}),
    )
