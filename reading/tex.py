"""TeX as reference managers write it, as plain text: accents, symbols, formulas; nothing is run and no word is lost.

Lowered and raised letters become ``<sub>`` and ``<sup>``, which CSL knows, or Unicode where no marks are wanted.
"""

import re
import unicodedata
from html import unescape
from typing import Final

from reading.tex_addresses import address, braced
from reading.tex_commands import (
    ACCENTS,
    ARGUMENT_OF,
    LETTER_ACCENTS,
    LETTERS,
    LOWERED_PLAIN,
    RAISED_PLAIN,
    SIGNS,
    SILENT,
    SILENT_WITH_ARGUMENT,
    symbol,
)

#: Stands for a blank within braces, which keep the words of a name together.
KEPT_BLANK: Final = "\ue000"
_DEPTH_MAX: Final = 40
_SPECIAL: Final = re.compile(r"[\\{}$~^&`<]|''|--")
_ENTITY: Final = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_TAG: Final = re.compile(
    r"<(/?)(sub|sup|inf|i|b|em|strong|u|scp|sc|span|italic|bold|jats:[a-z]+|p)(?:\s[^<>]{0,200})?/?>"
)
_RUN: Final = re.compile(r"[^\\{}$~^_`'\-]+")
_COMMAND: Final = re.compile(r"\\(?:([A-Za-z@]+)\*?([ \t\n]*)|(.))", re.DOTALL)
_MATH: Final = re.compile(r"\$\$(.+?)\$\$|\$((?:[^$\\]|\\.)+)\$(?=(\d)?)", re.DOTALL)
_OF_TEX: Final = re.compile(r"[\\^_{]")
_QUOTED: Final = re.compile(r"(?<!`)`([^`'\\{}]{1,200})'(?![\w'])")
_VERB: Final = re.compile(r"([^A-Za-z\s*])(.*?)\1", re.DOTALL)
_OPTION: Final = re.compile(r"\[[^\]]{0,100}\]")
_MARK: Final = re.compile(r"</?su[bp]>")
_FORMULA_COUNT: Final = re.compile(r"(?<=[A-Za-z)\]])\d+")
_FORMULA_CHARGE: Final = re.compile(r"\^(?:\{([^}]*)\}|([\d+-]+))|(?<=[A-Za-z0-9)\]>])([+-])(?=$|[\s,])")


def marked(text: str) -> str:
    """The text on one line with ``<sub>`` and ``<sup>`` for lowered and raised letters: for titles."""
    return _one_line(_read(text, marks=True, keeps=False))


def plain(text: str) -> str:
    """The text on one line without any marks: for abstracts, publishers and whatever is searched."""
    return _one_line(_read(text, marks=False, keeps=False))


def name(text: str) -> str:
    """A person's name, with `KEPT_BLANK` for the blanks within braces."""
    return _one_line(_read(text, marks=False, keeps=True))


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _read(text: str, *, marks: bool, keeps: bool) -> str:
    if not _SPECIAL.search(text):
        return text
    for _ in range(2):  # some services escape twice
        text = _ENTITY.sub(lambda found: unescape(found[0]), text)
    reader = _Reader(_QUOTED.sub(r"‘\1’", _TAG.sub(_tag, text)), marks=marks, keeps=keeps)
    read = reader.read()
    if read.count("<sub>") != read.count("</sub>") or read.count("<sup>") != read.count("</sup>"):
        return _MARK.sub("", read)
    return read if marks else re.sub(r"<(su[bp])>(.*?)</\1>", _as_unicode, read)


def _tag(found: re.Match[str]) -> str:
    name = {"inf": "sub"}.get(found[2].removeprefix("jats:"), found[2].removeprefix("jats:"))
    if name in ("sub", "sup"):
        return f"<{found[1]}{name}>"
    return " " if name == "p" else ""


def _as_unicode(found: re.Match[str]) -> str:
    table = LOWERED_PLAIN if found[1] == "sub" else RAISED_PLAIN
    return found[2].translate(table) if all(ord(sign) in table for sign in found[2]) else found[2]


