"""Numbers of pages for a table of contents, as the paged layout counts them."""

from collections.abc import Mapping

from typesetting import paging, word
from typesetting.citing import CitedText
from typesetting.manuscript import Manuscript


def with_pages(known: Mapping[str, int], manuscript: Manuscript, cited: CitedText) -> Mapping[str, int]:
    """``known``, if all that the contents list is in it; else what a layout finds. Raises ExportError."""
    if word.needs_pages(manuscript, cited) <= known.keys():
        return known
    return paging.first_pages(paging.lay_out(manuscript, cited), manuscript)
