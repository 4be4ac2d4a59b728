"""A document, its sources and its manifest, small enough to read."""

import json
from pathlib import Path
from typing import Any

import pikepdf

from tesigo_verify.folding import FOLDING, digest, fold, part_hashes, part_seals
from tesigo_verify.manifest import signed
from tests.documents.files import pdf

KEY = bytes(range(32))
WORDS = [f"{letter}omber" for letter in "abcdefghijklmnopqrs"]


def prose(seed: int, sentences: int = 6) -> list[str]:
    """Lines of words that no other page has in this order."""
    lines = []
    for at in range(sentences):
        step = (seed * 7 + at * 5) % 17 + 1
        chosen = [WORDS[(seed * 3 + at + step * n) % len(WORDS)] + str(seed % 10) * (n % 2) for n in range(9)]
        lines.append(f"The {' '.join(chosen)} number {seed} and {at}.")
    return lines


def source(path: Path, *, pages: int, seed: int, **options: Any) -> Path:
    """A PDF with a page of prose for each number."""
    return pdf(path, ["\n".join(prose(seed * 100 + number)) for number in range(1, pages + 1)], **options)


def passage(words: str) -> dict[str, Any]:
    """As a manifest names it."""
    folded = fold(words)
    return {
        "sha256": digest(folded),
        "signs": len(folded),
        "parts": part_hashes(folded),
        "seals": part_seals(words),
        "words": None,
    }


def citation(number: int, *, key: str, page: int, words: str, pieces: list[str], **changes: Any) -> dict[str, Any]:
    """One citation of a manifest."""
    return {
        "number": number,
        "section": "1",
        "key": key,
        "sentence": " ".join(pieces),
        "pieces": pieces,
        "page": page,
        "page_label": str(page),
        "document_page": 1,
        "check": "judged",
        "check_note": "",
        "passage": passage(words),
        **changes,
    }


def manifest(citations: list[dict[str, Any]], sources: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """A manifest without a signature."""
    return {
        "format": "tesigo-manifest",
        "version": 1,
        "folding": FOLDING,
        "document": {"language": "en", "bibliography": "Bibliography"},
        "sources": sources,
        "citations": citations,
        "copied": [],
        **changes,
    }


def named_source(key: str, *hashes: str) -> dict[str, Any]:
    """A source of a manifest."""
    return {"key": key, "title": f"On {key}", "files": [{"sha256": one} for one in hashes]}


def signed_json(raw: dict[str, Any]) -> bytes:
    """The manifest as a file holds it."""
    return json.dumps(signed(raw, private_key=KEY)).encode()


def attached(path: Path, data: bytes) -> Path:
    """The PDF with a manifest in it."""
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        document.attachments["tesigo-manifest.json"] = data
        document.save(path)
    return path