class _Reader:
    """Reads from left to right; groups nest up to a depth beyond which their braces are only dropped."""

    def __init__(self, text: str, *, marks: bool, keeps: bool) -> None:
        self.text = text
        self.at = 0
        self.marks = marks
        self.keeps = keeps
        self.depth = 0

    def read(self, *, until: str = "", math: bool = False) -> str:
        said: list[str] = []
        text = self.text
        while self.at < len(text):
            sign = text[self.at]
            if run := _RUN.match(text, self.at):
                said.append(run[0])
                self.at = run.end()
            elif sign == "}":
                self.at += 1
                if until == "}":
                    break
            elif sign == "{":
                said.append(self._group(math))
            elif sign == "\\":
                said.append(self._command(math))
            elif sign == "$" and (found := _MATH.match(text, self.at)) and _is_formula(found):
                said.append(self._formula(found[1] or found[2]))
                self.at = found.end()
            elif sign in "^_" and (math or text.startswith("{", self.at + 1)):
                self.at += 1
                said.append(self._shifted("sup" if sign == "^" else "sub", self._argument(math=True)))
            else:
                said.append(self._sign(sign, math))
        return "".join(said)

    def _group(self, math: bool) -> str:
        begin = self.at
        self.at += 1
        if self.depth >= _DEPTH_MAX:
            return ""
        self.depth += 1
        inner = self.read(until="}", math=math)
        self.depth -= 1
        if self.keeps and not self.text.startswith("\\", begin + 1):
            return inner.replace(" ", KEPT_BLANK)
        return inner

    def _sign(self, sign: str, math: bool) -> str:
        text, at = self.text, self.at
        self.at += 1
        if sign == "~":
            # A tie between words; "~5 %" means about.
            touches = at > 0 and not text[at - 1].isspace() and at + 1 < len(text) and not text[at + 1].isspace()
            return " " if touches or math or not text[at + 1 : at + 2].isdigit() else "~"
        if math:
            return "′" if sign == "'" else sign
        for written, meant in (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”")):
            if text.startswith(written, at):
                self.at = at + len(written)
                return meant
        return "‘" if sign == "`" else sign

    def _argument(self, *, math: bool) -> str:
        text = self.text
        while self.at < len(text) and text[self.at] in " \t\n":
            self.at += 1
        if self.at >= len(text) or text[self.at] == "}":
            return ""
        if text[self.at] == "{":
            return self._group(math)
        if text[self.at] == "\\":
            if self.depth >= _DEPTH_MAX:
                return ""
            self.depth += 1
            said = self._command(math)
            self.depth -= 1
            return said
        self.at += 1
        return text[self.at - 1]

    def _raw_argument(self) -> str:
        """The text between braces as it stands."""
        if not self.text.startswith("{", self.at):
            return ""
        inner = braced(self.text, self.at)
        self.at += len(inner) + 2
        return inner

    def _command(self, math: bool) -> str:
        found = _COMMAND.match(self.text, self.at)
        if found is None:  # a backslash at the end
            self.at += 1
            return ""
        self.at = found.end()
        word, blanks, sign = found[1], found[2], found[3]
        if sign is not None:
            if sign in ACCENTS and not math:
                return _accented(ACCENTS[sign], self._argument(math=math))
            if sign == "(" and (end := self.text.find("\\)", self.at)) > 0:
                inner, self.at = self.text[self.at : end], end + 2
                return self._formula(inner)
            return SIGNS.get(sign, sign)
        if word == "a" and self.text[self.at : self.at + 1] in ACCENTS:
            self.at += 1  # \a'e is \'e within tables
            return _accented(ACCENTS[self.text[self.at - 1]], self._argument(math=math))
        if word in LETTER_ACCENTS:
            return _accented(LETTER_ACCENTS[word], self._argument(math=math))
        return self._word(word, blanks, math)

    def _word(self, word: str, blanks: str, math: bool) -> str:
        match word:
            case "url" | "path" | "nolinkurl" if self.text.startswith("{", self.at):
                return address(self._raw_argument())
            case "verb" if quoted := _VERB.match(self.text, self.at):
                self.at = quoted.end()
                return quoted[2]
            case "textsubscript" | "sb" | "textsubscr":
                return self._shifted("sub", self._argument(math=math))
            case "textsuperscript" | "sp" | "textsuperscr":
                return self._shifted("sup", self._argument(math=math))
            case "ensuremath":
                return self._argument(math=True)
            case "ce" | "cee" | "chem":
                return self._chemical(self._raw_argument())
            case "frac" | "tfrac" | "dfrac" | "nicefrac" | "sfrac":
                return f"{self._argument(math=math)}/{self._argument(math=math)}"
            case "sqrt":
                return f"√{self._argument(math=math)}"
            case "enquote" | "mkbibquote" | "qq":
                return f"“{self._argument(math=math)}”"
        if word in SILENT_WITH_ARGUMENT:
            self._skip_option()
            self._argument(math=math)
            return ""
        if word in ARGUMENT_OF:
            wanted, number = ARGUMENT_OF[word]
            self._skip_option()
            return [self._argument(math=math) for _ in range(number)][wanted - 1]
        if word in SILENT:
            return ""
        said = symbol(word)
        if said is None:
            # Unknown: what stands in its braces follows by itself; alone, its name is a word ("\DNA").
            self._skip_option()
            said = "" if self.text.startswith("{", self.at) else word
        return said + self._blank_after(word, said, blanks, math)

    def _blank_after(self, word: str, said: str, blanks: str, math: bool) -> str:
        """TeX swallows the blank after a command; people mean it, but after a letter."""
        if not blanks or not said or word in LETTERS:
            return ""
        touches = math and len(said) == 1 and said.isalpha() and self.text[self.at : self.at + 1].isalnum()
        return "" if touches or self.text.startswith("{}", self.at) else " "

    def _skip_option(self) -> None:
        if option := _OPTION.match(self.text, self.at):
            self.at = option.end()

    def _formula(self, tex: str) -> str:
        inner = _Reader(tex, marks=self.marks, keeps=self.keeps)
        inner.depth = self.depth + 1
        return inner.read(math=True) if inner.depth < _DEPTH_MAX else tex

    def _shifted(self, mark: str, text: str) -> str:
        inner = _MARK.sub("", text).strip()
        return f"<{mark}>{inner}</{mark}>" if inner else ""

    def _chemical(self, text: str) -> str:
        text = _FORMULA_CHARGE.sub(lambda found: f"<sup>{found[1] or found[2] or found[3]}</sup>", text)
        return _FORMULA_COUNT.sub(r"<sub>\g<0></sub>", text).replace("->", "→").replace("<=>", "⇌")


def _is_formula(found: re.Match[str]) -> bool:
    """Sums of money are none: a formula has signs of TeX, or its dollars touch it and no digit follows (as pandoc)."""
    inner = found[1] or found[2]
    return bool(found[1] or _OF_TEX.search(inner)) or (not (inner[0] + inner[-1]).count(" ") and not found[3])


def _accented(mark: str, text: str) -> str:
    """The first letter with the accent on it; without a letter the accent as a sign."""
    text = text.strip()
    if not text:
        return {"\u0302": "^", "\u0303": "~"}.get(mark, "")
    first = {"ı": "i", "ȷ": "j"}.get(text[0], text[0])
    return unicodedata.normalize("NFC", first + mark) + text[1:]
