"""Where each line of a sheet is met, from the document as it stands now (R-17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from documents.domain.sheet import facts, findings, lines
from documents.domain.sheet.findings import Found
from documents.domain.sheet.wants import LABELS, Want, amount
from documents.enums import Language, SheetKind, SheetVerdict
from documents.models import Document, SheetLine


@dataclass(frozen=True)
class MetLine:
    """A line with what is found of it."""

    line: SheetLine
    found: Found

    @property
    def label(self) -> str:
        """What is asked for, in a few words of ours."""
        return str(LABELS.get(self.line.what, LABELS["point"]))

    @property
    def heading(self) -> str:
        """What stands above it: the words of a question or a term, else what is asked for in ours."""
        return self.line.asks if self.line.what in {"point", "term"} and self.line.asks else self.label

    @property
    def title(self) -> str:
        """The heading with how much is asked of it."""
        return f"{self.heading}: {self.amount}" if self.amount and self.heading == self.label else self.heading

    @property
    def asked(self) -> str:
        """What its owner or a model wrote of it, where the heading does not say it."""
        return "" if self.line.asks == self.heading else self.line.asks

    @property
    def quoted(self) -> str:
        """The sheet's words, where they say more than the heading does."""
        return "" if self.line.words.rstrip(" .:;") == self.line.asks.rstrip(" .:;") else self.line.words

    @property
    def amount(self) -> str:
        """How much of it, or which."""
        want = want_of(self.line)
        if want.kind == SheetKind.LANGUAGE:
            return str(dict(Language.choices).get(want.value, want.value))
        return amount(want)


@dataclass(frozen=True)
class SheetReport:
    """The whole list, and whether a model has read the sheet of now."""

    lines: Sequence[MetLine]
    is_read: bool
    has_sheet: bool

    @property
    def counts(self) -> list[tuple[SheetVerdict, int]]:
        """How many lines there are of each verdict."""
        found = [one.found.verdict for one in self.lines]
        return [(verdict, found.count(verdict)) for verdict in SheetVerdict if verdict in found]


def report(document: Document, *, now: datetime | None = None, is_for_file: bool = False) -> SheetReport:
    """The list with what the document as it stands has of it; ``is_for_file`` as `facts.of` has it."""
    rows = lines.of(document)
    known = facts.of(document, now=now or timezone.now(), is_for_file=is_for_file) if rows else None
    return SheetReport(
        lines=[MetLine(row, findings.met(want_of(row), str(row), known)) for row in rows] if known else [],
        is_read=lines.is_read(document),
        has_sheet=bool(lines.words_of(document)),
    )


def want_of(line: SheetLine) -> Want:
    """The line as code compares it."""
    return Want(SheetKind(line.kind), line.what, line.least, line.most, line.value)
