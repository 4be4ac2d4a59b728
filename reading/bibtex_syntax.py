"""The entries of a BibTeX file as they stand: kind, key, fields and line. Faults are mended where it is plain how.

More is let through than BibTeX does: entries without key or comma, on one line, with a field twice, with one brace
too few or too many. bibtexparser 2.1 drops such entries or takes two fields for one, hence this reader. Each entry
ends at the latest where a line begins with the next one, so that a fault costs one entry and the time is linear.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

#: A piece of a value: whether it is a name that ``@string`` may define, and its text.
Piece = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry; ``kind`` and names of fields in small letters. ``fault`` as in `raw_entries`."""

    kind: str
    key: str
    line: int
    fields: tuple[tuple[str, tuple[Piece, ...]], ...]
    fault: str = ""


_START: Final = re.compile(r"(?<![\w.])@[ \t]*([A-Za-z][\w+-]*)\s*([{(])")
_LINE_START: Final = re.compile(r"^[ \t]*@[ \t]*[A-Za-z][\w+-]*\s*[{(]", re.MULTILINE)
_KEY: Final = re.compile(r"\s*([^,={}\"]*)")
#: A field's name, with a number behind it as Scopus has it ("funding_text 1").
_NAME: Final = r"[^\W\d][\w:.+/-]*(?:[ \u00a0]\d{1,3})?"
_FIELD: Final = re.compile(rf"({_NAME})\s*=")
_KEY_AND_FIELD: Final = re.compile(r"[^={}]{0,200},\s*[A-Za-z][\w-]{0,40}\s*=")
_FIELD_ON_LINE: Final = re.compile(rf",?[ \t]*\n[ \t]*{_NAME}[ \t]*=[ \t]*[{{\"\w]")
#: The next field behind a value's end, on the same line.
_FIELD_BEHIND_BRACE: Final = re.compile(rf"[}}\"]\s*,\s*{_NAME}\s*=\s*[{{\"\d]")
_GAP: Final = re.compile(r"(?:[\s,;]|%[^\n]*)*")
_BLANK: Final = re.compile(r"\s*")
_BRACES: Final = re.compile(r"\\[\\{}]|[{}]")
_BRACES_BY_BIBTEX: Final = re.compile(r"[{}]")
_QUOTES: Final = re.compile(r"\\[\\{}\"]|[{}\"]")
#: Quotation marks within a value that may be passed over to find its end.
_QUOTED_WORDS_MAX: Final = 100
#: What may follow the quotation mark that ends a value.
_AFTER_QUOTE: Final = re.compile(rf"\s*(?:#|[,\s]*(?:{_NAME}\s*=|[}})%@]|$))")
#: Fields that go on behind a brace too many.
_GOES_ON: Final = re.compile(rf"\s*,\s*{_NAME}\s*=\s*[{{\"\d]")
_BARE: Final = {"}": re.compile(r"[^\s,#{}\"=%]+"), ")": re.compile(r"[^\s,#{}\"=%)]+")}
#: Blocks that are passed over: remarks, and the settings of styles.
_NO_ENTRY: Final = frozenset({"comment", "preamble", "control", "ieeetranbstctl", "settings"})
#: Blocks that are no works.
NO_WORK: Final = _NO_ENTRY | {"string", "xdata", "set"}


