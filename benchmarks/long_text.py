"""A finished document of 200 pages that nobody had to write: rows, as a reader and an editor find them.

`benchmarks.editor` runs this file in a tree of an earlier build, too: it uses only what both have. Both get the same
words. The first section is the longest, with a table, a list, notes and headings; ``LONGEST`` characters.
"""

import html
import random
from decimal import Decimal
from typing import Any

PAGES = 200
SECTIONS = 80
CHARACTERS = 518_000
LONGEST = 31_000
#: As many as an editor takes.
MOST = 99_000
KEY = "ellingsen-2019"
_LETTERS = random.Random(PAGES)
_WORDS = ["".join(_LETTERS.choices("aeioubdfgklmnprstvz", k=_LETTERS.randint(2, 10))) for _ in range(8_000)]


def finished(*, longest: int = LONGEST) -> tuple[Any, str]:
    """The document, ready to be read, and the id of its longest section. Django is set up by then."""
    from django.db import transaction

    from benchmarks import orders
    from documents.enums import DocumentState
    from documents.models import Document, Section

    document = orders.order(pages=PAGES, sections=SECTIONS)
    passages = list(document.sources.get(key=KEY).passages.order_by("position"))
    sections = list(document.sections.order_by("position"))
    chance, cited = random.Random(PAGES), 0
    with transaction.atomic():
        for place, section in enumerate(sections):
            size = longest if place == 0 else (CHARACTERS - longest) // (SECTIONS - 1)
            made = _Text(passages, chance, cited)
            made.write(size, is_rich=place == 0)
            cited += len(made.drafts)
            _commit(section, made)
            Section.objects.filter(pk=section.pk).update(html="\n".join(made.html))
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY, body_pages=Decimal(PAGES))
    document.refresh_from_db()
    return document, str(sections[0].pk)


class _Text:
    """Paragraphs with citations, as Markdown and as the reader has them; ``cited`` is the number before the first."""

    def __init__(self, passages: list[Any], chance: random.Random, cited: int) -> None:
        self._passages, self._chance, self._cited = passages, chance, cited
        self.markdown: list[str] = []
        self.html: list[str] = []
        self.drafts: list[tuple[int, str]] = []
        self._size = 0

    def write(self, size: int, *, is_rich: bool) -> None:
        """Some ``size`` characters; ``is_rich``: more than paragraphs."""
        notes: list[str] = []
        while self._size < size:
            number = len(self.markdown)
            if is_rich and number % 6 == 5:
                self._add(f"### Of part {number}", f"<h4>Of part {number}</h4>")
            elif is_rich and number % 12 == 7:
                lines = [self._sentence()[0] for _ in range(3)]
                items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
                self._add("\n".join(f"- {line}" for line in lines), f"<ul>{items}</ul>")
            elif is_rich and number == 10:
                self._table()
            else:
                self._paragraph(notes if is_rich and number % 8 == 3 else None)
        if notes:
            self.markdown.append("\n\n".join(notes))

    @property
    def text(self) -> str:
        """The whole as Markdown."""
        return "\n\n".join(self.markdown)

    def _add(self, text: str, shown: str) -> None:
        self.markdown.append(text)
        self.html.append(shown)
        self._size += len(text) + 2

    def _table(self) -> None:
        rows = [["Year", "Oil", "Ships"], *([str(1871 + year), f"{year * 7} barrels", str(year)] for year in range(12))]
        lines = [f"| {' | '.join(row)} |" for row in rows]
        cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        self._add("\n".join([lines[0], "| --- | --- | --- |", *lines[1:]]), f"<table>{cells}</table>")

    def _paragraph(self, notes: list[str] | None) -> None:
        text, shown = "", ""
        for number in range(8):
            sentence, passage = self._sentence()
            mark, seen = "", ""
            if number % 4 == 1:
                where = f"p. {passage.page}"
                mark = f" [@{KEY}, {where}]"
                seen = (
                    f' <a class="cite" href="#cite-{self._cited + len(self.drafts) + 1}">(Ellingsen 2019, {where})</a>'
                )
                self.drafts.append((passage.pk, sentence))
            stop = f".[^{len(notes) + 1}]" if notes is not None and number == 7 else "."
            text += f" {sentence[:-1]}{mark}{stop}"
            shown += f" {html.escape(sentence[:-1])}{seen}."
        if notes is not None:
            notes.append(f"[^{len(notes) + 1}]: {self._sentence()[0]}")
        self._add(text.strip(), f"<p>{shown.strip()}</p>")

    def _sentence(self) -> tuple[str, Any]:
        """No two alike: what is said twice has a note beside it."""
        words = " ".join(self._chance.choices(_WORDS, k=14)).capitalize()
        return f"{words}.", self._chance.choice(self._passages)


def _commit(section: Any, made: _Text) -> None:
    from django.utils import timezone

    from documents.domain.writing import CitationDraft, commit_revision
    from documents.enums import CitationCheck, RevisionReason

    commit_revision(
        section_id=section.pk,
        expected_revision=0,
        text=made.text,
        reason=RevisionReason.WRITTEN,
        citations=[CitationDraft(passage, sentence, CitationCheck.JUDGED) for passage, sentence in made.drafts],
        provenance={"models": ["m"]},
        now=timezone.now(),
    )
