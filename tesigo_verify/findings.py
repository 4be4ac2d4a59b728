"""What a check found: of the signature, of each citation, and of the files."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tesigo_verify.copying import CopiedRun


class Signature(StrEnum):
    """What became of the signature."""

    VALID = "valid"
    UNKNOWN_KEY = "unknown key"
    MISSING = "missing"
    STRIPPED = "missing, though a key was asked for"
    BROKEN = "broken"


class Sentence(StrEnum):
    """Whether a sentence stands in the file."""

    FOUND = "found"
    ELSEWHERE = "on another page"
    DIFFERS = "found, with a number written otherwise"
    MISSING = "missing"


class Passage(StrEnum):
    """Whether a passage stands on the page that was named."""

    FOUND = "found"
    NEARLY = "found, read a little differently"
    DIFFERS = "found, and a number, a name or a negation in it may be another"
    ELSEWHERE = "on another page"
    MISSING = "missing"
    NO_FILE = "no file of this source"


_FAILING: Final = frozenset({Passage.DIFFERS, Passage.ELSEWHERE, Passage.MISSING})


@dataclass(frozen=True)
class Written:
    """A number of a sentence as the manifest has it and as the file has it, both folded."""

    said: str
    there: str


@dataclass(frozen=True)
class CitationFinding:
    """What was found of one citation; ``found_on`` is the page of a passage that stands elsewhere, else 0.

    ``written`` are the numbers of a sentence that the file has otherwise.
    """

    number: int
    key: str
    page: int
    page_label: str
    sentence: Sentence
    passage: Passage
    found_on: int = 0
    written: tuple[Written, ...] = ()

    @property
    def fails(self) -> bool:
        """Whether it speaks against the document."""
        return self.sentence != Sentence.FOUND or self.passage in _FAILING


@dataclass(frozen=True)
class Findings:
    """All that was found. ``unknown_files`` belong to no source of the document.

    ``unchecked`` citations stand in sentences that their author changed: nobody looked whether they still hold.
    """

    signature: Signature
    key_id: str
    citations: tuple[CitationFinding, ...]
    copied: tuple[CopiedRun, ...]
    reported: int
    unchecked: int
    same_files: int
    other_copies: int
    unknown_files: tuple[str, ...] = field(default_factory=tuple)

    @property
    def failed(self) -> list[CitationFinding]:
        """The citations that speak against the document."""
        return [one for one in self.citations if one.fails]

    @property
    def sentences(self) -> Counter[Sentence]:
        """How many sentences were found how."""
        return Counter(one.sentence for one in self.citations)

    @property
    def passages(self) -> Counter[Passage]:
        """How many passages were found how."""
        return Counter(one.passage for one in self.citations)

    @property
    def checked(self) -> int:
        """How many passages could be looked up, because there was a file of their source."""
        return len(self.citations) - self.passages[Passage.NO_FILE]

    @property
    def fails(self) -> bool:
        """Whether anything speaks against the document."""
        return bool(self.failed) or self.signature not in (Signature.VALID, Signature.MISSING)
