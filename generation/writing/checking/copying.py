"""Finds words that a text took from passages without quotation marks, and quotes them where that is honest (R-16).

Words are compared without case, punctuation, hyphens and accents' encoding; a citation between two words does not part
them, a quotation does. What is quoted, or set as a block quotation, is not looked at. Counted as words of anybody:

- names of institutions and titles of the sources: they cannot be said otherwise, and count as one word however long. A
  name is told by its capitals in text and passage, so in German, where every noun has one, only titles are known;
- a row of numbers or of common words: fewer than ``_FEWEST_TELLING`` others are a standing phrase.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from documents.domain.text import GROUP, without_citations
from documents.models import Passage
from generation.writing.checking import citations, wording
from generation.writing.checking.language import function_words
from generation.writing.checking.repetition import Index, Run
from generation.writing.sentences import QUOTE, Sentence, paragraphs, sentences
from tesigo.platform.plain_text import INVISIBLE
from typesetting import labels

#: Words in a row that are copied, and those that are told as near to a source.
COPIED_WORDS: Final = 8
NEAR_WORDS: Final = 5
#: The longest quotation that is made of copied words, and the most of a section between quotation marks after it:
#: guides for theses call a fifth the most that is still a work of one's own.
_QUOTATION_WORDS: Final = 40
_QUOTED_SHARE: Final = 0.2
_FEWEST_TELLING: Final = 3
_NAME_CAPITALS: Final = 3
_TITLE_WORDS: Final = 4
#: Fewer words between quotation marks are a term: it parts no run.
_TERM_WORDS: Final = 2
#: A sentence with this many words of a run is to be said otherwise.
_SHARED_WORDS: Final = 4
_KEPT_TEXTS: Final = 256

_WORD: Final = re.compile(
    r"[^\W_](?:[^\W_]|[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]|['’ʼ‐‑-](?=[^\W_])|(?<=\d)[.,](?=\d)"
    r"|[\u00ad‐‑-]\s+(?=[^\W\d_A-ZÀ-ÖØ-Þ]))*"
)
_NO_LETTER: Final = re.compile(r"[\W_]+")
_BLOCK: Final = re.compile(r"^[ \t]{0,3}>.*$", re.M)
_BEFORE_CLAUSE: Final = re.compile(r"(?:^|[,;:–—(])\W*\Z")
_AFTER_CLAUSE: Final = re.compile(r"\s*(?:[,;:.!?…–—)\[]|\Z)")


class Word(NamedTuple):
    """A word as it is compared, and where it stands in its paragraph."""

    key: str
    paragraph: int
    start: int
    end: int
    is_quoted: bool = False


@dataclass(frozen=True)
class Copied:
    """Words in a row that a text took from a passage; ``at`` counts the words of the text."""

    passage: Passage
    at: int
    length: int
    words: str


@dataclass(frozen=True)
class Wording:
    """Whose words a text is made of, in words: ``quoted``, ``near`` a passage, and the rest its own."""

    words: int
    quoted: int
    near: int
    copied: Sequence[Copied]


class Sources:
    """The passages that a text may have taken words from, read once."""

    def __init__(self, passages: Sequence[Passage], *, language: str) -> None:
        self.language = language
        self._passages = [(passage, words_of(passage.text)) for passage in passages]
        self._found: dict[str, Wording] = {}
        self._titles = [words_of(title) for title in sorted({passage.source.title for passage in passages})]

    def wording(self, markdown: str) -> Wording:
        """Whose words a text is made of; looked for once, whatever becomes of its citations."""
        words = GROUP.sub(" ", markdown)
        if words not in self._found:
            self._found[words] = self._look(_Text(markdown))
        return self._found[words]

    def _look(self, text: "_Text") -> Wording:
        found = sorted(self._runs(text), key=lambda one: (-one[1].length, one[1].at))
        near: set[int] = set()
        copied: list[Copied] = []
        covered: set[int] = set()
        for passage, run in found:
            places = set(range(run.at, run.at + run.length))
            near |= places
            if not places <= covered and self._is_taken(text, passage, run, least=COPIED_WORDS):
                covered |= places
                at, length = text.clipped(run)
                copied.append(Copied(passage, at, length, text.between(at, length)))
        return Wording(
            words=len(text.words),
            quoted=sum(word.is_quoted for word in text.words),
            near=len(near),
            copied=sorted(copied, key=lambda one: one.at),
        )

    def _runs(self, text: "_Text") -> Iterator[tuple[Passage, Run]]:
        index = Index(text.keys)
        for passage, keys in self._passages:
            for run in index.runs(keys, least=NEAR_WORDS):
                if self._is_taken(text, passage, run, least=NEAR_WORDS):
                    yield passage, run

    def _is_taken(self, text: "_Text", passage: Passage, run: Run, *, least: int) -> bool:
        """Whether a run is more than names, titles, numbers and phrases of anybody."""
        keys = [word.key for word in text.words[run.at : run.at + run.length]]
        common = function_words(self.language)
        telling = sum(not key.isdigit() and key not in common for key in keys)
        if len(keys) < least or telling < _FEWEST_TELLING:
            return False
        as_one = self._names(text.written(run), passage, run) | self._in_titles(keys)
        return len(keys) - sum(place in as_one and place - 1 in as_one for place in range(len(keys))) >= least

    def _names(self, written: Sequence[str], passage: Passage, run: Run) -> set[int]:
        """The places of names: words with capitals in both texts, and common words between them."""
        found: set[int] = set()
        if self.language == "de" or sum(word[0].isupper() for word in written) < _NAME_CAPITALS:
            return found
        there = _WORD.findall(passage.text)[run.source_at : run.source_at + run.length]
        common = function_words(self.language)
        name: list[int] = []
        for place, (word, same) in enumerate([*zip(written, there, strict=True), ("", "")]):
            if word[:1].isupper() and same[:1].isupper():
                name.append(place)
            elif word not in common:
                if len(name) >= _NAME_CAPITALS:
                    found.update(range(name[0], name[-1] + 1))
                name = []
        return found

    def _in_titles(self, keys: Sequence[str]) -> set[int]:
        runs = (run for title in self._titles for run in Index(keys).runs(title, least=_TITLE_WORDS))
        return {place for run in runs for place in range(run.at, run.at + run.length)}


class _Text:
    """A text's words, citations left out, with what is quoted marked."""

    def __init__(self, markdown: str) -> None:
        self.paragraphs = paragraphs(markdown)
        self.words = [word for number, part in enumerate(self.paragraphs) for word in _words_in(part, number)]
        self._markdown = markdown

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Its sentences."""
        return sentences(self._markdown)

    @property
    def keys(self) -> list[str | None]:
        return [None if word.is_quoted else word.key for word in self.words]

    def written(self, run: Run) -> list[str]:
        """The words of a run as they stand there."""
        return [self.paragraphs[one.paragraph][one.start : one.end] for one in self.words[run.at : run.at + run.length]]

    def clipped(self, run: Run) -> tuple[int, int]:
        """A run without the few words that it shares with a neighbouring sentence by chance: its place and length."""
        places = range(run.at, run.at + run.length)
        held = ([at for at in places if _is_in(self.words[at], sentence)] for sentence in self.sentences)
        most = max(held, key=len)
        is_by_chance = len(most) >= COPIED_WORDS and run.length - len(most) < _SHARED_WORDS
        return (most[0], len(most)) if is_by_chance else (run.at, run.length)

    def between(self, at: int, length: int) -> str:
        """What stands from one word to another, as a reader sees it."""
        first, last = self.words[at], self.words[at + length - 1]
        parts = self.paragraphs[first.paragraph : last.paragraph + 1]
        # The end first: both may be in one paragraph.
        parts[-1] = parts[-1][: last.end]
        parts[0] = parts[0][first.start :]
        return " ".join(" ".join(without_citations(part) for part in parts).split())


def sentences_to_mend(markdown: str, copied: Iterable[Copied]) -> dict[Sentence, list[Copied]]:
    """The sentences to be said otherwise, each with what it took: those with a good part of a run, or most of it."""
    text = _Text(markdown)
    mend: dict[Sentence, list[Copied]] = {}
    for one in copied:
        words = text.words[one.at : one.at + one.length]
        held = {sentence: sum(_is_in(word, sentence) for word in words) for sentence in text.sentences}
        enough = min(_SHARED_WORDS, max(held.values()))
        for sentence in (sentence for sentence in text.sentences if held[sentence] >= enough):
            mend.setdefault(sentence, []).append(one)
    return mend


def with_quotations(markdown: str, sources: Sources) -> str:
    """The text with quotation marks of its language around copied words, wherever that makes an honest quotation: a
    clause of one sentence, not long, letter by letter as in the passage, which it cites, amid words of one's own.
    """
    wording_now = sources.wording(markdown)
    if not wording_now.copied:
        return markdown
    text = _Text(markdown)
    opening, closing, *_inner = labels.words(sources.language).quotes
    room = round(_QUOTED_SHARE * wording_now.words) - wording_now.quoted
    parts = text.paragraphs
    chosen: list[tuple[int, int, int]] = []
    for one in wording_now.copied:
        first, last = text.words[one.at], text.words[one.at + one.length - 1]
        sentence = next(sentence for sentence in text.sentences if _is_in(first, sentence))
        is_apart = all(number != first.paragraph or end <= first.start for number, _start, end in chosen)
        span = first.start, last.end
        is_whole = _is_in(last, sentence) and _is_honest(parts[first.paragraph], sentence, span, one)
        if one.length <= room and is_apart and is_whole:
            chosen.append((first.paragraph, *span))
            room -= one.length
    for number, start, end in reversed(chosen):
        part = parts[number]
        parts[number] = f"{part[:start]}{opening}{part[start:end]}{closing}{part[end:]}"
    return "\n\n".join(parts)


def _is_honest(part: str, sentence: Sentence, span: tuple[int, int], copied: Copied) -> bool:
    """Whether the words between two places of a paragraph may stand between quotation marks."""
    start, end = span
    words = part[start:end]
    return (
        copied.length <= _QUOTATION_WORDS
        and bool(_BEFORE_CLAUSE.search(part[sentence.start : start]))
        and bool(_AFTER_CLAUSE.match(part, end))
        and not GROUP.search(words)
        and not QUOTE.search(words)
        and len(sentences(words)) == 1
        and wording.stands_in(words, copied.passage.text)
        and citations.cites(part[sentence.start : sentence.end], end - sentence.start, copied.passage)
    )


def _is_in(word: Word, sentence: Sentence) -> bool:
    return word.paragraph == sentence.paragraph and sentence.start <= word.start < sentence.end


def _words_in(part: str, number: int) -> Iterator[Word]:
    # As long as before, so that places stay.
    plain = GROUP.sub(lambda group: " " * len(group[0]), part)
    quoted = bytearray(len(plain))
    terms = (one for one in QUOTE.finditer(plain) if len(_WORD.findall(one[0])) > _TERM_WORDS)
    for start, end in (found.span() for found in (*_BLOCK.finditer(plain), *terms)):
        quoted[start:end] = b"1" * (end - start)
    for found in _WORD.finditer(plain):
        start, end = found.span()
        yield Word(_key(found[0]), number, start, end, quoted[start] > 0)


@lru_cache(maxsize=_KEPT_TEXTS)
def words_of(text: str) -> list[str]:
    """The words of a passage or a title, as they are compared."""
    return [_key(word) for word in _WORD.findall(text)]


def _key(word: str) -> str:
    if word.isascii() and word.isalnum():
        return word.lower()
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", INVISIBLE.sub("", word))).casefold()
