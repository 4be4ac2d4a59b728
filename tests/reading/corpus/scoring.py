"""What the reading says of a file of the corpus, beside what is right."""

import re
import tempfile
import unicodedata
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from documents.sources.uploaded import FRONT_CHARACTERS, csl_of_upload
from reading.child import read
from reading.cleaning import clean_pages
from reading.protocol import Meta, Page
from tests.reading.corpus import Case

_FIRST_PAGES: Final = 6


@dataclass(frozen=True, slots=True)
class Score:
    """Which of a file's fields are right; ``further`` are journal, volume and DOI where the page says them."""

    title: bool
    authors: bool
    year: bool
    further: dict[str, bool]


def source_of(path: Path) -> dict[str, Any]:
    """The item that a student sees at the source desk after handing in this file."""
    with tempfile.TemporaryDirectory() as scratch:
        records = read("pdf", path, Path(scratch))
        meta = next(records)
        assert isinstance(meta, Meta)
        pages = [page for page in islice(records, _FIRST_PAGES) if isinstance(page, Page)]
    front = "\n\n".join(page.text for page in clean_pages(pages))[:FRONT_CHARACTERS]
    return csl_of_upload(meta=meta, name_words="a file", front=front, has_pages=True)


def score(case: Case, item: dict[str, Any]) -> Score:
    """Sign by sign but for capitals, blanks and quotation marks: a title set in capitals says no more."""
    truth = case.truth
    authors = [(one.get("given", ""), one.get("family", one.get("literal", ""))) for one in item.get("author", [])]
    year = item.get("issued", {}).get("date-parts", [[None]])[0][0]
    return Score(
        title=_bare(item["title"]) in [_bare(title) for title in truth.titles],
        authors=_same(authors, [(one.given, one.family) for one in truth.authors]),
        year=year == truth.year,
        further={name: _bare(str(item.get(name, ""))) == _bare(value) for name, value in truth.fields.items()},
    )


def _same(said: list[tuple[str, str]], right: list[tuple[str, str]]) -> bool:
    return [(_bare(given), _bare(family)) for given, family in said] == [
        (_bare(given), _bare(family)) for given, family in right
    ]


def _bare(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(re.sub(r"[“”„\"]", "", text).split()).replace("–", "-")
