"""How a document's files are laid out, and how many sheets that takes. Pages are paid for as standard pages (R-11)."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.models import Document
from documents.page_presets import PRESETS, Preset
from typesetting.page_format import FACES, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, STANDARD, PageFormat, sheets

SIZES_PT: Final = (10.0, 10.5, 11.0, 11.5, 12.0, 13.0, 14.0)
LINE_SPACINGS: Final = (1.0, 1.15, 1.25, 1.3, 1.5, 2.0)
LEAST_MARGIN_MM: Final = 10
MOST_MARGIN_MM: Final = 80
#: Of the text: narrower or lower, a title page has no room and lines fall apart.
LEAST_WIDTH_MM: Final = 100
LEAST_HEIGHT_MM: Final = 190


@dataclass(frozen=True)
class Told:
    """A preset and the sheets that the document's text would take in it."""

    preset: Preset
    sheets: int
    is_chosen: bool

    @property
    def face(self) -> str:
        """What its typeface is called."""
        return FACES[self.preset.page_format.face].word


def of(document: Document) -> PageFormat:
    """The format that its owner chose; else the standard page."""
    return PageFormat.from_json(document.page_format)


def as_kept(page_format: PageFormat) -> dict[str, Any]:
    """The format as a document keeps it: whole, so that a preset may change without it; nothing for the standard."""
    return {} if page_format == STANDARD else asdict(page_format)


def flaw(page_format: PageFormat) -> str:
    """Why margins leave no room for a text, in plain words; empty where they do."""
    width = PAGE_WIDTH_MM - page_format.left_mm - page_format.right_mm
    height = PAGE_HEIGHT_MM - page_format.top_mm - page_format.bottom_mm
    if width < LEAST_WIDTH_MM or height < LEAST_HEIGHT_MM:
        words = _("These margins leave %(width)d × %(height)d mm for the text. It needs %(least)d × %(high)d mm.")
        return words % {"width": width, "height": height, "least": LEAST_WIDTH_MM, "high": LEAST_HEIGHT_MM}
    return ""


def sheets_of(document: Document, page_format: PageFormat) -> int:
    """About how many sheets its text takes in a format: as it was measured, before that as it was ordered."""
    return sheets(float(document.body_pages or document.pages), page_format)


def told(document: Document) -> str:
    """What the chosen format does to the sheets, in words; empty for the standard page."""
    page_format = of(document)
    if page_format == STANDARD:
        return ""
    count = sheets_of(document, page_format)
    words = ngettext(
        "In the format that you chose the text takes about %(sheets)d sheet; %(pages)d pages of the standard page are "
        "ordered.",
        "In the format that you chose the text takes about %(sheets)d sheets; %(pages)d pages of the standard page are "
        "ordered.",
        count,
    )
    return words % {"sheets": count, "pages": document.pages}


def presets(document: Document) -> list[Told]:
    """All presets with what they do to this document."""
    chosen = of(document)
    return [Told(one, sheets_of(document, one.page_format), one.page_format == chosen) for one in PRESETS]


def faces() -> list[tuple[str, str]]:
    """Typefaces by name, with what they are called."""
    return [(name, face.word) for name, face in FACES.items()]
