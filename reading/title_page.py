"""Title, authors, year and container as a reader of page 1 sees them.

The title is the largest type of the page over all its lines. What a file says of itself is believed where the page
agrees: it is often the name of a file or of a template.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

from reading.columns import main_column_first
from reading.identifiers import arxiv_numbers, before_references, dois, year_of_arxiv
from reading.imprint import date_line, imprint, own_reference, proceedings, said_year
from reading.labels import heads_first_section, is_label, is_no_title, kind_of_thesis, says_a_report
from reading.lines import TypeLine, TypePage, without_marks
from reading.names_in_line import names_in
from reading.names_on_page import authors_below, editors_in, text_begins
from reading.people import Name, people
from reading.title_groups import SAME_SIZE, Group, StatedGroup, groups_of
from reading.titles import is_worthless

TITLE_MAX_CHARACTERS: Final = 300
_TITLE_MAX_LINES: Final = 9
#: Lines at the head and at the foot among which a running line is looked for.
_HEAD_LINES: Final = 6
_FOOT_LINES: Final = 9
#: Lines among which the title is looked for that the metadata state.
_HEADED_LINES: Final = 80
#: A title page of a book or a thesis has hardly any text.
_COVER_MAX_LETTERS: Final = 600
#: Type this much larger than the running text is a title's.
_LARGER: Final = 1.14
#: Where a thesis was written.
_UNIVERSITY: Final = re.compile(
    r"\b(?:universi\w+|uniwersytet\w*|univerzit\w+|hochschule\b|fachhochschule|politechnika|polit[eé]cnic[oa]|college\b|"
    r"institute of technology|\w*akademie)",
    re.IGNORECASE,
)
_MOST_WORDS_OF_PLACE: Final = 8
_ADDRESS: Final = re.compile(r"(?:https?://|www\.|\S+@)\S*$", re.IGNORECASE)
#: In front of a journal's name on such a sheet.
_SOURCE: Final = re.compile(r"^(?:source|in|quelle|journal|published in|article in)\s*:?\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of itself, in its information dictionary or its XMP."""

    title: str = ""
    author: str = ""


def front_of(page: TypePage, said: Said) -> dict[str, Any]:
    """CSL fields that the page carries: ``title``, ``author``, ``year`` (a number), container, volume, issue, pages,
    ``DOI`` and ``arxiv``. Each is absent where the page does not say it."""
    front: dict[str, Any] = {}
    texts = [without_marks(line.text) for line in page.lines]
    body_size = page.body_size
    running = [text for line, text in zip(page.lines, texts, strict=True) if line.size <= body_size * 1.3]
    front |= imprint(running[:_HEAD_LINES])
    title = _title(page.lines, body_size, said, str(front.get("container-title", "")))
    if title is not None and (lines := main_column_first(page.lines, title.lines[0])) != page.lines:
        page = replace(page, lines=lines)
        title = _title(lines, body_size, said, str(front.get("container-title", "")))
    if title is not None:
        front["title"] = title.text[:TITLE_MAX_CHARACTERS]
        if authors := _authors(page, title, said):
            front["author"] = authors
        elif editors := editors_in(page.lines[title.after :]):
            front["editor"] = editors
    if container := _without_names(front.get("container-title", ""), front.get("author", [])):
        front["container-title"] = container
    text = "\n".join([*texts, page.turned])
    front |= _numbers(before_references(text))
    own = [one for one in texts if "DOI" in front and front["DOI"] in dois(one)]
    for told in (
        own_reference(text, front.get("title", "")),
        imprint(_alone_at_foot(page)),
        imprint(own),
        imprint(texts[: min(_HEAD_LINES, title.first if title else _HEAD_LINES)]),
        proceedings(running),
    ):
        if "container-title" not in front:
            front = {**told, **front}
    if "year" not in front:
        year = _year(page, title, text)
        if year is None and "arxiv" in front:
            year = year_of_arxiv(front["arxiv"])
        if year is not None:
            front["year"] = year
    return front | _as_thesis(page)


