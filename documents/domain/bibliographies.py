"""What is said at a reference list that was read: how many entries, and where each stands that was not (R-84)."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reading.protocol import MAX_ITEMS, Unread

#: Characters in which entries are named one by one; the others are counted.
_NAMED_CHARACTERS: Final = 140
_KEY_CHARACTERS: Final = 40
#: By `reading.protocol.Unread.code`.
_REASONS: Final[dict[str, Promise]] = {
    "no_title": gettext_lazy("no title"),
    "unclosed": gettext_lazy("a brace or quotation mark is never closed"),
    "commented": gettext_lazy("commented out"),
}


def said(*, items: int, with_text: int, unread: Sequence[Unread]) -> str:
    """The verdict on a list. ``items``: its entries that became sources; ``with_text``: those with an abstract."""
    joined = _count(unread, "joined")
    missing = sum(one.count for one in unread if one.code not in ("joined", "mended"))
    read = items + joined
    if missing:
        total = ngettext("Read: %(count)d of %(total)d entry", "Read: %(count)d of %(total)d entries", read + missing)
        entries = total % {"count": read, "total": read + missing}
    else:
        entries = ngettext("Read: %(count)d entry", "Read: %(count)d entries", read) % {"count": read}
    texts = ngettext(
        "%(count)d with a text that can be cited.", "%(count)d with texts that can be cited.", with_text
    ) % {"count": with_text}
    twice = ngettext(
        "%(count)d stood there twice and was joined.", "%(count)d stood there twice and were joined.", joined
    ) % {"count": joined}
    return " ".join(part for part in (f"{entries}, {texts}", not_read(unread), twice if joined else "") if part)


def not_read(unread: Iterable[Unread]) -> str:
    """The entries that were not read, or not whole, with their lines and reasons; empty where there are none."""
    listed = list(unread)
    parts = []
    if left_out := _named([one for one in listed if one.code not in ("joined", "mended", "limit")]):
        parts.append(_("Not read: %(entries)s.") % {"entries": left_out})
    if mended := _named([one for one in listed if one.code == "mended"]):
        parts.append(
            _("Look at what came of %(entries)s: a brace, comma or part is out of place.") % {"entries": mended}
        )
    for one in listed:
        if one.code == "limit":
            parts.append(
                _("From line %(line)d on %(count)d entries were left out: a list holds at most %(most)d. Split it.")
                % {"line": one.line, "count": one.count, "most": MAX_ITEMS}
            )
    return " ".join(parts)


def _named(unread: Sequence[Unread]) -> str:
    named: list[str] = []
    for at, one in enumerate(unread):
        words = _("line %(line)d") % {"line": one.line}
        if one.key:
            words = f"{words}, {one.key[:_KEY_CHARACTERS]}"
        if one.code in _REASONS:
            words = f"{words} ({_REASONS[one.code]})"
        if named and len("; ".join([*named, words])) > _NAMED_CHARACTERS:
            rest = sum(other.count for other in unread[at:])
            named.append(ngettext("%(count)d more", "%(count)d more", rest) % {"count": rest})
            break
        named.append(words)
    return "; ".join(named)


def _count(unread: Iterable[Unread], code: str) -> int:
    return sum(one.count for one in unread if one.code == code)
