"""Looks up every citation of a document: its sentence in the file, its passage on the page of the source."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from tesigo_verify.copying import CopiedRun, Words
from tesigo_verify.errors import NotSigned, Unverifiable
from tesigo_verify.files import Text, read, sha256_of
from tesigo_verify.findings import CitationFinding, Findings, Passage, Sentence, Signature, Written
from tesigo_verify.folding import Page, Pages, fold, forms
from tesigo_verify.manifest import Citation, Manifest, Source, key_id, signer
from tesigo_verify.numbers import Loosely

#: Of the parts of a passage that have to stand on the page; the rest is what programs read differently.
ENOUGH: Final = 0.8
#: Citations of a source that are tried on a file nobody named.
_TRIED_CITATIONS: Final = 5
#: Pages before and after the named one that are looked at when a passage is not there.
_NEIGHBOURS: Final = 3
_HEADING_SIGNS: Final = 300
#: Pages of a source whose places are kept; citations are looked up in the order of its pages.
_KEPT_PAGES: Final = 16


class SourceFile:
    """A file of a source, each page read and folded once, and only when it is asked for."""

    def __init__(self, path: Path, key: str = "") -> None:
        self.name = path.name
        self.key = key
        self.sha256 = sha256_of(path)
        self.text: Text = read(path)
        self._pages: dict[tuple[int, int], Page] = {}
        self._words: dict[int, str] = {}

    def words(self, number: int) -> str:
        """The words of a page."""
        if number not in self._words:
            self._words[number] = self.text.page(number)
        return self._words[number]

    def page(self, number: int, folding: int) -> Page:
        """The page as passages are sought in it; an empty one where there is none of this number."""
        if (number, folding) not in self._pages:
            if len(self._pages) == _KEPT_PAGES:
                del self._pages[next(iter(self._pages))]
            there = not self.text.count or 1 <= number <= self.text.count
            self._pages[number, folding] = Page(self.words(number) if there else "", folding)
        return self._pages[number, folding]

    def numbers(self) -> range:
        """Its pages; only 0 where it has none."""
        return range(1, self.text.count + 1) if self.text.count else range(1)

    def looked_up(self, citation: Citation, *, page: int, by_label: bool) -> tuple[Passage, int]:
        """Whether the passage stands on ``page``, in another copy also on the page of its label; else where it does."""
        named = [page if self.text.count else 0]
        if by_label and citation.page_label and self.text.count:
            labels = (number for number in self.numbers() if self.text.label(number) == citation.page_label)
            named += [number for number in labels if number not in named]
        for number in named:
            found = self._on(citation, number)
            if found != Passage.MISSING:
                return found, 0
        for distance in range(1, _NEIGHBOURS + 1):
            for number in (page - distance, page + distance):
                if number in self.numbers() and self._on(citation, number) != Passage.MISSING:
                    return Passage.ELSEWHERE, number
        return Passage.MISSING, 0

    def _on(self, citation: Citation, number: int) -> Passage:
        match = self.page(number, citation.folding).match(
            signs=citation.signs, whole=citation.whole, parts=citation.parts, seals=citation.seals
        )
        if match.is_exact:
            return Passage.FOUND
        if match.share < ENOUGH:
            return Passage.MISSING
        return Passage.NEARLY if match.is_sure else Passage.DIFFERS


def check(
    manifest: Manifest,
    document: Text,
    sources: Sequence[SourceFile],
    *,
    known_keys: Iterable[bytes] | None = None,
    shift: int = 0,
    deadline: float | None = None,
) -> Findings:
    """Looks everything up.

    ``known_keys`` are the public keys that are trusted; without them any key is, and a manifest that nobody signed.
    ``shift`` is added to each page of a source that has pages: with 1 the check has to fail, which shows that it looks.
    Raises Unverifiable once ``time.monotonic`` is past ``deadline``.
    """
    in_time = _clock(deadline)
    signature, key = _signature(manifest, known_keys)
    by_source = _assigned(manifest, sources)
    body = _Body(document, manifest.bibliography, manifest.folding)
    findings = {}
    for citation in sorted(manifest.citations, key=lambda one: (one.key, one.page)):
        in_time()
        file = by_source.get(citation.key)
        passage, found_on = Passage.NO_FILE, 0
        if file is not None:
            page = citation.page + shift if citation.page else 0
            by_label = not shift and not _is_same(file, manifest, citation.key)
            passage, found_on = file.looked_up(citation, page=page, by_label=by_label)
        sentence, written = body.has(citation)
        findings[citation] = CitationFinding(
            citation.number, citation.key, citation.page, citation.page_label, sentence, passage, found_on, written
        )
    copied = _copied(body, by_source, in_time)
    reported = [fold(words) for words in manifest.copied]
    same = sum(_is_same(file, manifest, key) for key, file in by_source.items())
    return Findings(
        signature=signature,
        key_id=key,
        citations=tuple(findings[citation] for citation in manifest.citations),
        copied=tuple(run for run in copied if not _is_reported(run, reported)),
        reported=len(reported),
        unchecked=sum(not citation.is_checked for citation in manifest.citations),
        same_files=same,
        other_copies=len(by_source) - same,
        unknown_files=tuple(one.name for one in sources if one not in by_source.values()),
    )


def _clock(deadline: float | None) -> Callable[[], None]:
    def in_time() -> None:
        if deadline is not None and time.monotonic() > deadline:
            raise Unverifiable("The check took longer than it may.")

    return in_time


def _signature(manifest: Manifest, known_keys: Iterable[bytes] | None) -> tuple[Signature, str]:
    try:
        public = signer(manifest.raw)
    except NotSigned:
        return Signature.BROKEN, ""
    if public is None:  # a signed manifest is changed by taking its signature away
        return (Signature.MISSING if known_keys is None else Signature.STRIPPED), ""
    is_known = known_keys is None or public in set(known_keys)
    return (Signature.VALID if is_known else Signature.UNKNOWN_KEY), key_id(public)


def _is_same(file: SourceFile, manifest: Manifest, key: str) -> bool:
    return any(file.sha256 in source.file_hashes for source in manifest.sources if source.key == key)


def _assigned(manifest: Manifest, files: Sequence[SourceFile]) -> dict[str, SourceFile]:
    """A file for each source: as the caller says, by its hash, else by the passages that stand in it."""
    found = {file.key: file for file in files if file.key}
    free = [file for file in files if not file.key]
    for source in manifest.sources:
        for file in free:
            if file.sha256 in source.file_hashes:
                found.setdefault(source.key, file)
    free = [file for file in free if file not in found.values()]
    for file in free:
        best = max(
            (one for one in manifest.sources if one.key not in found),
            key=lambda one: _held(file, one, manifest),
            default=None,
        )
        if best is not None and _held(file, best, manifest):
            found[best.key] = file
    return found


def _held(file: SourceFile, source: Source, manifest: Manifest) -> int:
    """How many of the first citations of a source stand in the file, on their pages or near them."""
    tried = [one for one in manifest.citations if one.key == source.key][:_TRIED_CITATIONS]
    return sum(file.looked_up(one, page=one.page, by_label=True)[0] != Passage.MISSING for one in tried)


class _Body:
    """The document's text, in which sentences are sought."""

    def __init__(self, document: Text, bibliography: str, folding: int) -> None:
        self.count = document.count
        self._folding = folding
        self._words = [document.page(number) for number in (range(1, document.count + 1) if document.count else (0,))]
        self._pages = Pages([fold(words, folding) for words in self._words])
        self._bibliography = fold(bibliography, folding)

    def has(self, citation: Citation) -> tuple[Sentence, tuple[Written, ...]]:
        """Whether all pieces of the sentence stand on or beside the page that the manifest names.

        Where they do but for points and commas in numbers, also the numbers that are written otherwise.
        """
        pieces = [found for found in (forms(piece, self._folding) for piece in citation.pieces) if found]
        anywhere = range(len(self._words))
        at = citation.document_page - 1
        beside = range(max(0, at - 1), min(at + 2, self.count)) if self.count and at >= 0 else anywhere
        if not pieces:  # a citation of nothing
            return Sentence.MISSING, ()
        if all(self._stands(piece, beside) for piece in pieces):
            return Sentence.FOUND, ()
        if all(self._stands(piece, anywhere) for piece in pieces):
            return Sentence.ELSEWHERE, ()
        differing = [self._differing(piece) for piece in pieces if not self._stands(piece, anywhere)]
        if any(found is None for found in differing):
            return Sentence.MISSING, ()
        return Sentence.DIFFERS, tuple(Written(*pair) for found in differing for pair in found or ())

    def _stands(self, forms: Sequence[str], numbers: range) -> bool:
        return any(self._pages.page_of(form, numbers) is not None for form in forms)

    def _differing(self, forms: Sequence[str]) -> list[tuple[str, str]] | None:
        found = (page.differing(forms[0]) for page in self._loosely)
        return next((pairs for pairs in found if pairs), None)

    @cached_property
    def _loosely(self) -> list[Loosely]:
        return [Loosely(text) for text in self._pages.texts]

    def own_words(self) -> str:
        """The text up to the bibliography, whose titles stand in the sources, too."""
        if self.count:
            parts, heads = self._words, [page[:_HEADING_SIGNS] for page in self._pages.texts]
            starts = [at for at, head in enumerate(heads) if self._bibliography and self._bibliography in head]
        else:
            parts = self._words[0].split("\n")
            heads = [fold(line, self._folding) for line in parts]
            starts = [at for at, head in enumerate(heads) if self._bibliography and head == self._bibliography]
        return "\n".join(parts[: starts[-1]] if starts else parts)


def _copied(body: _Body, by_source: Mapping[str, SourceFile], in_time: Callable[[], None]) -> list[CopiedRun]:
    words = Words(body.own_words())
    for key, file in by_source.items():
        for number in file.numbers():
            in_time()
            words.look_through(file.words(number), key=key, page=number)
    return words.runs()


def _is_reported(run: CopiedRun, reported: Sequence[str]) -> bool:
    folded = fold(run.words)
    return any(folded in known or known in folded for known in reported)
