"""What the child says, one JSON object a line. Plain data: both sides import this, the child without Django."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Final

#: The longest line the parent reads, in bytes; the child cuts a page long before.
MAX_LINE_BYTES: Final = 8 * 1024 * 1024
#: Characters kept of one page. A printed page has about 3,000.
MAX_PAGE_CHARACTERS: Final = 400_000
#: Pages read of one file, and characters over all of them.
MAX_PAGES: Final = 20_000
MAX_TEXT_CHARACTERS: Final = 60_000_000
#: Entries read of one bibliography.
MAX_ITEMS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Recognition:
    """How a scan is read: by the program at this path, in this language (ISO 639-1) beside English.

    ``is_forced``: pages that have text are recognised as well, because their letters do not say which they are.
    """

    program: str
    language: str
    is_forced: bool = False


@dataclass(frozen=True, slots=True)
class Meta:
    """What a file says about itself. ``pages`` is 0 where the format has no pages.

    ``front`` is what its first page carries as a reader sees it, in CSL fields, with the year as a number in ``year``
    and an arXiv number in ``arxiv``.
    """

    title: str = ""
    author: str = ""
    date: str = ""
    pages: int = 0
    front: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """Raw text of one page. ``number`` counts from 1, 0 where the format has no pages; ``label`` is the printed one.

    ``head`` and ``foot`` are what stands in the strips at its upper and lower edge, whatever order the text has.
    """

    number: int
    label: str
    text: str
    head: str = ""
    foot: str = ""
    #: A picture and hardly any text: scanned.
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One bibliography entry as CSL-JSON, with its abstract under ``abstract``."""

    csl: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unread:
    """Entries of a bibliography that gave no item of their own; ``line`` is where the first of them begins, from 1.

    ``code`` says why: ``no_title``, ``unclosed`` (a value without an end), ``commented`` (behind a % or in
    ``@comment``), ``limit``, or ``joined`` (the same work stood there before). ``mended`` gave an item, but a brace was
    missing or a part of it was not understood. ``key`` is what the entry is called in the file.
    """

    line: int
    count: int = 1
    code: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment of a DOCX: ``words`` are those it covers, ``begins`` where in the ``paragraph`` they do.

    ``heading`` is the one above. ``answers`` names the comment that it answers, by ``number``; ``at`` is what the file
    says, ISO 8601. ``beyond`` is how many more the file has than are read, at the last one of these.
    """

    number: str
    author: str
    at: str
    text: str
    words: str = ""
    paragraph: str = ""
    begins: int = 0
    heading: str = ""
    answers: str = ""
    is_done: bool = False
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the child gave up: a code of `reading.failures`."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """Everything has been said. A stream without it was cut short."""


type_names: Final = {
    "meta": Meta,
    "page": Page,
    "item": Item,
    "unread": Unread,
    "remark": Remark,
    "failure": Failure,
    "end": End,
}
_NAMES: Final = {cls: name for name, cls in type_names.items()}
Record = Meta | Page | Item | Unread | Remark | Failure | End


def write(stream: BinaryIO, record: Record) -> None:
    """Sends a record at once, so that a kill loses at most the page in hand."""
    line = json.dumps([_NAMES[type(record)], asdict(record)], ensure_ascii=False)
    stream.write(line.encode("utf-8", errors="replace") + b"\n")
    stream.flush()


def _without_null(value: Any) -> Any:
    """Labels and metadata of a PDF may hold null characters, which no column of the database takes."""
    match value:
        case str():
            return value.replace("\x00", "")
        case list():
            return [_without_null(one) for one in value]
        case dict():
            return {key: _without_null(one) for key, one in value.items()}
        case _:
            return value


def read(line: bytes) -> Record:
    """The record of a line.

    Raises:
        ValueError: for a line that is not one.
    """
    try:
        name, values = json.loads(line)
        record: Record = type_names[name](**_without_null(values))
    except (TypeError, KeyError) as error:
        raise ValueError("not a record") from error
    return record
