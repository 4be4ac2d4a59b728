"""The manifest of a file: every citation of the document with what it rests on (R-18; docs/manifest.md)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from documents.domain import manifest_keys, originality
from documents.domain.originality import CopiedWords, Shares
from documents.domain.queries import sections_in_order
from documents.domain.text import GROUP, citation_keys, without_citations
from documents.enums import CitationCheck, FullTextState, SourceOrigin
from documents.models import Citation, Document, Passage, Source
from tesigo_verify.folding import FOLDING, Pages, digest, fold, forms, part_hashes, part_seals
from tesigo_verify.manifest import FORMAT, VERSION, signed
from typesetting import labels

#: What stands between the words of a sentence in the finished text: citations and the marks of notes.
_BETWEEN: Final = re.compile(rf"{GROUP.pattern}|\[\^[^\[\]\s]{{1,60}}\]")
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\([^()\s]{0,500}(?:\s\"[^\"]{0,200}\")?\)")


def of_document(document: Document, *, format: str, page_texts: Sequence[str], now: datetime) -> str:
    """The manifest as JSON, signed where the site has a key.

    ``page_texts`` are the folded pages of the file, if it has pages that stay as they are.
    """
    sections = sections_in_order(document)
    original = originality.of_sections(document, sections)
    numbers = {section.pk: section.number for section in sections}
    citations = list(
        document.citations.select_related("source__upload", "source__full_text", "passage")
        .defer("passage__search")
        .order_by("section__position", "position")
    )
    sources = {citation.source.key: citation.source for citation in citations}
    finder = _Finder(page_texts)
    raw = {
        "format": FORMAT,
        "version": VERSION,
        "folding": FOLDING,
        "made_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "made_by": settings.SITE_URL,
        "keys": f"{settings.SITE_URL}/manifest-keys.json",
        "document": {
            "title": str(document),
            "language": document.language,
            "citation_style": document.citation_style,
            "format": format,
            "bibliography": labels.words(document.cites_in).bibliography,
        },
        "words": _words(sum((one.shares for one in original.values()), Shares())),
        "sections": [
            {"number": section.number, "title": section.title, "words": _words(original[section].shares)}
            for section in sections
            if section in original
        ],
        "sources": [_source(sources[key]) for key in sorted(sources)],
        "citations": [
            _citation(citation, number, numbers[citation.section_id], finder)
            for number, citation in enumerate(citations, start=1)
        ],
        "copied": [_copied(section.number, one) for section in original for one in original[section].copied],
        "signature": None,
    }
    key = manifest_keys.private_key()
    return json.dumps(signed(raw, private_key=key) if key else raw, ensure_ascii=False, indent=1)


@dataclass
class _Finder:
    """Finds sentences on the pages of the file; citations come in the order of the pages."""

    page_texts: Sequence[str]
    reached: int = 0

    def page_of(self, pieces: Sequence[str]) -> int:
        """The page that the sentence ends on, from 1; 0 where it is not found."""
        longest = forms(max(pieces, key=len, default=""), FOLDING)
        for begin in dict.fromkeys((self.reached, 0)):
            for form in longest:
                found = Pages(self.page_texts).page_of(form, range(begin, len(self.page_texts)))
                if found is not None:
                    self.reached = found
                    return found + 1
        return 0


def _words(shares: Shares) -> dict[str, int]:
    return {"all": shares.words, "quoted": shares.quoted, "near": shares.near, "own": shares.own}


def _source(source: Source) -> dict[str, Any]:
    csl: Mapping[str, Any] = source.csl
    upload = source.upload if source.origin == SourceOrigin.UPLOAD else None
    return {
        "key": source.key,
        "title": source.title,
        "origin": source.origin,
        "doi": source.doi,
        "url": source.url,
        "isbn": str(csl.get("ISBN") or ""),
        "issn": str(csl.get("ISSN") or ""),
        "files": [{"sha256": upload.sha256, "bytes": upload.size, "pages": source.page_count}] if upload else [],
    }


def _citation(citation: Citation, number: int, section: str, finder: _Finder) -> dict[str, Any]:
    pieces = pieces_of(citation.sentence)
    passage = citation.passage
    passage.source = citation.source
    folded = fold(passage.text)
    may_be_read = is_public(passage)
    is_told = may_be_read or citation.check_result != CitationCheck.JUDGED  # a judge repeats the passage
    return {
        "number": number,
        "section": section,
        "key": citation.source.key,
        "sentence": without_citations(citation.sentence),
        "pieces": pieces,
        "page": passage.page,
        "page_label": passage.page_label,
        "document_page": finder.page_of(pieces),
        "check": citation.check_result,
        "check_note": citation.check_note if is_told else "",
        "passage": {
            "sha256": digest(folded),
            "signs": len(folded),
            "parts": part_hashes(folded),
            "seals": part_seals(passage.text),
            "words": passage.text if may_be_read else "",
        },
    }


def is_public(passage: Passage) -> bool:
    """Whether its words may stand in a file for others: those of what a search found or of a free copy (R-18).

    Not those of a file that its owner handed in, nor what stands as an abstract in a list or library of theirs: that
    a register calls the work open access says nothing of the text that they have.
    """
    source = passage.source
    if source.origin == SourceOrigin.SEARCH:  # of works that its owner brought as well it is theirs
        return True
    full_text = getattr(source, "full_text", None)
    is_read = full_text is not None and full_text.state == FullTextState.READ
    return is_read and passage.page > 0 and source.upload_id is None


def pieces_of(sentence: str) -> list[str]:
    """The words of a sentence as they stand in the file, between citations and the marks of notes."""
    found = []
    at = 0
    for match in _BETWEEN.finditer(sentence):
        if match["inside"] is None or citation_keys(match[0]):
            found.append(sentence[at : match.start()])
            at = match.end()
    found.append(sentence[at:])
    words = (_LINK.sub(r"\1", piece).strip() for piece in found)
    return [piece for piece in words if fold(piece)]


def _copied(section: str, one: CopiedWords) -> dict[str, str]:
    return {"section": section, "words": one.words, "key": one.key, "page_label": one.page}