def raw_entries(text: str) -> Iterator[RawEntry]:
    """Entries, ``@string`` and ``@xdata`` among them, in order.

    ``fault`` is empty, ``mended`` (a brace was missing or one too many), ``broken`` (a part of it was not understood
    and left out), ``unclosed`` (a value has no end, and is left out) or ``commented`` (it stands behind a % or in
    ``@comment``; its fields are not read).
    """
    return _Scanner(text).entries()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.ends_of_lines = [found.start() for found in re.finditer("\n", text)]
        self.starts = [found.start() for found in _LINE_START.finditer(text)]
        self.fault = ""

    def entries(self) -> Iterator[RawEntry]:
        at = 0
        while found := _START.search(self.text, at):
            if self._is_behind_percent(found.start(), at):
                if found[1].lower() not in NO_WORK:
                    key = _key_at(self.text, found.end())
                    yield RawEntry(found[1].lower(), key, self._line(found.start()), (), "commented")
                at = self._limit(self.text.find("\n", found.start()))
                continue
            kind, closer = found[1].lower(), "}" if found[2] == "{" else ")"
            limit = self._next_start(found.end())
            if kind in _NO_ENTRY:
                at = self._end_of_block(found.end() - 1, limit)
                for within in _START.finditer(self.text, found.end(), at):
                    if _KEY_AND_FIELD.match(self.text, within.end(), at):
                        key = _key_at(self.text, within.end())
                        yield RawEntry(within[1].lower(), key, self._line(within.start()), (), "commented")
                continue
            self.fault = ""
            key, at = self._key(found.end(), limit, closer)
            fields, at = self._fields(at, limit, closer)
            yield RawEntry(kind, key, self._line(found.start()), tuple(fields), self.fault)

    def _is_behind_percent(self, start: int, since: int) -> bool:
        """Whether the entry stands in a remark: behind a % in its line, and going on in no other line."""
        begin = max(self.text.rfind("\n", since, start) + 1, since)
        if not self.text[begin:start].lstrip().startswith("%"):
            return False
        end = self._limit(self.text.find("\n", start))
        closes = _closing(self.text, self.text.find("{", start, end), end) if "{" in self.text[start:end] else -1
        following = self.text[end + 1 : end + 200].lstrip(" \t")
        return closes >= 0 or not _FIELD.match(following)

    def _line(self, at: int) -> int:
        return bisect_right(self.ends_of_lines, at - 1) + 1

    def _limit(self, at: int) -> int:
        return at if at >= 0 else len(self.text)

    def _next_start(self, at: int) -> int:
        number = bisect_right(self.starts, at)
        return self.starts[number] if number < len(self.starts) else len(self.text)

    def _end_of_block(self, at: int, limit: int) -> int:
        """Behind a block that is no entry; entries within the braces of a remark are part of it."""
        end = _closing(self.text, at, len(self.text)) if self.text[at] == "{" else self.text.find(")", at, limit)
        return end + 1 if end >= 0 else limit

    def _key(self, at: int, limit: int, closer: str) -> tuple[str, int]:
        found = _KEY.match(self.text, at, limit)
        assert found is not None, "it also matches nothing"
        key, end = found[1].strip(), found.end()
        if self.text.startswith("=", end):
            # No key, or no comma behind it.
            words = key.split()[:-1]
            return " ".join(words), found.start(1) + len(" ".join(words)) if words else at
        if closer == ")" and ")" in key:
            key = key.partition(")")[0]
            return key, found.start(1) + len(key)
        return key, end

    def _fields(self, at: int, limit: int, closer: str) -> tuple[list[tuple[str, tuple[Piece, ...]]], int]:
        fields: list[tuple[str, tuple[Piece, ...]]] = []
        text = self.text
        while True:
            gap = _GAP.match(text, at, limit)
            at = gap.end() if gap else at
            if at >= limit or _START.match(text, at, limit):
                self.fault = self.fault or "mended"
                return fields, at
            if text[at] == closer:
                if not _GOES_ON.match(text, at + 1, limit):
                    return fields, at + 1
                self.fault = self.fault or "mended"
                at += 1
            elif found := _FIELD.match(text, at, limit):
                value, at = self._value(found.end(), limit, closer)
                fields.append((found[1].lower(), value))
            else:
                at = self._behind_what_is_no_field(at, limit, closer)

    def _behind_what_is_no_field(self, at: int, limit: int, closer: str) -> int:
        self.fault = self.fault or "broken"
        if self.text[at] == "{":
            end = _closing(self.text, at, limit)
            return end + 1 if end >= 0 else limit
        found = re.compile(r"[,\n{" + closer + "]").search(self.text, at + 1, limit)
        return found.start() if found else limit

    def _value(self, at: int, limit: int, closer: str) -> tuple[tuple[Piece, ...], int]:
        pieces: list[Piece] = []
        text = self.text
        is_joined = True
        while True:
            at = _end(_BLANK.match(text, at, limit), at)
            if at >= limit or text[at] in f",{closer}":
                return tuple(pieces), at
            if text[at] == "#":
                is_joined = True
                at += 1
                continue
            if pieces and (text[at] == "%" or _START.match(text, at, limit)):
                return tuple(pieces), at
            if _FIELD.match(text, at, limit) and (pieces or "\n" in text[at - 1 : at]):
                return tuple(pieces), at  # no comma between two fields
            if pieces and not is_joined:
                pieces.append((False, " "))
            piece, at = self._piece(at, limit, closer)
            pieces.append(piece)
            is_joined = False

    def _piece(self, at: int, limit: int, closer: str) -> tuple[Piece, int]:
        text = self.text
        if text[at] == "{":
            end = _closing(text, at, limit)
            return self._enclosed(at, end, limit)
        if text[at] == '"':
            end = _closing_quote(text, at, limit)
            return self._enclosed(at, end, limit)
        found = _BARE[closer].match(text, at, limit)
        if found is None:
            return (False, ""), at + 1
        return (not found[0][0].isdigit(), found[0]), found.end()

    def _enclosed(self, at: int, end: int, limit: int) -> tuple[Piece, int]:
        """The value from ``at`` to ``end``; where it swallows other fields, up to the first of them."""
        within = self.text, at, end if end >= 0 else limit
        line = _FIELD_ON_LINE.search(*within) or _FIELD_BEHIND_BRACE.search(*within)
        is_swallowing = line is not None and (end < 0 or not self.text[end + 1 : limit].strip(" \t\r\n,"))
        if line is not None and is_swallowing:
            self.fault = self.fault or "mended"
            return (False, self.text[at + 1 : line.start()].rstrip(' \t,}"')), line.start()
        if end < 0:
            self.fault = "unclosed"
            return (False, ""), limit
        return (False, self.text[at + 1 : end]), end + 1


def _key_at(text: str, at: int) -> str:
    found = re.compile(r"[^\s,={}\"]{0,100}").match(text, at)
    return found[0] if found else ""


def _end(found: re.Match[str] | None, at: int) -> int:
    return found.end() if found else at


def _closing(text: str, at: int, limit: int) -> int:
    """Where the brace at this place is closed, before ``limit``; -1 where it is not.

    Braces behind a backslash are not counted; where that leaves one open, all are, as BibTeX does.
    """
    for pattern in (_BRACES, _BRACES_BY_BIBTEX):
        depth = 0
        for found in pattern.finditer(text, at, limit):
            depth += (found[0] == "{") - (found[0] == "}")
            if depth == 0 and found[0] == "}":
                return found.start()
    return -1


def _closing_quote(text: str, at: int, limit: int) -> int:
    """Where the quotation mark at this place is closed: outside of braces, and where something may follow."""
    depth = passed = 0
    first = -1
    for found in _QUOTES.finditer(text, at + 1, limit):
        if found[0] == '"' and depth == 0:
            if _AFTER_QUOTE.match(text, found.end(), limit):
                return found.start()
            first = found.start() if first < 0 else first
            passed += 1
            if passed == _QUOTED_WORDS_MAX:
                break
        elif found[0] in "{}":
            depth = max(0, depth + (found[0] == "{") - (found[0] == "}"))
    return first
