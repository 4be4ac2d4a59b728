"""Dividing a section: parts in the language asked for, each with what it covers and its share of the length."""

import random
from typing import Any

from sandbox.writer.chapters import short
from sandbox.writer.languages import LANGUAGES
from sandbox.writer.prompt import Prompt
from sandbox.writer.prose import title_terms


def subsections(prompt: Prompt) -> list[dict[str, Any]]:
    """The number of parts asked for, with titles of their own; their shares add up to 1."""
    phrases = LANGUAGES[prompt.language]
    chance = random.Random(f"{prompt.language}|{prompt.title}")  # noqa: S311  # repeatable, not secret
    low, high = prompt.parts
    number = (low + high) // 2
    sizes = [chance.uniform(0.8, 1.2) for _ in range(number)]
    about = [short(prompt.title), *title_terms(prompt.title)]
    parts = []
    for place, size in enumerate(sizes):
        chapter = phrases.middle[place % len(phrases.middle)]
        subject = about[place // len(phrases.middle) % len(about)]
        title = chapter.title.format(t=subject)
        if title == chapter.title:
            title = f"{title}: {subject}"
        parts.append(
            {
                "title": title[0].upper() + title[1:] + (f" ({place + 1})" if place >= len(phrases.middle) else ""),
                "covers": f"{subject}: {chapter.covers}",
                "share": round(size / sum(sizes), 3),
            }
        )
    return parts
