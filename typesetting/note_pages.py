"""Footnotes on the page of their mark: a mend of WeasyPrint 70.

Where a paragraph's second line does not fit on a page, the engine moves notes of the page to the next one to make room,
whatever their ``footnote-policy`` says, and then takes the paragraph away all the same: notes stand apart from their
marks, and some are printed nowhere. It does so nowhere in columns: it is told that lines are always set in one.
"""

import sys
from typing import Final

from weasyprint.layout import LayoutContext, block

from typesetting.errors import ExportError

_ASKED: Final = "in_column"


class _InColumn:
    """Stands for the attribute of the engine: true where lines are set, else as the engine says."""

    def __get__(self, context: LayoutContext, owner: type[LayoutContext]) -> bool:
        asking = sys._getframe(1).f_code
        return asking is block._linebox_layout.__code__ or bool(context.__dict__[_ASKED])

    def __set__(self, context: LayoutContext, value: bool) -> None:
        context.__dict__[_ASKED] = value


def keep_notes_on_their_pages() -> None:
    """Mends the engine in this process. Raises ExportError for an engine that does not ask as the known one does."""
    if _ASKED not in block._linebox_layout.__code__.co_names:
        raise ExportError("The layout engine is not the one whose footnotes are known.")
    setattr(LayoutContext, _ASKED, _InColumn())
