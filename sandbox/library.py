"""A small invented library: the same works for the same words, plainly marked as sandbox works."""

import hashlib
import random
import re
from typing import Any

from sandbox.writer.prose import title_terms

Work = dict[str, Any]
PREFIX = "10.5555"
#: Of works that DataCite registers: arXiv's and Zenodo's.
DATACITE = ("10.48550/arxiv.", "10.5281/zenodo.")
PATTERNS = (
    "{t}: a sandbox review",
    "On {t} in practice",
    "{t} and its limits",
    "A field study of {t}",
    "Foundations of {t}",
    "{t} revisited",
)
NAMES = ("Sandbox, A.", "Sandbox, B.", "Sandbox, C.", "Sandbox, D.")
JOURNALS = ("Journal of Sandbox Studies", "Sandbox Quarterly", "Proceedings of the Sandbox Conference")
_known: dict[str, dict[str, Any]] = {}
KNOWN_LIMIT = 5_000


def works(query: str, count: int = 12) -> list[dict[str, Any]]:
    """Works on the query's words; title, authors, year, doi, abstract, journal, pages, cited."""
    words = " ".join(query.split())[:200] or "sandbox"
    terms = title_terms(words) or [words]
    found = []
    for number in range(min(count, 40)):
        chance = random.Random(f"{words.lower()}|{number}")  # noqa: S311  # repeatable, not secret
        term = terms[number % len(terms)]
        other = terms[(number + 1) % len(terms)]
        title = PATTERNS[number % len(PATTERNS)].format(t=term)
        title = (
            title[0].upper() + title[1:] + ("" if number < len(PATTERNS) else f", part {number // len(PATTERNS) + 1}")
        )
        digest = hashlib.sha256(f"{words.lower()}|{number}".encode()).hexdigest()
        work = {
            "doi": f"{PREFIX}/sandbox.{digest[:10]}",
            "digest": digest,
            "title": title,
            "authors": list(NAMES[: 1 + number % 3]),
            "year": 2008 + chance.randrange(16),
            "abstract": (
                f"This is a sandbox work and no real publication. It examines {term} with regard to {other}. "
                f"The authors describe how {term} is understood in the literature, which conditions shape {other}, "
                f"and where the two meet in practice. A small sample of {chance.randrange(12, 90)} cases shows that "
                f"{term} is rarely considered on its own. "
                f"The work concludes that {other} deserves more attention than it has received so far."
            ),
            "journal": JOURNALS[number % len(JOURNALS)],
            "volume": str(1 + chance.randrange(40)),
            "first": (first := chance.randrange(1, 300)),
            "last": first + chance.randrange(8, 30),
            "cited": chance.randrange(0, 400),
        }
        found.append(work)
        _known[str(work["doi"])] = work
    while len(_known) > KNOWN_LIMIT:
        _known.pop(next(iter(_known)))
    return found


def by_doi(text: str) -> dict[str, Any] | None:
    """A work by DOI: one that a search brought up, or (for any sandbox DOI) the one it always stands for."""
    doi = re.sub(r"^(https?://)?(dx\.)?(doi\.org/|doi:)", "", text, flags=re.IGNORECASE).lower()
    if doi in _known:
        return _known[doi]
    if not doi.startswith((f"{PREFIX}/", *DATACITE)) or "missing" in doi:
        return None
    return {**works(doi.split("/", 1)[1].replace(".", " "), 1)[0], "doi": doi}


def by_digest(beginning: str) -> dict[str, Any] | None:
    """One that was said before, by how its digest begins."""
    return next((work for work in _known.values() if work["digest"].startswith(beginning)), None)


def is_of_datacite(doi: str) -> bool:
    """Whether the DOI is registered there: then Crossref does not know it, as DataCite knows none of Crossref's."""
    return doi.startswith(DATACITE)


def by_pubmed(number: str) -> dict[str, Any] | None:
    """A work by its number in PubMed, or in PubMed Central ("PMC…"); those that begin with 99 are nobody's."""
    if number.removeprefix("PMC").startswith("99"):
        return None
    return by_doi(f"{PREFIX}/sandbox.pubmed.{number.lower()}")


def by_isbn(digits: str) -> dict[str, Any] | None:
    """A book by its number; the group 979-0 is nobody's."""
    return None if digits.startswith("9790") else by_doi(f"{PREFIX}/sandbox.book.{digits}")
