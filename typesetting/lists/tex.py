"""Text, titles and names as `.bib` files write them, in UTF-8."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

_ESCAPES: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_SPECIAL: Final = re.compile(r"[\\{}#$%&_~^]")
_MARK: Final = re.compile(r"<(?P<end>/?)(?P<tag>i|b|em|strong|sub|sup|sc|span)(?P<of>(?:\s[^<>]*)?)>")
_COMMANDS: Final = {"i": "emph", "em": "emph", "b": "textbf", "strong": "textbf", "sub": "textsubscript",
                    "sup": "textsuperscript", "sc": "textsc"}  # fmt: skip
_WORD: Final = re.compile(r"(?<![\\\w])[^\W_][\w'’-]*")
_PERCENTS: Final = {"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"}


def escaped(text: str) -> str:
    """Plain text with what TeX reads as commands made plain."""
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text)


def address(text: str) -> str:
    """An address, which programs take word for word: only what would end the field is written in percents."""
    return re.sub(r"[{}\\ ]", lambda found: _PERCENTS[found[0]], text)


def title(text: str, *, is_english: bool) -> str:
    """A title with its marks as commands, and with the capitals in braces that a style must leave as they are.

    Titles in other languages than English are never re-cased: braces around the whole.
    """
    if not is_english:
        return f"{{{_with_commands(text, escaped)}}}"
    words = re.findall(r"[^\W\d_]{4,}", re.sub(r"<[^>]*>", "", text))[1:]
    capitals = sum(word[0].isupper() for word in words)
    is_sentence = capitals * 2 <= len(words)
    first = _WORD.search(re.sub(r"<[^>]*>", "", text))

    def protected(piece: str) -> str:
        return _WORD.sub(lambda found: _braced(found[0], is_sentence=is_sentence and found[0] != begin), escaped(piece))

    begin = first[0] if first else ""
    return _with_commands(text, protected)


def _braced(word: str, *, is_sentence: bool) -> str:
    """DNA, eBay and CO2 always; a name such as Warsaw in a title that is written as a sentence."""
    inner = any(letter.isupper() for letter in word[1:])
    return f"{{{word}}}" if inner or (is_sentence and word[0].isupper()) else word


def _with_commands(text: str, plain: Callable[[str], str]) -> str:
    found: list[str] = []
    open_tags: list[str] = []
    place = 0
    for mark in _MARK.finditer(text):
        found.append(plain(text[place : mark.start()]))
        place = mark.end()
        if not mark["end"]:
            open_tags.append(mark["tag"])
            found.append(_opening(mark["tag"], mark["of"]))
        elif mark["tag"] in open_tags:
            while open_tags.pop() != mark["tag"]:
                found.append("}")
            found.append("}")
    found.append(plain(text[place:]))
    return "".join(found) + "}" * len(open_tags)


def _opening(tag: str, of: str) -> str:
    if tag == "span":
        return r"\textsc{" if "small-caps" in of else "{"
    return f"\\{_COMMANDS[tag]}{{"


def names(people: Sequence[Mapping[str, Any]]) -> str:
    """People as ``von Last, Jr, First and {A Body}``."""
    return " and ".join(_name(one) for one in people)


def _name(one: Mapping[str, Any]) -> str:
    if literal := " ".join(str(one.get("literal") or "").split()):
        return literal if literal == "others" else f"{{{escaped(literal)}}}"
    parts = {part: escaped(" ".join(str(one.get(part) or "").split())) for part in (*_PARTICLES, "given", "suffix")}
    family = escaped(" ".join(str(one.get("family") or "").split()))
    particle = " ".join(filter(None, (parts[name] for name in _PARTICLES)))
    whole = (_held(particle, family), parts["suffix"], parts["given"])
    # What parts names from each other holds only outside braces.
    return ", ".join(f"{{{part}}}" if re.search(r"\band\b|,", part) else part for part in whole if part)


_PARTICLES: Final = ("dropping-particle", "non-dropping-particle")


def _held(particle: str, family: str) -> str:
    """A particle that ends in an apostrophe stands at its name."""
    return f"{particle}{family}" if particle.endswith(("'", "’", "-")) else f"{particle} {family}".strip()


def entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    """One entry; fields without text are left out. Months are words that each style defines, so without braces."""
    said = {name: _nesting(text) for name, text in fields.items() if text}
    lines = [f"  {name} = {text if name == 'month' else f'{{{text}}}'}" for name, text in said.items()]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _nesting(text: str) -> str:
    """A field's text with its braces in pairs: BibTeX counts escaped ones, too, and would end the field elsewhere."""
    depth = 0
    for sign in re.findall(r"[{}]", text):
        depth += 1 if sign == "{" else -1
        if depth < 0:
            break
    if not depth:
        return text
    return text.replace(r"\{", r"\textbraceleft{}").replace(r"\}", r"\textbraceright{}")
