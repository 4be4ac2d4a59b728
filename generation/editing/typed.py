"""A section's text as somebody typed it: made clean, and refused where files would print it otherwise than it reads."""

import re
from typing import Final

from django.utils.translation import gettext as _

from documents.domain.text import GROUP, citation_keys
from generation.errors import TextInvalid
from tesigo.platform.plain_text import clean_lines
from typesetting.parsing import cited_keys

#: A sign that begins a key, and does not stand in an address of mail.
_MEANT: Final = re.compile(r"(?<!\w)@")
#: The beginning of a footnote's own line.
_NOTE: Final = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:", re.M)
#: Characters of one section: some forty pages.
MOST_CHARACTERS: Final = 100_000
#: Characters that are shown of a place that cannot be read as a citation.
_SHOWN_CHARACTERS: Final = 60


def cleaned(typed: str, *, language: str) -> str:
    """The text without signs that nobody sees, with one kind of line end. Raises TextInvalid in plain words."""
    text = clean_lines(typed).strip()
    if not text:
        raise TextInvalid(_("A section needs some text."))
    if len(text) > MOST_CHARACTERS:
        raise too_long(len(text))
    for group in GROUP.finditer(text):
        if _MEANT.search(group[0]) and not citation_keys(group[0]):
            raise TextInvalid(
                _("“%(words)s” cannot be read as a citation. One looks like [@smith2020, p. 4].")
                % {"words": group[0][:_SHOWN_CHARACTERS]}
            )
    # The checks find citations by their form, the files by parsing: where they differ one would be lost unsaid.
    if [item.key for item in citation_keys(text)] != cited_keys(text, language=language):
        raise TextInvalid(
            _("A citation stands where none is printed: in code, in the words of a link, or in a note without a mark.")
        )
    around = _NOTE.sub("", text)
    for name in _NOTE.findall(text):
        if around.count(f"[^{name}]") > 1:
            raise TextInvalid(
                _("Two marks point at the footnote “%(name)s”; it is printed once. Write a second note.")
                % {"name": name[:_SHOWN_CHARACTERS]}
            )
        if f"[^{name}]" not in around:
            raise TextInvalid(
                _("Nothing in the text points at the footnote “%(name)s”. Put [^%(name)s] where it belongs.")
                % {"name": name[:_SHOWN_CHARACTERS]}
            )
    return text


def too_long(length: int) -> TextInvalid:
    """What is said of a text of ``length`` characters, which is more than a section has room for."""
    return TextInvalid(
        _("A section has room for %(most)d characters; this text has %(length)d.")
        % {"most": MOST_CHARACTERS, "length": length}
    )
