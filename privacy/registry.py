"""What personal data each app holds, as data (R-71 to R-73). Apps fill it in their `AppConfig.ready()`.

Of every field it is known what it holds, whether an export brings it, what erasure does to it, whether a log may show
it, and what ends its life. Export, erasure and retention walk these declarations; nothing else lists fields.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Final, TypeVar

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise


class Holds(StrEnum):
    """What a field says about a person."""

    #: Something about a person: a name, an address, words they wrote.
    PERSONAL = "personal"
    #: What proves or opens something; never exported.
    SECRET = "secret"  # noqa: S105  # a word, not a password
    #: Points at a person or at something of theirs.
    LINK = "link"
    #: Nothing about anybody.
    PLAIN = "plain"


class Erased(StrEnum):
    """What becomes of a field when its person is erased."""

    #: The row is deleted.
    WITH_ROW = "with its row"
    #: The row stays, the field is emptied.
    CLEARED = "cleared"
    #: Stays as it is; its rows say why.
    KEPT = "kept"


class Retained(StrEnum):
    """What ends the life of rows."""

    #: A `Retention` of their model.
    RULE = "by a rule"
    #: They go with what they hang on, at last with the account.
    ACCOUNT = "with the account"
    #: The books are kept for as long as the law of taxes asks, without the person after an erasure.
    BOOKS = "the books"
    #: The audit trail, of ids only, is cut at its old end alone (decision 0007).
    TRAIL = "the trail"
    #: What the house works with, about nobody.
    HOUSE = "the house"


@dataclass(frozen=True)
class Field:
    """How one field is treated. `erased` None: as its rows are. `masked`: no log may show it."""

    holds: Holds
    exported: bool
    masked: bool = False
    erased: Erased | None = None

    @property
    def cleared(self) -> "Field":
        """The same, emptied by an erasure while its row stays."""
        return replace(self, erased=Erased.CLEARED)

    @property
    def kept(self) -> "Field":
        """The same, left as it is by an erasure though its row goes on without the person."""
        return replace(self, erased=Erased.KEPT)


#: Nothing about anybody, and readable: a date, a state, a number of pages.
SHOWN: Final = Field(Holds.PLAIN, exported=True)
#: Nothing about anybody, and of use to the machine alone.
INNER: Final = Field(Holds.PLAIN, exported=False)
#: What a person wrote or is called by: it stands in no log.
WORDS: Final = Field(Holds.PERSONAL, exported=True, masked=True)
#: A date, a number or one of few words about a person.
FACT: Final = Field(Holds.PERSONAL, exported=True)
#: About a person, and told elsewhere in the export in a form that people can read.
UNSAID: Final = Field(Holds.PERSONAL, exported=False, masked=True)
#: An id of something of theirs.
LINK: Final = Field(Holds.LINK, exported=True)
#: An id of a colleague, or one that tells its person nothing.
INNER_LINK: Final = Field(Holds.LINK, exported=False)
SECRET: Final = Field(Holds.SECRET, exported=False, masked=True)

Finder = Callable[[AbstractBaseUser], QuerySet[Any]]


@dataclass(frozen=True)
class Rows:
    """How a model's rows are treated, field by field.

    `of` finds a person's rows: the lookup that leads to the user ("document__owner"), or a function; None where rows
    are about nobody, or found only through others (`why` says so). `files` names fields with names of stored files.
    `why` says why rows stay that an erasure keeps; `emptied` what a field of theirs holds then that may not be empty.
    `others` is for fields not named, of models that are not our own. `cleaned` makes of a field's value the part of it
    that an export brings.
    """

    fields: Mapping[str, Field] = field(default_factory=dict)
    of: str | Finder | None = None
    erased: Erased = Erased.WITH_ROW
    retained: Retained = Retained.ACCOUNT
    files: Sequence[str] = ()
    #: An export brings no earlier exports.
    files_exported: bool = True
    why: str = ""
    emptied: Mapping[str, Any] = field(default_factory=dict)
    others: Field | None = None
    cleaned: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    def treats(self, name: str) -> Field | None:
        """How a field is treated, with what its rows say of erasure; None for one that is not classified."""
        found = self.fields.get(name, self.others)
        return found if found is None or found.erased else replace(found, erased=self.erased)


@dataclass(frozen=True)
class Retention:
    """How long rows of a model are kept, counted from the date in `since`; `only` narrows which rows it is about.

    `forget` deletes the given rows and returns how many were; without it they are deleted as they are. It gets at
    most some hundred rows at a time and may be slow (files), as no transaction is open. With `empties`, fields and what
    they are set to, rows stay and those that are empty already are not due. A rule that `ends` no life takes only some
    rows of a kind, or a part of them: the others end as their declaration says.
    """

    model: str
    label: str | Promise
    keep: timedelta
    since: str = "created_at"
    only: Q = field(default_factory=Q)
    forget: Callable[[QuerySet[Model]], int] | None = None
    empties: Mapping[str, Any] = field(default_factory=dict)
    ends: bool = True

    def due(self, now: datetime) -> QuerySet[Model]:
        """The rows whose time is over, oldest first."""
        rows = apps.get_model(self.model)._default_manager.filter(self.only, **{f"{self.since}__lte": now - self.keep})
        if self.empties:
            rows = rows.exclude(**self.empties)
        return rows.order_by(self.since)


class Stage(IntEnum):
    """When a piece of an erasure has its turn."""

    #: Nobody gets in any more.
    SHUT = 0
    #: Nothing is made, charged or sent any more.
    STOP = 1
    #: What is kept goes, the upper floors first.
    ERASE = 2


@dataclass(frozen=True)
class Piece:
    """One part of an erasure. `run` opens transactions of its own, short ones, and may be slow between them.

    It is run again after a crash: what is gone already is no error. What it has to wait for it says by raising
    `duty.PutOff`.
    """

    name: str
    run: Callable[[AbstractBaseUser, datetime], None]
    stage: Stage = Stage.ERASE
    #: Whether it is also done where a restored backup has brought somebody back: nobody is told twice.
    again: bool = True


@dataclass(frozen=True)
class Hindrance:
    """Why a person cannot be erased now, in words for them; one that passes by itself is waited for."""

    words: str
    passes: bool = True


Hinder = Callable[[AbstractBaseUser, datetime], Hindrance | None]


@dataclass(frozen=True)
class PersonalData:
    """One app's declaration: its models and those of others that keep rows for it, by name, and how they end.

    A model of one's own is named alone ("User"), another's with its app ("axes.AccessLog").
    """

    app: str
    rows: Mapping[str, Rows]
    retention: Sequence[Retention] = ()
    erase: Sequence[Piece] = ()
    hinders: Sequence[Hinder] = ()
    #: Words that name the person, for a look whether any of them was left behind: addresses and names.
    called: Callable[[AbstractBaseUser], Sequence[str]] | None = None
    #: The text of a stored file by its name; None for one that is not read here. Raises NotReadable, on its way too.
    reads: Callable[[str], Iterator[str] | None] | None = None


#: What every row carries that must be worked on (R-116): when, how often, and places in the code.
DUTY: Final[Mapping[str, Field]] = dict.fromkeys(
    ("due_at", "nudged_at", "tries", "given_up_at", "error", "traceback"), INNER
)
HOUSE: Final = "About nobody: what the house works with."

_declared: dict[str, PersonalData] = {}
_rows: dict[str, Rows] = {}
#: What finders found in the block of `remembering` that runs, if one does.
_remembered: ContextVar[dict[Any, Any] | None] = ContextVar("remembered", default=None)

_Found = TypeVar("_Found")


def register(declaration: PersonalData) -> None:
    """Takes an app's declaration; each app makes one."""
    if declaration.app in _declared:
        raise ValueError(f"{declaration.app} has declared its personal data already.")
    _declared[declaration.app] = declaration
    _rows.update((_label(declaration, name).lower(), rows) for name, rows in declaration.rows.items())


