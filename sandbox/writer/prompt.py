"""Understanding a prompt: what is asked, in which language, how long, from which sources."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape

from sandbox.writer.languages import LANGUAGES

CHARACTERS_PER_WORD = 6.3
CHARACTERS_PER_PAGE = 2_770
DEFAULT_LENGTH = 1_500
LONGEST_CHARACTERS = 400_000

_SOURCE = re.compile(r"<source\b([^>]*)>(.*?)</source>", re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_CLAIM = re.compile(r"<claim\b([^>]*)>(.*?)</claim>", re.DOTALL)
_PASSAGE = re.compile(r"<passage\b([^>]*)>(.*?)</passage>", re.DOTALL)
_NUMBERED = {
    name: re.compile(rf"<{name}\b([^>]*)>(.*?)</{name}>", re.DOTALL) for name in ("s", "wrong", "before", "after")
}
_FINDING = re.compile(r"<finding\b([^>]*)>(.*?)</finding>", re.DOTALL)
_FENCES = re.compile(r"<([a-z_]+)\b[^<>]*>.*?</\1>", re.DOTALL)
_NUMBER = r"(\d[\d.,\u00a0\u202f' ]*\d|\d)"
_CHARACTERS = re.compile(_NUMBER + r"\s*(?:more\s+|further\s+|additional\s+)?characters", re.IGNORECASE)
_WORDS = re.compile(_NUMBER + r"\s*(?:more\s+|further\s+|additional\s+)?words", re.IGNORECASE)
_PAGES = re.compile(r"(\d+(?:[.,]\d+)?)\s*pages", re.IGNORECASE)
_MORE = re.compile(
    r"characters more|more characters|further characters|additional characters|words more|more words", re.IGNORECASE
)
_LESS = re.compile(r"\b(shorten|tighten|condense|cut it|reduce)", re.IGNORECASE)
_REWRITE = re.compile(r"\brewrite the text\b", re.IGNORECASE)
_COUNT = re.compile(
    r"(\d+)\s*(?:to|-|–|and)\s*(\d+)\s*(?:\w+\s+)?(?:sections|chapters)|(\d+)\s*(?:\w+\s+)?(?:sections|chapters)",
    re.IGNORECASE,
)
_PARTS = re.compile(r"(\d+)\s*(?:to|-|–|and)\s*(\d+)\s*(?:parts|subsections)", re.IGNORECASE)
_WANTED = re.compile(r"^Cite each of these at least once[^:\n]*: ([\w-]+(?:, [\w-]+)*)\.", re.MULTILINE)
_TABLE = re.compile(r"<(requirements|assignment)\b[^>]*>[^<]*\btables?\b", re.IGNORECASE)
_ASKED = re.compile(r"<(assignment|requirements)\b[^>]*>(.*?)</\1>", re.DOTALL)
_TERMS = re.compile(r"(\d+)\s*(?:\w+\s+)?terms", re.IGNORECASE)
_TOPIC = re.compile(r"(?:^\W*(?:title|subject|thema|tema)|\btopic)\W?:\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_LANGUAGE = re.compile(r"\bin\s+[^\W\d_]+(?:\s[^\W\d_]+)?\s*\(([a-z]{2})(?:[-_][A-Za-z]{2,4})?\)")
_LANGUAGE_CODE = re.compile(r"\blanguage\b[^a-zA-Z\n]{1,4}([a-z]{2})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A passage offered for citing; ``page`` is a label (or empty), ``passage`` a number where one was given."""

    key: str
    page: str
    passage: int
    title: str
    text: str


@dataclass(frozen=True)
class Pair:
    """A claim to judge against a passage."""

    n: int
    claim: str
    passage: str


