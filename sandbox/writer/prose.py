"""Joints: endless different sentences on a section's words between those that cite, in a given language."""

import random
import re
from collections import Counter, deque
from functools import cache

from sandbox.writer.languages.phrases import Phrases
from sandbox.writer.prompt import Source
from sandbox.writer.stopwords import DULL, STOP

_WORD = re.compile(r"[^\W\d_][^\W_]*(?:[-'’][^\W_]+)*")


def title_terms(title: str) -> list[str]:
    """The telling parts of a title: runs of up to three words between articles, prepositions and punctuation."""
    found: list[str] = []
    for piece in re.split(r"[:;,.!?()\[\]{}\"“”„«»/|<>*_`@#]|\s[-–—]\s", title):
        run: list[str] = []
        for word in [*_WORD.findall(piece), ""]:
            if word and word.lower() not in STOP and len(run) < 3:
                run.append(word)
                continue
            if run and len(" ".join(run)) > 2:
                found.append(" ".join(run))
            run = [word] if word and word.lower() not in STOP else []
    return list(dict.fromkeys(found))[:8]


def source_terms(sources: list[Source], limit: int = 14, *, language: str = "") -> list[str]:
    """Frequent longer words of the passages.

    For running text of a ``language``, those that can stand bare: plurals in English, nouns in German.
    """
    counts: Counter[str] = Counter()
    for source in sources[:60]:
        counts.update(
            word
            for word in _WORD.findall(source.text[:6000])
            if 6 <= len(word) <= 18 and word.isalpha() and (word.istitle() if language == "de" else word.islower())
        )
    found = [word for word, count in counts.most_common(limit * 3) if word.lower() not in DULL and count > 1]
    if language == "en":
        found = [word for word in found if word.endswith("s") and not word.endswith(("ss", "us", "is"))] or found
    return found[:limit]


def _in_a_sentence(term: str, title: str, sources: list[Source]) -> str:
    """A term as it stands within a sentence: without the capital of the title that it begins, where it is no name."""
    lowered = term[0].lower() + term[1:]
    is_name = term[1:] != term[1:].lower() or any(f" {term.split()[0]}" in source.text for source in sources[:60])
    return term if is_name or not title.strip().startswith(term) else lowered


@cache
def _names_of_chapters(phrases: Phrases) -> frozenset[str]:
    """What chapters are called whatever they are about: a text on "outlook" would say little."""
    chapters = (phrases.opening, *phrases.middle, phrases.closing)
    return frozenset(term.lower() for one in chapters for term in title_terms(one.title.replace("{t}", ";")))


class Prose:
    """A supply of joints, none twice. The seed decides everything."""

    def __init__(
        self, *, phrases: Phrases, seed: str, title: str, sources: list[Source], topic: str = "", avoid: str = ""
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311  # repeatable, not secret
        self._phrases = phrases
        named = _names_of_chapters(phrases)
        own = [term for term in title_terms(title) if term.lower() not in named]
        if len(own) < 2:
            own += [term for term in title_terms(topic) if term not in own]
        if phrases.code != "de":
            own = [_in_a_sentence(term, title, sources) for term in own]
        self._own = own or list(phrases.terms)
        found = [*own, *source_terms(sources, language=phrases.code)]
        self._others = found if len(found) >= 4 else [*found, *phrases.terms]
        self._used: set[str] = set()
        self._recent: deque[str] = deque(maxlen=5)  # predicates, so that neighbours do not share one
        self._avoid = avoid

    def mark(self) -> str:
        """A sentence that says that this is sandbox text."""
        for _ in range(12):
            text = self.random.choice(self._phrases.marks).format(x=self._term(0.7)) + "."
            if text not in self._used and text not in self._avoid:
                break
        self._used.add(text)
        return text

    def sentence(self, *, shortest: int = 0, longest: int = 1000, near: int | None = None) -> str:
        """A new sentence of a length between the two, or the closest to ``near`` of many."""
        best, distance = "", 10_000
        for _ in range(400 if near is not None else 80):
            text = self._draw()
            if text in self._used or text in self._avoid:
                continue
            off = abs(len(text) - near) if near is not None else max(shortest - len(text), len(text) - longest, 0)
            if off < distance:
                best, distance = text, off
            if distance <= (2 if near is not None else 0):
                break
        best = best or self._draw()
        self._used.add(best)
        self._recent.extend(one for one in self._phrases.predicates if one in best)
        return best

    def _draw(self) -> str:
        pick = self.random.choice
        phrases = self._phrases
        predicate = pick([one for one in phrases.predicates if one not in self._recent])
        x = self._term(0.6)
        y = self._other(x)
        z = self._other(x, y)
        text = f"{pick(phrases.subjects)} {predicate}{pick(phrases.tails)}".format(x=x, y=y, z=z)
        return text[0].upper() + text[1:] + "."

    def _term(self, share: float) -> str:
        return self.random.choice(self._own if self.random.random() < share else self._others)

    def _other(self, *than: str) -> str:
        for _ in range(5):
            term = self.random.choice(self._others)
            if term not in than:
                break
        return term