def declared(app: str) -> PersonalData | None:
    """What an app has declared."""
    return _declared.get(app)


def each(names: str, treated: Field) -> dict[str, Field]:
    """Several fields that are treated alike, by their names with blanks between."""
    return dict.fromkeys(names.split(), treated)


def house(names: str, **fields: Field) -> Rows:
    """Rows of one of our own models that are about nobody."""
    return Rows({**each(names, INNER), **fields}, retained=Retained.HOUSE, why=HOUSE)


def rows_of(model: type[Model]) -> Rows | None:
    """How a model's rows are treated, whoever declared it; None where nobody did."""
    return _rows.get(model._meta.label_lower)


def field_of(model: type[Model], name: str) -> Field | None:
    """How one field of a model is treated; None for one that nobody classified."""
    rows = rows_of(model)
    return rows.treats(name) if rows else None


def all_rows() -> Iterator[tuple[type[Model], Rows]]:
    """Every declared model, the upper floors first, with how its rows are treated."""
    for app in reversed(_declared):
        yield from rows_by(app)


def rows_by(app: str) -> Iterator[tuple[type[Model], Rows]]:
    """The models that one app has declared, others' among them."""
    declaration = _declared[app]
    for name, rows in declaration.rows.items():
        yield apps.get_model(_label(declaration, name)), rows


