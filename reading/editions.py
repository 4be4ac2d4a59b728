"""Numbers as databases write them, with words around: editions, volumes, issues."""

import re
from typing import Final

_ORDINAL: Final = {
    word: number
    for number, words in enumerate(
        ("first erste", "second zweite", "third dritte", "fourth vierte", "fifth fünfte", "sixth sechste",
         "seventh siebte", "eighth achte", "ninth neunte", "tenth zehnte"), 1,
    )
    for word in words.split()
}  # fmt: skip
_EDITION: Final = re.compile(
    r"^(?:(\d{1,3})(?:\s?(?:st|nd|rd|th|re|er|ère|ème|e|ª|º|a|o))?\.?|([^\W\d]+))"
    r"(?:\s*(?:ed(?:ition|n|s|ición|izione|ição)?|éd(?:ition)?|aufl(?:age)?|uitgave|wyd(?:anie)?|vyd(?:ání)?)\.?)?$",
    re.IGNORECASE,
)
_BEFORE_NUMBER: Final = re.compile(
    r"^(?:vol(?:ume|umen)?|no|nr|num(?:ber|éro|ero)?|issue|heft|jg|jahrgang|bd|band|iss|tome?|t|n)[.:°º]*\s*(?=\d)",
    re.IGNORECASE,
)


def edition(text: str) -> str:
    """A plain number where it is one in any words ("2nd ed.", "Dritte Aufl."), which styles print in the document's
    language; else the text.
    """
    found = _EDITION.match(text)
    if not found:
        return text
    return found[1] or str(_ORDINAL.get(found[2].lower(), "")) or text


def number(text: str) -> str:
    """A volume or an issue without the word before it ("Vol. 12", "No. 3"), which styles write themselves."""
    return _BEFORE_NUMBER.sub("", text)
