"""The statement of AI use, from the provenance kept for every section (R-15)."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from documents.domain import page_formats
from documents.domain.text import citation_keys
from documents.enums import CitationCheck
from documents.models import Document, Section
from typesetting.page_format import STANDARD
from typesetting.statement_words import StatementWords, statement_words

_MARKS = re.compile(r"([\\`*_\[\]<>|@~^$&])")


def of(document: Document, sections: Sequence[Section]) -> str:
    """The statement in Markdown, in the document's language, section by section. ``sections`` have their numbers.

    They are named by their titles alone where the document's format has other numbers than these, or none.
    """
    return in_words(
        sections,
        language=document.language,
        unchecked=document.citations.filter(check_result=CitationCheck.CHANGED).count(),
        has_numbers=page_formats.of(document).heading_numbers == STANDARD.heading_numbers,
    )


def in_words(sections: Sequence[Section], *, language: str, unchecked: int = 0, has_numbers: bool = True) -> str:
    """As ``of``; ``unchecked`` counts the citations that nobody has checked since their sentence was changed."""
    words = statement_words(language)
    models = Counter(name for section in sections for name in section.provenance.get("models", []))
    named = ", ".join(f"{_plain(name)} ({count})" for name, count in models.most_common())
    lines = [words.intro, words.models.format(models=named or words.none)]
    if written := [time for section in sections for time in _times(section)]:
        first, last = f"{min(written):%Y-%m-%d %H:%M}", f"{max(written):%Y-%m-%d %H:%M}"
        lines.append(words.period.format(first=first, last=last))
    lines.append(words.checked)
    rows = [_row(one, has_numbers=has_numbers) for one in sections if one.provenance.get("models")]
    if rows:
        lines.append(_table(rows, words))
    for mark, said in (("rewritten", words.rewritten), ("edited_at", words.edited)):
        marked = [one for one in sections if mark in one.provenance]
        if changed := [one.number if has_numbers else f"“{_plain(one.title)}”" for one in marked]:
            lines.append(said.format(sections=", ".join(changed)))
    if unchecked:
        lines.append(words.unchecked.format(count=unchecked))
    return "\n\n".join(lines)


def _table(rows: Sequence[tuple[str, ...]], words: StatementWords) -> str:
    whole = [words.heads, ("---", "---", "---", "--:", "--:"), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in whole)


def _row(section: Section, *, has_numbers: bool) -> tuple[str, ...]:
    title, times = _plain(section.title), _times(section)
    return (
        f"{section.number} {title}" if has_numbers else title,
        ", ".join(map(_plain, dict.fromkeys(section.provenance["models"]))),
        " – ".join(dict.fromkeys(f"{time:%Y-%m-%d %H:%M}" for time in (times[0], times[-1]))) if times else "",
        str(section.provenance.get("calls", "")),
        str(len({item.key for item in citation_keys(section.text)})),
    )


def _times(section: Section) -> list[datetime]:
    """When models wrote it: at first, and then anew, in order."""
    first = [section.written_at] if section.written_at else []
    return [*first, *(datetime.fromisoformat(one["at"]) for one in section.provenance.get("rewritten", []))]


def _plain(text: str) -> str:
    """Words that Markdown would take for marks, as they are."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
