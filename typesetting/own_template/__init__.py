"""Word templates that students bring: their styles, page, head and foot, as plain values (R-04, R-101).

Nothing of the file itself is carried into a document: what is read here is cleaned, and written anew.
"""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from typesetting.errors import ExportError
from typesetting.page_format import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, PageFormat

MAX_BYTES: Final = 4 * 1024 * 1024
#: What a line of a head or foot is made of beside words.
TAB: Final = "\t"
PAGE: Final = "\x00page"
PAGES: Final = "\x00pages"
LOGO: Final = "\x00logo"
_TWIPS_PER_MM: Final = 1440 / 25.4
_LEAST_MARGIN_MM: Final = 5


#: Why a file is no template, by kind: who speaks to people in other languages has words of their own for each.
REFUSALS: Final = {
    "large": f"The file is too large for a template, or unpacks to too much: at most {MAX_BYTES // 1024**2} MB.",
    "no-word": "The file is no Word document. Choose one that ends in .docx or .dotx.",
    "damaged": "The file is damaged. Open it in Word, save it again, and choose the new file.",
    "outside": "The file shows something that lies elsewhere, such as a linked picture. Put it into the file.",
    "no-styles": "The file has no styles that can be used. Save it with Word and choose the new file.",
    "many-styles": "The file has too many styles. Delete those that the template does not need.",
}


class TemplateRefused(ExportError):
    """A file is no Word template that we can use; ``kind`` is one of `REFUSALS`."""

    def __init__(self, kind: str) -> None:
        super().__init__(REFUSALS[kind])
        self.kind = kind


@dataclass(frozen=True)
class Line:
    """A paragraph of a head or foot: where it stands (left, center, right, both) and its pieces in order."""

    side: str
    pieces: tuple[str, ...]

    @property
    def has_number(self) -> bool:
        """Whether the number of the page stands in it."""
        return PAGE in self.pieces

    @property
    def words(self) -> str:
        """What one reads in it, with dots for numbers of pages."""
        said = {TAB: " ", LOGO: " ", PAGE: "…", PAGES: "…"}
        return " ".join("".join(said.get(one, one) for one in self.pieces).split())


@dataclass(frozen=True)
class Logo:
    """A picture of the head or foot: base64 of a PNG or JPEG, and its size on paper in EMU."""

    data: str
    ending: str
    words: str
    width: int
    height: int


@dataclass(frozen=True)
class Page:
    """Size and margins of a sheet, in twentieths of a point; ``head`` and ``foot`` from the edge of the sheet."""

    width: int
    height: int
    top: int
    right: int
    bottom: int
    left: int
    head: int
    foot: int

    @property
    def text_width(self) -> int:
        """Width of the text."""
        return self.width - self.left - self.right


@dataclass(frozen=True)
class OwnTemplate:
    """A template as it was read.

    ``styles`` is its part of styles, cleaned; ``names`` the ids of its styles by those of ours that they stand for;
    ``page`` is None where its page cannot be used. ``body`` is what its running text is set like, for counting:
    face, size in points, line spacing. ``left_out`` says what is in it and not taken, by the names of `LEFT_OUT`.
    """

    styles: str
    names: dict[str, str]
    page: Page | None
    body: tuple[str, float, float]
    head: tuple[Line, ...] = ()
    foot: tuple[Line, ...] = ()
    first_head: tuple[Line, ...] = ()
    first_foot: tuple[Line, ...] = ()
    logo: Logo | None = None
    left_out: tuple[str, ...] = ()

    @property
    def has_number(self) -> bool:
        """Whether its head or foot says where the page's number stands."""
        return any(line.has_number for line in (*self.head, *self.foot))

    def format(self, chosen: PageFormat) -> PageFormat:
        """About how its pages look, with numbers and headings as the document's format has them."""
        face, size, spacing = self.body
        look = replace(chosen, face=face, size_pt=size, line_spacing=spacing)
        if self.page is None:
            return look
        page = self.page
        # As on A4, which all our pages are: what another sheet is wider goes from the margins.
        wider = PAGE_WIDTH_MM - page.width / _TWIPS_PER_MM
        higher = PAGE_HEIGHT_MM - page.height / _TWIPS_PER_MM
        return replace(
            look,
            left_mm=_margin_mm(page.left, 0),
            right_mm=_margin_mm(page.right, wider),
            top_mm=_margin_mm(page.top, 0),
            bottom_mm=_margin_mm(page.bottom, higher),
        )

    def to_text(self) -> str:
        """As one text, for keeping."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> "OwnTemplate":
        """The template that ``to_text`` wrote."""
        values: dict[str, Any] = json.loads(text)
        lines = {
            name: tuple(Line(one["side"], tuple(one["pieces"])) for one in values[name])
            for name in ("head", "foot", "first_head", "first_foot")
        }
        return cls(
            styles=values["styles"],
            names=values["names"],
            page=Page(**values["page"]) if values["page"] else None,
            body=tuple(values["body"]),
            logo=Logo(**values["logo"]) if values["logo"] else None,
            left_out=tuple(values["left_out"]),
            **lines,
        )


def _margin_mm(twips: int, more: float) -> int:
    return max(_LEAST_MARGIN_MM, round(twips / _TWIPS_PER_MM + more))
