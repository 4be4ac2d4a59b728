"""Titles that files state of themselves and that are none."""

import re
from typing import Final

_WORTHLESS: Final = re.compile(
    r"^(untitled.*|unbenannt.*|document\d*|dokument\d*|microsoft (word|powerpoint) ?-.*|slide \d*|title|"
    r"titel|template.*|"
    r".*\btemplate|vorlage.*|.*\.(docx?|pdf|tex|indd|odt|rtf|dvi|qxd|pages|html?|eps|ps)|\W*|[\d\W]+|\S*_\S*|"
    r"(insert|type|enter|your) .*title.*|paper title.*|manuscript|pii:? .*|doi:? ?10\..*|layout \d+)$",
    re.IGNORECASE,
)


def is_worthless(title: str) -> bool:
    """Whether a title from metadata is none: a file's name, a template's words, hardly a letter."""
    title = " ".join(title.split())
    return len(title) < 4 or _WORTHLESS.match(title) is not None
