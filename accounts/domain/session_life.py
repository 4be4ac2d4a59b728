"""How long a browser stays signed in: idle and in all, students and staff apart (ASVS 5.0, V7.3.1 and V7.3.2).

The times stand in the session, so that a request costs no query for them; they are written once in some minutes. The
session itself ends with them, in the database and in the cache, so that what is dead here is dead everywhere.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Final, cast

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare

from accounts.models import Device, User

_SIGNED_IN_AT: Final = "signed_in_at"
_SEEN_AT: Final = "seen_at"
#: How often at most it is written that a session was used, and in which share of the time it may be idle.
_TOUCH_AT_MOST: Final = timedelta(minutes=5)
_TOUCHES_WHILE_IDLE: Final = 30


@dataclass(frozen=True)
class Life:
    """How long a session may be idle, and how long it may last in all."""

    idle: timedelta
    longest: timedelta


def life_of(user: User) -> Life:
    """What the settings say for students or for staff."""
    idle, longest = settings.SESSION_LIVES["staff" if user.is_staff else "student"]
    return Life(idle, longest)


def begin(session: SessionBase, *, user: User, now: datetime) -> None:
    """Starts the clocks of a session that has just signed in."""
    session[_SIGNED_IN_AT] = now.timestamp()
    _see(session, life_of(user), signed_in=now, now=now)


def is_over(session: SessionBase, *, user: User, now: datetime) -> bool:
    """Whether the session was idle for too long, or lasted too long in all."""
    life = life_of(user)
    signed_in = _signed_in_at(session, user, now)
    return now - signed_in >= life.longest or now - _at(session, _SEEN_AT, signed_in) >= life.idle


def touch(session: SessionBase, *, user: User, now: datetime) -> None:
    """Notes that the session is used; most calls write nothing."""
    life = life_of(user)
    signed_in = _signed_in_at(session, user, now)
    every = min(_TOUCH_AT_MOST, life.idle / _TOUCHES_WHILE_IDLE)
    if _SEEN_AT in session and now - _at(session, _SEEN_AT, signed_in) < every:
        return
    session[_SIGNED_IN_AT] = signed_in.timestamp()
    _see(session, life, signed_in=signed_in, now=now)
    Device.objects.filter(session_key=session.session_key).update(last_seen_at=now)


def is_fresh(session: SessionBase, *, now: datetime) -> bool:
    """Whether who sits there has proven to be who they are a moment ago: what ends sessions asks for it (V7.5.2)."""
    signed_in = session.get(_SIGNED_IN_AT)
    return signed_in is not None and now.timestamp() - float(signed_in) < settings.PROOF_IS_FRESH.total_seconds()


def user_of(*, session_key: str, now: datetime) -> User | None:
    """Who is signed in by this session, asked without using it; at most two queries.

    A session that an older `SECRET_KEY` made counts as well: it gets a new key with its next page.
    """
    session = store()(session_key)
    pk, bound = session.get(SESSION_KEY), session.get(HASH_SESSION_KEY, "")
    user = User.objects.filter(pk=pk, is_active=True).first() if pk else None
    if user is None or is_over(session, user=user, now=now):
        return None
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return user if any(constant_time_compare(bound, one) for one in hashes) else None


def store() -> type[SessionBase]:
    """The kind of session that the settings name."""
    return cast(type[SessionBase], import_module(settings.SESSION_ENGINE).SessionStore)


def _see(session: SessionBase, life: Life, *, signed_in: datetime, now: datetime) -> None:
    session[_SEEN_AT] = now.timestamp()
    left = min(life.idle, signed_in + life.longest - now)
    session.set_expiry(max(1, int(left.total_seconds())))


def _signed_in_at(session: SessionBase, user: User, now: datetime) -> datetime:
    # A session of before these clocks were kept is as old as the last sign-in.
    return _at(session, _SIGNED_IN_AT, user.last_login or now)


def _at(session: SessionBase, key: str, otherwise: datetime) -> datetime:
    seconds = session.get(key)
    return otherwise if seconds is None else datetime.fromtimestamp(float(seconds), UTC)