@dataclass
class Prompt:
    """A prompt's whole text, read on demand."""

    raw: str
    force_language: str = field(default="")

    @cached_property
    def orders(self) -> str:
        """The prompt without anything fenced: only here orders are looked for."""
        return _FENCES.sub(" ", self.raw)

    @cached_property
    def language(self) -> str:
        """The language asked for, English when none is named."""
        if self.force_language:
            return self.force_language
        for pattern in (_LANGUAGE, _LANGUAGE_CODE):
            for code in pattern.findall(self.orders):
                if code.lower() in LANGUAGES:
                    return str(code.lower())
        lowered = self.orders.lower()
        for code, phrases in LANGUAGES.items():
            if any(f"in {name}" in lowered for name in phrases.names):
                return code
        return "en"

    @cached_property
    def sources(self) -> list[Source]:
        """The sources, in the order of the prompt; those without a key are left out."""
        found = []
        for attributes, text in _SOURCE.findall(self.raw):
            named = _attributes(attributes)
            if named.get("key"):
                number = named.get("passage", named.get("id", "0"))
                found.append(
                    Source(
                        key=named["key"],
                        page=named.get("page", ""),
                        passage=int(number) if number.isdigit() else 0,
                        title=named.get("title", ""),
                        text=unescape(text),
                    )
                )
        return found

    @cached_property
    def wanted(self) -> list[str]:
        """The keys of the sources that have to be cited."""
        found = _WANTED.search(self.orders)
        return found[1].split(", ") if found else []

    @cached_property
    def wants_table(self) -> bool:
        """Whether a table is asked for, and the prompt says how one is written."""
        return "{#tbl-" in self.orders and bool(_TABLE.search(self.raw))

    @cached_property
    def pairs(self) -> list[Pair]:
        """Claims with the passage that they name, else that of the same number, or place where there are no numbers."""
        passages = {}
        for place, (attributes, text) in enumerate(_PASSAGE.findall(self.raw), 1):
            passages[_numbered(attributes, place)] = unescape(text)
        pairs = []
        for place, (attributes, text) in enumerate(_CLAIM.findall(self.raw), 1):
            n = _numbered(attributes, place)
            named = _numbered(attributes, n, name="passage")
            pairs.append(Pair(n=n, claim=unescape(text), passage=passages.get(named, "")))
        return pairs

    def numbered(self, name: str) -> dict[int, str]:
        """What stands between tags of this name, by number: sentences to choose from, or to write anew."""
        found = enumerate(_NUMBERED[name].findall(self.raw), 1)
        return {_numbered(attributes, place): unescape(text).strip() for place, (attributes, text) in found}

    @cached_property
    def findings(self) -> dict[int, list[str]]:
        """What was found wrong with each numbered sentence."""
        found: dict[int, list[str]] = {}
        for place, (attributes, text) in enumerate(_FINDING.findall(self.raw), 1):
            found.setdefault(_numbered(attributes, place), []).append(unescape(text))
        return found

    @cached_property
    def title(self) -> str:
        """The section's title, else the topic."""
        return self._fenced("title") or self.topic

    @cached_property
    def topic(self) -> str:
        """What the work is about: a fenced topic, a line "Topic: …", or the first words that are left."""
        fenced = self._fenced("topic") or self._fenced("subject")
        if fenced:
            return fenced
        line = _TOPIC.search(self.orders)
        if line:
            return line[1].strip().strip("\"'")
        return self._fenced("title") or "the subject of this work"

    @cached_property
    def text(self) -> str:
        """An existing text to work on."""
        found = re.search(r"<text\b[^>]*>(.*?)</text>", self.raw, re.DOTALL)
        return unescape(found[1]).strip() if found else ""

    @cached_property
    def length(self) -> int | None:
        """Characters asked for; of several figures the last one that says "about", else the last."""
        for pattern, factor in ((_CHARACTERS, 1.0), (_WORDS, CHARACTERS_PER_WORD)):
            found = list(pattern.finditer(self.orders))
            if found:
                about = [m for m in found if "about" in self.orders[max(0, m.start() - 12) : m.start()].lower()]
                digits = re.sub(r"\D", "", (about or found)[-1][1])
                return min(LONGEST_CHARACTERS, max(1, round(int(digits) * factor)))
        return None

    @property
    def asked(self) -> str:
        """What its owner and the assignment sheet ask for."""
        return "\n".join(unescape(text).strip() for _name, text in _ASKED.findall(self.raw))

    @property
    def wants_more(self) -> bool:
        """Whether an existing text is to be continued."""
        return bool(self.text) and bool(_MORE.search(self.orders))

    @property
    def wants_less(self) -> bool:
        """Whether an existing text is to be shortened."""
        return bool(self.text) and not self.wants_more and bool(_LESS.search(self.orders))

    @property
    def wants_rewriting(self) -> bool:
        """Whether an existing text is to be said otherwise."""
        return bool(self.text) and bool(_REWRITE.search(self.orders))

    @cached_property
    def pages(self) -> float:
        """Pages of the whole, 10 when not said."""
        found = _PAGES.search(self.orders)
        return float(found[1].replace(",", ".")) if found else 10.0

    @cached_property
    def sections(self) -> tuple[int, int] | None:
        """How many sections are wanted, lowest and highest."""
        found = _COUNT.search(self.orders)
        if not found:
            return None
        if found[3]:
            return int(found[3]), int(found[3])
        low, high = int(found[1]), int(found[2])
        return min(low, high), max(low, high)

    @cached_property
    def parts(self) -> tuple[int, int]:
        """Into how many parts a section is to be divided, lowest and highest."""
        found = _PARTS.search(self.orders)
        low, high = (int(found[1]), int(found[2])) if found else (2, 4)
        return min(low, high), max(low, high)

    @cached_property
    def terms(self) -> int:
        """How many terms a glossary is to hold at most."""
        found = _TERMS.search(self.orders)
        return int(found[1]) if found else 10

    def _fenced(self, name: str) -> str:
        found = re.search(rf"<{name}\b[^>]*>(.*?)</{name}>", _SOURCE.sub(" ", self.raw), re.DOTALL)
        return " ".join(unescape(found[1]).split())[:300] if found else ""


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(double or single) for name, double, single in _ATTRIBUTE.findall(text)}


def _numbered(attributes: str, place: int, *, name: str = "n") -> int:
    number = _attributes(attributes).get(name, "")
    return int(number) if number.isdigit() else place
