"""Two versions of 200 pages compared word by word, in seconds of one core (R-91).

518,000 characters, in 80 sections and in one. What comes out has to hold both versions, or the time means nothing.
ROUNDS= (3).
"""

import os
import random
import time
from collections.abc import Callable
from statistics import median
from typing import Final

from benchmarks import tables
from generation.editing import comparing
from generation.editing.comparing import Change
from generation.writing.sentences import paragraphs

_CHARACTERS: Final = 518_000
_SECTIONS: Final = 80
_ROUNDS: Final = 3
_TO_REACH_SECONDS: Final = 1.0


def main() -> None:
    """The table; ends with an error where a figure is missed."""
    chance = random.Random(91)
    words = ["".join(chance.choices("aeioubdfgklmnprstvz", k=chance.randint(2, 10))) for _ in range(8_000)]
    rounds = int(os.environ.get("ROUNDS", str(_ROUNDS)))
    rows, is_missed = [], False
    for count in (_SECTIONS, 1):
        sections = [_text(words, chance, _CHARACTERS // count) for _ in range(count)]
        for name, change in _CHANGES.items():
            changed = [change(text, words, chance) for text in sections]
            took = median(_seconds(sections, changed) for _ in range(rounds))
            is_missed = is_missed or took > _TO_REACH_SECONDS
            rows.append(
                (f"{count} section{'s' * (count > 1)}: {name}", f"{took:.2f} s", f"≤ {_TO_REACH_SECONDS:.0f} s")
            )
    tables.show("Two versions of 200 pages compared", ("what changed", "one core", "to reach"), rows)
    if is_missed:
        raise SystemExit("Missed.")


def _seconds(before: list[str], after: list[str]) -> float:
    began = time.process_time()
    found = [comparing.compare(old, new) for old, new in zip(before, after, strict=True)]
    took = time.process_time() - began
    for pieces, old, new in zip(found, before, after, strict=True):
        for text, gone in ((old, Change.NEW), (new, Change.GONE)):
            kept = ["".join(one.text for one in paragraph if one.change != gone) for paragraph in pieces]
            assert [one for one in kept if one] == paragraphs(text)
    return took


def _text(words: list[str], chance: random.Random, characters: int) -> str:
    """Paragraphs of some 900 characters, a citation at the end of each second sentence."""
    found: list[str] = []
    while sum(map(len, found)) < characters:
        found.append(" ".join(_sentence(words, chance) for _ in range(10)))
    return "\n\n".join(found)


def _sentence(words: list[str], chance: random.Random) -> str:
    cited = f" [@{chance.choice(words)}2020, p. {chance.randint(1, 400)}]" if chance.random() < 0.5 else ""
    return f"{' '.join(chance.choices(words, k=12)).capitalize()}{cited}."


def _a_word_in_each_paragraph(text: str, words: list[str], chance: random.Random) -> str:
    def changed(paragraph: str) -> str:
        parts = paragraph.split(" ")
        parts[chance.randrange(len(parts) // 3)] = "otherwise"
        return " ".join(parts)

    return "\n\n".join(map(changed, text.split("\n\n")))


def _every_fourth_paragraph_anew(text: str, words: list[str], chance: random.Random) -> str:
    parts = text.split("\n\n")
    for number in range(0, len(parts), 4):
        parts[number] = " ".join(_sentence(words, chance) for _ in range(10))
    return "\n\n".join(parts)


def _paragraphs_put_in_and_taken_out(text: str, words: list[str], chance: random.Random) -> str:
    parts = text.split("\n\n")
    for number in range(len(parts) - 1, 0, -10):
        parts[number : number + 1] = [] if number % 20 else [parts[number], _sentence(words, chance)]
    return "\n\n".join(parts)


def _everything_anew(text: str, words: list[str], chance: random.Random) -> str:
    return _text(words, chance, len(text))


_CHANGES: Final[dict[str, Callable[[str, list[str], random.Random], str]]] = {
    "a word in each paragraph": _a_word_in_each_paragraph,
    "every fourth paragraph anew": _every_fourth_paragraph_anew,
    "paragraphs put in and taken out": _paragraphs_put_in_and_taken_out,
    "everything anew": _everything_anew,
}


if __name__ == "__main__":
    main()
