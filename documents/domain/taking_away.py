"""The files of a document as its owner chooses among them: by what they are for, and those of earlier styles."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from documents.domain import formats, styles
from documents.domain.formats import Group
from documents.enums import ExportFormat, ExportState
from documents.models import Document, Export


@dataclass(frozen=True)
class File:
    """A file that is there or on its way, with the name it is taken away under."""

    export: Export
    name: str


@dataclass(frozen=True)
class Row:
    """One format, and what there is of it in the present style, the newest first."""

    format: ExportFormat
    about: str
    is_text: bool
    files: list[File]

    @property
    def is_on_its_way(self) -> bool:
        """Whether one is being made."""
        return any(file.export.state == ExportState.PENDING for file in self.files)


@dataclass(frozen=True)
class Shelf:
    """A purpose with its formats."""

    group: Group
    rows: list[Row]


@dataclass(frozen=True)
class Earlier:
    """Files in a style that the document had before; ``style`` is its title."""

    style: str
    files: list[File]


def groups(document: Document, exports: Sequence[Export]) -> list[Shelf]:
    """Every format by what it is for, with the files of the present style."""
    present = [one for one in exports if one.citation_style == document.citation_style]
    rows = [
        (kind.group, Row(format, str(kind.about), kind.is_text, _files(document, present, format)))
        for format, kind in formats.KINDS.items()
    ]
    return [Shelf(group, [row for of, row in rows if of == group]) for group in Group]


def earlier(document: Document, exports: Sequence[Export]) -> list[Earlier]:
    """Finished files of texts in other styles, by style."""
    others = [
        one
        for one in exports
        if one.citation_style != document.citation_style
        and one.state == ExportState.READY
        and formats.KINDS[ExportFormat(one.format)].is_text
    ]
    others.sort(key=lambda one: (one.citation_style, -one.created_at.timestamp()))
    return [
        Earlier(styles.title(style), [_file(document, one) for one in found])
        for style, found in groupby(others, key=lambda one: one.citation_style)
    ]


def _files(document: Document, exports: Sequence[Export], format: ExportFormat) -> list[File]:
    return [_file(document, one) for one in exports if one.format == format]


def _file(document: Document, export: Export) -> File:
    return File(export, formats.file_name(export, document))
