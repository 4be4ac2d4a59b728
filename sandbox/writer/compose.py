"""Composing a section: an extract of the sources, sentence by sentence, with joints, at the length asked for."""

import re
from dataclasses import dataclass, field

from sandbox.writer.extracts import Extract, as_told, extracts, fallback, normalise, sentences
from sandbox.writer.languages import LANGUAGES
from sandbox.writer.prompt import DEFAULT_LENGTH, Prompt, Source
from sandbox.writer.prose import Prose
from sandbox.writer.retelling import retold
from sandbox.writer.stopwords import language_of

PARAGRAPH = (450, 850)  # characters
SHORTEST_SENTENCE_CHARACTERS = 60
LONGEST_SENTENCE_CHARACTERS = 150
CITED_SHARE = 0.5  # of the text's characters
CITED_SHARE_LESS = 0.33  # where the sources are in another language, and of a writer who gets figures wrong
QUOTED_SHARE = 0.66  # of the cited sentences, by number
CITED_SENTENCE_CHARACTERS = 190  # about, with its citation
LONGEST_RETOLD_WORDS = 26  # of a sentence that is not quoted as a whole: more would be quotation marks all over
_KEY = re.compile(r"@[\w.:-]*\w")
_FIGURE = re.compile(r"\d+")
FEWEST_ROWS, MOST_ROWS = 2, 5
_WORD_AND_FIGURE = re.compile(r"\b([A-Za-z]{4,20})\s(\d{1,4}(?:[.,]\d+)?)(?![\d.,]*\d)(?=[\s.,;])")
_COPIED = re.compile(r"words (?:stand|are taken)|in a row|own words|words of your own", re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """A cited sentence as it stands in the text, with what it rests on."""

    sentence: str
    key: str
    passage: int
    page: str | None


@dataclass(frozen=True)
class Habits:
    """What a writer does wrong: invents keys, copies without quotation marks, gets this share of its figures wrong."""

    forges: bool = False
    copies: bool = False
    wrong_figures: float = 0.0


@dataclass
class Draft:
    """What was written."""

    markdown: str = ""
    claims: list[Claim] = field(default_factory=list)


def compose(prompt: Prompt, *, factor: float = 1.0, habits: Habits | None = None) -> Draft:
    """Write the section (or the continuation of ``<text>``) that the prompt asks for; ``factor`` bends the length."""
    length = max(40, round((prompt.length or DEFAULT_LENGTH) * factor))
    return _Composition(prompt, length, habits or Habits(), known=prompt.text).write()


def mend(prompt: Prompt, *, factor: float = 1.0, habits: Habits | None = None) -> dict[int, Draft]:
    """Each ``<wrong>`` sentence anew, of about its length; one that cited cites again as long as there are extracts.

    One of which no more is found than that it took its words is said in other ones.
    """
    wrong = prompt.numbered("wrong")
    around = [*prompt.numbered("before").values(), *wrong.values(), *prompt.numbered("after").values()]
    composition = _Composition(prompt, 0, habits or Habits(), known=" ".join(around))
    return composition.sentences(wrong, factor, copied=_only_copied(prompt))


def rewrite(prompt: Prompt, *, factor: float = 1.0, habits: Habits | None = None) -> Draft:
    """The ``<text>`` otherwise: what cites keeps its words, the rest is said anew, until the length is reached.

    Where it has to be shorter, sentences go, the last ones first, those that cite last; where longer, others come.
    """
    length = max(40, round((prompt.length or len(prompt.text)) * factor))
    return _Composition(prompt, length, habits or Habits(), known=prompt.text).again()


def _only_copied(prompt: Prompt) -> set[int]:
    found = prompt.findings
    return {n for n, said in found.items() if all(_COPIED.search(one) for one in said)}


def _table(prompt: Prompt) -> str:
    """Figures of the sources, each with the word before it; nothing where too few are found."""
    rows: list[str] = []
    cited: dict[str, bool] = {}
    for source in prompt.sources:
        found = _WORD_AND_FIGURE.search(source.text)
        if found and len(rows) < MOST_ROWS:
            rows.append(f"| {found[1].capitalize()} | {found[2]} |")
            page = f", p. {source.page}" if source.page else ""
            cited[f"@{source.key}{page}"] = True
    if len(rows) < FEWEST_ROWS:
        return ""
    head = "| Item | Figure |\n|---|--:|"
    return (
        "\n".join([head, *rows])
        + f"\n\nTable: Figures of the sources {{#tbl-figures}}\n\nSource: [{'; '.join(cited)}]."
    )


class _Composition:
    def __init__(self, prompt: Prompt, length: int, habits: Habits, *, known: str) -> None:
        self.phrases = LANGUAGES[prompt.language]
        self.prose = Prose(
            phrases=self.phrases,
            seed=f"{prompt.language}|{prompt.title}|{prompt.topic}|{len(known)}",
            title=prompt.title,
            topic=prompt.topic,
            sources=prompt.sources,
            avoid=known,
        )
        self.known = known
        self.table = _table(prompt) if prompt.wants_table else ""
        self.length = max(40, length - len(self.table))
        self.habits = habits
        told = [language_of(source.text) for source in prompt.sources]
        self.is_foreign = bool(told) and told.count(prompt.language) * 2 < len(told)
        self.share = CITED_SHARE_LESS if self.is_foreign or habits.wrong_figures else CITED_SHARE
        self.stock = self._stock(prompt, normalise(known))
        self.lead = self.phrases.says[-1]  # speaks of a further passage: not the first one
        self.claims: list[Claim] = []
        self.cited = 0
        self.written = 0

    def _stock(self, prompt: Prompt, known: str) -> list[Extract]:
        """Extracts in the order of their use, taken from the end: every source once before one comes again.

        What there is room for follows the order of the sources, so that the text goes through them as they do.
        """
        rounds: dict[int, list[Extract]] = {}
        for source in prompt.sources:
            found = [one for one in extracts(source) if one.sentence not in known]
            self.prose.random.shuffle(found)
            for number, one in enumerate(found[:4]):
                rounds.setdefault(number, []).append(one)
        if not rounds:
            runs = [fallback(source) for source in prompt.sources]
            rounds[0] = [run for run in runs if run and run.sentence not in known]
        stock: list[Extract] = []
        for number in sorted(rounds):
            self.prose.random.shuffle(rounds[number])
            stock += rounds[number]
        stock = list({one.sentence: one for one in stock}.values())
        room = round(self.length * self.share / CITED_SENTENCE_CHARACTERS)
        order = {one.sentence: place for place, one in enumerate(as_told(prompt.sources))}
        first = sorted(stock[:room], key=lambda one: order.get(one.sentence, 0))
        ordered = {one.sentence: one for one in reversed([*first, *stock[room:]])}
        for key in prompt.wanted:
            if last := next((one for one in reversed(ordered.values()) if one.source.key == key), None):
                ordered[last.sentence] = ordered.pop(last.sentence)
        return list(ordered.values())

    def write(self) -> Draft:
        paragraphs: list[str] = []
        while (left := self.length - self.written) >= SHORTEST_SENTENCE_CHARACTERS or not paragraphs:
            paragraph = self._paragraph(self._size(left), mark=len(paragraphs) % 3 == 0)
            paragraphs.append(paragraph)
            self.written += len(paragraph) + 2
        if self.table and not self.known:
            paragraphs.append(self.table)
        return Draft(markdown="\n\n".join(paragraphs), claims=self.claims)

    def sentences(self, old: dict[int, str], factor: float, *, copied: set[int]) -> dict[int, Draft]:
        """One sentence in the place of each."""
        made = {}
        for number, text in old.items():
            if number in copied:
                made[number] = Draft(self._retold(text))
            elif "@" in text and self.stock:
                sentence, claim = self._render(self.stock.pop())
                made[number] = Draft(sentence, [claim])
            else:
                made[number] = Draft(
                    self.prose.sentence(near=max(SHORTEST_SENTENCE_CHARACTERS, round(len(text) * factor)))
                )
        return made

    def again(self) -> Draft:
        """The text that was known, in other words where it cites nothing."""
        paragraphs = [sentences(block) for block in re.split(r"\n\s*\n", self.known)]
        surplus = sum(len(one) + 1 for block in paragraphs for one in block) - self.length
        for is_cited in (False, True):
            for block in reversed(paragraphs):
                for one in [one for one in reversed(block) if ("@" in one) is is_cited]:
                    if surplus >= len(one) / 2 and sum(map(len, paragraphs)) > 1:
                        block.remove(one)
                        surplus -= len(one) + 1
        said = [[self._said_again(one) for one in block] for block in paragraphs if block]
        room = -surplus
        while room > SHORTEST_SENTENCE_CHARACTERS:
            added = self._cited(room + LONGEST_SENTENCE_CHARACTERS) or self.prose.sentence(near=room)
            said[-1].append(added)
            room -= len(added) + 1
        markdown = "\n\n".join(" ".join(block) for block in said)
        return Draft(markdown)

    def _said_again(self, sentence: str) -> str:
        """A sentence that cites as it is, but for what this writer gets wrong; another one in the place of others."""
        if "@" not in sentence:
            return self.prose.sentence(near=max(SHORTEST_SENTENCE_CHARACTERS, len(sentence)))
        if self.habits.forges:
            return _KEY.sub("@phantom-1999", sentence)
        if self.habits.copies and self.stock:
            return self._render(self.stock.pop())[0]
        return self._with_figures(sentence)

    def _size(self, left: int) -> int:
        low, high = PARAGRAPH
        if left <= high + 80:
            return left
        size = self.prose.random.randint(low, high)
        return size if left - size > low else left // 2

    def _paragraph(self, size: int, *, mark: bool) -> str:
        sentences: list[str] = []
        used = 0

        def add(sentence: str) -> None:
            nonlocal used
            used += len(sentence) + bool(sentences)
            sentences.append(sentence)

        if mark and size > 250:
            add(self.prose.mark())
        while (room := size - used - bool(sentences)) >= SHORTEST_SENTENCE_CHARACTERS or not sentences:
            cited = self._cited(room, used) if sentences else None
            if cited:
                add(cited)
            elif room <= LONGEST_SENTENCE_CHARACTERS:
                add(self.prose.sentence(near=room))
            else:
                add(
                    self.prose.sentence(
                        shortest=SHORTEST_SENTENCE_CHARACTERS, longest=min(LONGEST_SENTENCE_CHARACTERS, room - 70)
                    )
                )
        return " ".join(sentences)

    def _cited(self, room: int, used: int = 0) -> str | None:
        """The next cited sentence if it is its turn and there is room for it and a further one."""
        if not self.stock or self.cited > self.share * (self.written + used + 150):
            return None
        for place in range(len(self.stock) - 1, max(-1, len(self.stock) - 6), -1):
            sentence, claim = self._render(self.stock[place])
            if len(sentence) + 1 + SHORTEST_SENTENCE_CHARACTERS + 15 <= room:
                self.stock.pop(place)
                self.claims.append(claim)
                self.cited += len(sentence)
                return sentence
        return None

    def _render(self, extract: Extract) -> tuple[str, Claim]:
        source, key, page = extract.source, extract.source.key, extract.source.page
        said = self._with_figures(extract.sentence)
        if self.habits.forges:
            key, page = f"phantom-{1990 + source.passage % 30}", page or "7"
        cite = f"[@{key}, p. {page}]" if page else f"[@{key}]"
        quote = self._quotes(extract.sentence)
        stock = self.phrases.quotes if quote else self.phrases.says
        self.lead = self.prose.random.choice([one for one in stock if one != self.lead or one.startswith("{")])
        sentence = self.lead.format(quote=said, sentence="" if quote else self._retold(said), cite=cite)
        return sentence, Claim(sentence=sentence, key=key, passage=source.passage, page=page or None)

    def _quotes(self, sentence: str) -> bool:
        """Whether a sentence is quoted as a whole: two in three, long ones, and those in another language."""
        if self.habits.copies:
            return False
        is_long = len(sentence.split()) > LONGEST_RETOLD_WORDS
        return self.prose.random.random() < QUOTED_SHARE or is_long or self.is_foreign

    def _retold(self, sentence: str) -> str:
        """A sentence as near to a source's words as a writer may come; where it copies, as it is."""
        return (
            sentence if self.habits.copies else retold(sentence, lambda: self.prose.random.choice(self.phrases.turns))
        )

    def _with_figures(self, sentence: str) -> str:
        """The sentence; where that was ordered, a share of them with wrong figures, or with one that nobody gave."""
        if not self.habits.wrong_figures or self.prose.random.random() >= self.habits.wrong_figures:
            return sentence
        added = self.prose.random.randint(1_000, 9_999)
        wrong = _FIGURE.sub(lambda found: str(int(found[0]) + added), sentence)
        return wrong if wrong != sentence else f"{sentence} ({added})"


def best_source(sources: list[Source], *, key: str, page: str, sentence: str) -> Source | None:
    """The passage that a citation most likely means: same key, then same page, then most shared words."""
    same = [source for source in sources if source.key == key]
    same = [source for source in same if source.page == page] or same
    words = set(sentence.lower().split())
    return max(same, key=lambda source: len(words & set(source.text.lower().split())), default=None)
