"""What personal data each app holds, as data (R-73). Apps fill it in their `AppConfig.ready()`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.apps import apps
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


@dataclass(frozen=True)
class Retention:
    """How long rows of a model are kept, counted from the date in `since`; `only` narrows which rows it is about.

    `forget` deletes the given rows and returns how many were; without it they are deleted as they are. It gets at
    most some hundred rows at a time and may be slow (files), as no transaction is open. With `empties`, fields and what
    they are set to, rows stay and those that are empty already are not due.
    """

    model: str
    label: str | Promise
    keep: timedelta
    since: str = "created_at"
    only: Q = field(default_factory=Q)
    forget: Callable[[QuerySet[Model]], int] | None = None
    empties: Mapping[str, Any] = field(default_factory=dict)

    def due(self, now: datetime) -> QuerySet[Model]:
        """The rows whose time is over, oldest first."""
        rows = apps.get_model(self.model)._default_manager.filter(self.only, **{f"{self.since}__lte": now - self.keep})
        if self.empties:
            rows = rows.exclude(**self.empties)
        return rows.order_by(self.since)


@dataclass(frozen=True)
class PersonalData:
    """One app's declaration: every field of every model of its own, by model name, and its retention rules."""

    app: str
    fields: Mapping[str, Mapping[str, Holds]]
    retention: Sequence[Retention] = ()


#: What every row carries that must be worked on (R-116): when, how often, and places in the code.
DUTY: Final[Mapping[str, Holds]] = dict.fromkeys(
    ("due_at", "nudged_at", "tries", "given_up_at", "error", "traceback"), Holds.PLAIN
)

_declared: dict[str, PersonalData] = {}


def register(declaration: PersonalData) -> None:
    """Takes an app's declaration; each app makes one."""
    if declaration.app in _declared:
        raise ValueError(f"{declaration.app} has declared its personal data already.")
    _declared[declaration.app] = declaration


def declared(app: str) -> PersonalData | None:
    """What an app has declared."""
    return _declared.get(app)


def retention_rules() -> Iterator[Retention]:
    """The rules of all apps, the upper floors first: what hangs on something goes before it."""
    for declaration in reversed(_declared.values()):
        yield from declaration.retention