def stored_names() -> Iterator[str]:
    """The names of all stored files that rows of any app refer to."""
    for model, rows in all_rows():
        for name in rows.files:
            yield from model._default_manager.exclude(**{name: ""}).values_list(name, flat=True).iterator()


def of_person(model: type[Model], rows: Rows, user: AbstractBaseUser) -> QuerySet[Any]:
    """The person's rows of a model, in the order of their keys; none where rows are about nobody."""
    objects = model._default_manager
    if rows.of is None:
        return objects.none()
    found = objects.filter(**{rows.of: user.pk}) if isinstance(rows.of, str) else rows.of(user)
    return found.order_by("pk")


@contextmanager
def remembering() -> Iterator[None]:
    """Finders of rows look only once for what several of them need (see `once`), as long as the block runs."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def once(look: Callable[[AbstractBaseUser], _Found], user: AbstractBaseUser) -> _Found:
    """What `look` finds of the person; in a block of `remembering`, what it found there before."""
    known = _remembered.get()
    if known is None:
        return look(user)
    if (look, user.pk) not in known:
        known[look, user.pk] = look(user)
    found: _Found = known[look, user.pk]
    return found


def retained(model: type[Model]) -> Retained:
    """What ends the life of a model's rows: a rule where there is one, else what their declaration says."""
    mine = [rule for rule in retention_rules() if apps.get_model(rule.model) is model]
    if any(rule.ends and not rule.empties for rule in mine):
        return Retained.RULE
    rows = rows_of(model)
    return rows.retained if rows else Retained.HOUSE


def retention_rules() -> Iterator[Retention]:
    """The rules of all apps, the upper floors first: what hangs on something goes before it."""
    for declaration in reversed(_declared.values()):
        yield from declaration.retention


def pieces() -> Iterator[Piece]:
    """What erases a person, stage by stage, and in a stage the upper floors before the lower ones."""
    found = [piece for declaration in reversed(_declared.values()) for piece in declaration.erase]
    yield from sorted(found, key=lambda piece: piece.stage)


def hinders() -> Iterator[Hinder]:
    """What may speak against erasing a person now."""
    for declaration in reversed(_declared.values()):
        yield from declaration.hinders


def called(user: AbstractBaseUser) -> list[str]:
    """The addresses and names of a person, each once, the longest first."""
    said = {word for one in _declared.values() if one.called for word in one.called(user) if word}
    return sorted(said, key=lambda word: (-len(word), word))


def text_of(stored_as: str) -> Iterator[str] | None:
    """The text of a stored file, page by page; None for a kind of file that no app reads. Raises NotReadable."""
    for declaration in _declared.values():
        if declaration.reads and (text := declaration.reads(stored_as)) is not None:
            return text
    return None


def _label(declaration: PersonalData, name: str) -> str:
    return name if "." in name else f"{declaration.app}.{name}"
