"""An outline: academic chapters in the language asked for, with the topic's words in their titles."""

import random
import re
from typing import Any

from sandbox.writer.languages import LANGUAGES, Chapter
from sandbox.writer.prompt import Prompt
from sandbox.writer.prose import source_terms, title_terms

DIVIDED_FROM_PAGES = 30  # pages from which chapters get parts
TITLE_LIMIT = 60


def outline(prompt: Prompt) -> dict[str, Any]:
    """Title and sections; the pages of the sections add up to the prompt's pages."""
    phrases = LANGUAGES[prompt.language]
    chance = random.Random(f"{prompt.language}|{prompt.topic}")  # noqa: S311  # repeatable, not secret
    topic = short(prompt.topic)
    terms = [short(term) for term in title_terms(prompt.topic)] or [topic]
    terms += [term.capitalize() for term in source_terms(prompt.sources, limit=4)]
    chapters = _chapters(phrases.opening, phrases.middle, phrases.closing, count(prompt))
    shares = _shares(len(chapters), chance)
    pages = split(prompt.pages, shares)
    sections = []
    for number, (chapter, size) in enumerate(zip(chapters, pages, strict=True)):
        about = topic if number in (0, len(chapters) - 1) else terms[(number - 1) % len(terms)]
        section = _section(chapter, about, size)
        section["children"] = []
        # What other schemas of an outline ask for in other words.
        section |= {"name": f"{number + 1}. {section['title']}", "description": section["covers"]}
        section["research"] = 0 < number < len(chapters) - 1
        if prompt.pages >= DIVIDED_FROM_PAGES and size >= 3:
            parts = split(size, [1.0] * len(phrases.parts))
            section["children"] = [
                {**_section(chapter, about, part), "title": f"{name}: {about}"}
                for name, part in zip(phrases.parts, parts, strict=True)
            ]
        sections.append(section)
    return {"title": prompt.topic[:200], "sections": sections}


def count(prompt: Prompt) -> int:
    """How many sections: within what the prompt says, else by the pages."""
    fitting = max(3, min(12, round(prompt.pages / 2) + 1))
    low, high = prompt.sections or (fitting, fitting)
    return max(1, min(40, max(low, min(high, fitting))))


def short(text: str) -> str:
    """The beginning of a topic, cut at punctuation or a word, as a title can hold it."""
    text = re.split(r"[:;.?!(\n]", text.strip())[0].strip() or text.strip()
    if len(text) > TITLE_LIMIT:
        text = text[:TITLE_LIMIT].rsplit(" ", 1)[0].rstrip(" ,-")
    return text


def split(total: float, shares: list[float]) -> list[float]:
    """Divide pages by shares in steps of a quarter page; exact in sum, none without pages."""
    step = 0.25 if total >= 0.25 * len(shares) else total / (len(shares) * 4)
    units = round(total / step)
    whole = sum(shares)
    parts = [max(1, round(units * share / whole)) for share in shares]
    while (rest := units - sum(parts)) != 0:
        place = max(range(len(parts)), key=lambda number: parts[number])
        parts[place] += 1 if rest > 0 else -1
    sizes = [part * step for part in parts]
    sizes[-1] += total - sum(sizes)
    return [round(size, 4) for size in sizes]


def _chapters(opening: Chapter, middle: tuple[Chapter, ...], closing: Chapter, number: int) -> list[Chapter]:
    if number == 1:
        return [opening]
    inner = number - 2
    stride = len(middle) / inner if 0 < inner < len(middle) else 1
    chosen = [middle[int(place * stride) % len(middle)] for place in range(inner)]
    return [opening, *chosen, closing]


def _shares(number: int, chance: random.Random) -> list[float]:
    if number < 3:
        return [1.0] * number
    return [0.6, *(chance.uniform(0.9, 1.2) for _ in range(number - 2)), 0.5]


def _section(chapter: Chapter, about: str, pages: float) -> dict[str, Any]:
    title = chapter.title.format(t=about)
    return {
        "title": title[0].upper() + title[1:],
        "covers": f"{about}: {chapter.covers}",
        "leaves_out": chapter.leaves_out,
        "pages": pages,
    }
