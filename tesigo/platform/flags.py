"""Feature flags: what is new is given to named people, to a share of all, to everybody, or taken back at once (R-130).

A feature is declared in code, by its app, in a module that its ``AppConfig.ready()`` imports. Staff change it in the
administration; until they have, there is no row of it and the declaration holds. Nothing is kept at the visitor: no
cookie, so nothing to consent to.
"""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, Value
from django.utils.functional import Promise

from tesigo.platform.models import Flag, FlagState

#: How old what a process knows of the rows may be. A change holds everywhere after this time.
READ_AGAIN_SECONDS: Final = 30
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME_MAX_LETTERS: Final = 60


class UnknownFlag(LookupError):
    """No feature of this name is declared."""


@dataclass(frozen=True)
class Feature:
    """A feature that can be rolled out. ``is_on_by_default`` holds until somebody changes it."""

    name: str
    description: str | Promise
    is_on_by_default: bool = False

    def is_on(self, *, person: AbstractBaseUser | AnonymousUser | None) -> bool:
        """Whether the person has it; of who is not signed in only whether everybody has.

        Asks the database at most every `READ_AGAIN_SECONDS`; from async code call it by ``sync_to_async``.
        """
        rule = _known.rules().get(self.name)
        return self.is_on_by_default if rule is None else rule.includes(self.name, person)


@dataclass(frozen=True)
class Rule:
    """What a row says, and who is named for it."""

    state: str
    share_percent: int
    people: frozenset[int]

    def includes(self, name: str, person: AbstractBaseUser | AnonymousUser | None) -> bool:
        """Whether the rule gives the person the feature of this name."""
        if self.state == FlagState.ON:
            return True
        if self.state == FlagState.OFF or person is None or person.pk is None:
            return False
        if person.pk in self.people:
            return True
        return self.state == FlagState.SHARE and place(name, person.pk) < self.share_percent


class Known:
    """The rows as this process read them last: one query for all of them, at most every `READ_AGAIN_SECONDS`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._reading = threading.Lock()
        self._rules: Mapping[str, Rule] | None = None
        self._fresh_until = 0.0

    def rules(self) -> Mapping[str, Rule]:
        """The rules by the names of their flags. While one thread reads anew, others go by what was known."""
        rules = self._rules
        if rules is not None and (self._clock() < self._fresh_until or self._reading.locked()):
            return rules
        with self._reading:
            rules = self._rules
            if rules is None or self._clock() >= self._fresh_until:
                rules = self._rules = _read()
                self._fresh_until = self._clock() + READ_AGAIN_SECONDS
            return rules

    def forget(self) -> None:
        """Has the rows read anew by who asks next."""
        self._rules = None


_known: Final = Known()
_features: dict[str, Feature] = {}


def declare(name: str, description: str | Promise, *, is_on_by_default: bool = False) -> Feature:
    """Takes a feature in. Raises ValueError for a name that is taken or is not made of small letters, digits and -."""
    if not _NAME.fullmatch(name) or len(name) > _NAME_MAX_LETTERS:
        raise ValueError(f"{name!r} is no name for a feature: small letters, digits and single hyphens, at most 60.")
    if name in _features:
        raise ValueError(f"A feature {name} is declared already.")
    _features[name] = Feature(name, description, is_on_by_default)
    return _features[name]


def features() -> list[Feature]:
    """All that are declared, by name."""
    return [_features[name] for name in sorted(_features)]


def named(name: str) -> Feature:
    """The feature of this name. Raises UnknownFlag."""
    try:
        return _features[name]
    except KeyError:
        raise UnknownFlag(name) from None


def untouched() -> list[Feature]:
    """Those that nobody has changed: without a row."""
    touched = set(Flag.objects.values_list("name", flat=True))
    return [feature for feature in features() if feature.name not in touched]


def forget() -> None:
    """Has this process read the rows anew; the others do within `READ_AGAIN_SECONDS`."""
    _known.forget()


def place(name: str, person_id: int) -> int:
    """Where a person stands between 0 and 99 for a feature: always the same, and for each feature another.

    A share of n percent has those below n, so that a share that grows keeps who had the feature.
    """
    digest = hashlib.sha256(f"{name}:{person_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100


def _read() -> dict[str, Rule]:
    people = ArrayAgg("named__user_id", filter=Q(named__isnull=False), default=Value([]))
    rows = Flag.objects.order_by().annotate(ids=people).values_list("name", "state", "share_percent", "ids")
    return {name: Rule(state, share, frozenset(ids)) for name, state, share, ids in rows}