def _as_thesis(page: TypePage) -> dict[str, str]:
    """Type, kind and university of a title page that says that it is a thesis's."""
    lines = [line.words for line in _until_text(page.lines)]
    kind = next(filter(None, map(kind_of_thesis, lines)), "")
    if not kind or sum(line.letters for line in page.lines) > 2 * _COVER_MAX_LETTERS:
        return {}
    place = next((line for line in lines if _UNIVERSITY.search(line) and len(line.split()) <= _MOST_WORDS_OF_PLACE), "")
    said = {"type": "thesis", "genre": kind.capitalize() if kind.isupper() else kind}
    return said | ({"publisher": place.title() if place.isupper() else place} if place else {})


def told_by_sheet(sheet: TypePage) -> dict[str, Any]:
    """Where and when the work appeared, as the sheet says that a repository put in front of it."""
    lines = [line.words for line in sheet.lines]
    text = "\n".join(lines)
    told = _numbers(text) | own_reference(text, "")
    pairs = (f"{above} {line}" for above, line in pairwise(lines))
    told = max((imprint([_SOURCE.sub("", one)]) for one in [*lines, *pairs]), key=len, default={}) or told
    if "year" not in told and (year := date_line(part for line in sheet.lines for part in _parts(line))):
        told["year"] = year
    return told


def _year(page: TypePage, title: Group | None, text: str) -> int | None:
    """The year that the page says in words, else that of a line which is a date, below the title or else above."""
    if (year := said_year(text)) is not None:
        return year
    is_cover = sum(line.letters for line in page.lines) < _COVER_MAX_LETTERS
    above = page.lines[: title.first] if title else []
    below = page.lines[title.after :] if title else page.lines
    for lines in (_until_text(below), above):
        if (year := date_line((part for line in lines for part in _parts(line)), is_cover=is_cover)) is not None:
            return year
    return None


def _without_names(container: str, authors: Sequence[Name]) -> str:
    """A journal without the authors that stand before it in the same line: "Talvik and Ferrow BMC Bells"."""
    families = {word for name in authors for word in name.get("family", "").split()}
    words = container.split()
    start = 0
    while start < len(words) and (
        words[start].strip(",;:") in families or (start and words[start] in ("and", "&", "und"))
    ):
        start += 1
    return " ".join(words[start:]) or container


def _alone_at_foot(page: TypePage) -> list[str]:
    """The last lines, but not those that go on from the line above: in a note they are of another work."""
    found: list[str] = []
    for above, line in pairwise(page.lines[-_FOOT_LINES:]):
        if abs(above.size - line.size) > SAME_SIZE * line.size or above.base - line.base > 1.5 * line.size:
            found.append(without_marks(line.text))
    return found[::-1]


def _numbers(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if len(own := dois(text)) == 1:
        found["DOI"] = own[0]
    if len(numbers := arxiv_numbers(text)) == 1:
        found["arxiv"] = numbers[0]
    return found


def _title(lines: Sequence[TypeLine], body_size: float, said: Said, container: str) -> Group | None:
    groups = groups_of(lines, is_no_title)
    stated = None if is_worthless(said.title) else _stated(lines, body_size, said.title)
    large = [group for group in groups if group.size >= body_size * _LARGER and _may_be_title(group, container)]
    large = [group for group in large if _stands_above_text(group, lines)] or _bold_heads(groups, container)
    # "Annals of a Keeper" is a title where nothing else is.
    large = [group for group in large if not is_no_title(group.text)] or large
    large = [group for group in large if group is large[0] or not heads_first_section(group.text)]
    if not large:
        return None
    best = max(large, key=lambda group: (round(group.size), -group.first))
    alike = [group for group in large if abs(group.size - best.size) <= SAME_SIZE * best.size]
    if len(alike) > 1 and (unnamed := [group for group in alike if not names_in(group.text)]):
        best = unnamed[0]
    if len(large) > 1 and _bare(said.author) and _bare(best.text) == _bare(said.author):
        best = max((group for group in large if group is not best), key=lambda group: group.size)
    is_in_capitals = best.text.isupper() and _bare(said.title) == _bare(best.text)
    if stated is not None and (is_in_capitals or _bare(said.title) not in _bare(best.text)):
        # The page carries the stated title in other lines (a masthead is larger) or over more of them (a subtitle).
        return _with_its_subtitle(stated, groups)
    if best.text.endswith(":") and (more := next((one for one in groups if one.first == best.after), None)):
        best = Group([*best.lines, *more.lines], best.first)
    return best


def _stands_above_text(group: Group, lines: Sequence[TypeLine]) -> bool:
    """Whether most of the page follows: a large line amid its text heads a section."""
    total = sum(line.letters for line in lines)
    above = sum(line.letters for line in lines[: group.first])
    return total < _COVER_MAX_LETTERS or above <= total * 0.4


def _may_be_title(group: Group, container: str) -> bool:
    text = group.text
    letters = sum(sign.isalpha() for sign in text)
    # Two ideographs are a title, three letters are a logo.
    if (
        letters < (2 if max(text, default=" ") >= "\u2e80" else 4)
        or len(group.lines) > _TITLE_MAX_LINES
        or len(text) > TITLE_MAX_CHARACTERS * 1.5
    ):
        return False
    if (container and _bare(text) in _bare(container)) or _ADDRESS.match(text):
        return False
    return not is_label(text)


def _bold_heads(groups: Sequence[Group], container: str) -> list[Group]:
    """The first bold lines before the text begins, where no type is larger than another."""
    for group in groups[:12]:
        if text_begins(group.text):
            break
        if (
            group.lines[0].is_bold
            and len(group.text.split()) >= 2
            and len(group.lines) <= 4
            and _may_be_title(group, container)
        ):
            rest = [one for one in groups if one is not group]
            return [group] if any(not one.lines[0].is_bold for one in rest) else []
    return []


def _stated(lines: Sequence[TypeLine], body_size: float, title: str) -> Group | None:
    """The lines that are, together, the title of the metadata, in type that is larger or heavier than the text's."""
    wanted = _bare(title)
    begun = f"{title.strip().casefold()}:"
    for at, line in enumerate(lines[:_HEADED_LINES]):
        if not wanted.startswith(_bare(line.text)[:12]) or not _bare(line.text):
            continue
        if line.size < body_size * 1.05 and not line.is_bold:
            continue
        if line.words.casefold().startswith(begun):
            return Group([line], at)
        for end in range(at + 1, min(len(lines), at + _TITLE_MAX_LINES) + 1):
            group = Group(list(lines[at:end]), at)
            if _bare(group.text) == wanted:
                return StatedGroup(list(lines[at:end]), at, " ".join(title.split()))
    return None


def _with_its_subtitle(stated: Group, groups: Sequence[Group]) -> Group:
    """The group that begins with the stated title, where what follows in the same type is more of it and no names."""
    group = next((one for one in groups if one.first == stated.first), stated)
    rest = Group(group.lines[len(stated.lines) :], stated.after)
    if not rest.lines or names_in(rest.text) or _bare(group.text) == _bare(stated.text):
        return stated
    return group


def _authors(page: TypePage, title: Group, said: Said) -> list[Name]:
    """Those below the title; those of the metadata where they are more and the page names them, too."""
    on_page = authors_below(page.lines[title.after :]) or _above(page, title)
    bare = _bare(" ".join(line.text for line in page.lines))
    stated = [name for name in people(said.author) if (family := _bare(name.get("family", ""))) and family in bare]
    return stated if len(stated) > len(on_page) else on_page


def _above(page: TypePage, title: Group) -> list[Name]:
    """Books name their author above the title."""
    for line in page.lines[max(0, title.first - 3) : title.first][::-1]:
        if line.size >= page.body_size * (1 - SAME_SIZE) and (names := names_in(line.text)):
            return names
    return []


def _parts(line: TypeLine) -> list[str]:
    """The line, and what gaps and bars part in it."""
    parts = re.split(r"\t|\s[|•·]\s", without_marks(line.text))
    if says_a_report(line.words):
        parts += line.words.rsplit(",", 1)[1:]  # "Working Paper No. 7, March 2019"
    return [line.words, *parts] if len(parts) > 1 else [line.words]


def _until_text(lines: Sequence[TypeLine]) -> list[TypeLine]:
    head: list[TypeLine] = []
    for line in lines[:40]:
        if text_begins(line.words):
            break
        head.append(line)
    return head


def _bare(text: str) -> str:
    """Letters and digits without accents, in small letters."""
    decomposed = unicodedata.normalize("NFKD", re.sub(r"</?su[bp]>", "", text)).casefold()
    return "".join(sign for sign in decomposed if sign.isalnum())
