"""Browsers that are signed in, and signing them out from afar."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from accounts.domain import session_life
from accounts.domain.client import USER_AGENT_LENGTH
from accounts.models import Device, User
from privacy.domain import audit


def remember(*, user: User, session_key: str, user_agent: str, now: datetime) -> None:
    """Notes a browser that has just signed in."""
    Device.objects.update_or_create(
        session_key=session_key,
        defaults={
            "user": user,
            "user_agent": user_agent[:USER_AGENT_LENGTH],
            "created_at": now,
            "last_seen_at": now,
        },
    )


def forget(*, session_key: str) -> None:
    """A browser whose session is over."""
    Device.objects.filter(session_key=session_key).delete()


def of(*, user: User, now: datetime) -> list[Device]:
    """The user's browsers that are still signed in, newest first; forgets those whose session is over."""
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    Device.objects.filter(user=user).exclude(session_key__in=alive).delete()
    return list(Device.objects.filter(user=user))


def moved(*, old_key: str, new_key: str) -> None:
    """The session of a browser has a new key; the browser stays the same."""
    Device.objects.filter(session_key=old_key).update(session_key=new_key)


def sign_out(*, device_id: int, by: User) -> None:
    """Ends the session of one of one's own browsers. Raises `Device.DoesNotExist` for someone else's."""
    sign_out_of(user=by, device_id=device_id, by=by)


def sign_out_of(*, user: User, device_id: int, by: User) -> None:
    """Ends the session of one browser of the user. Raises `Device.DoesNotExist` for someone else's."""
    with transaction.atomic():
        device = Device.objects.select_for_update().get(pk=device_id, user=user)
        audit.record(action="device.signed_out", subject=device, by=by)
        device.delete()
    end_sessions([device.session_key])


def sign_out_everywhere(*, user: User, by: User | None) -> None:
    """Ends every session of the user, those that are not listed included: they are bound to the epoch."""
    with transaction.atomic():
        keys = sign_out_all(user=user)
        audit.record(action="user.signed_out_everywhere", subject=user, by=by)
    end_sessions(keys)


def sign_out_all(*, user: User, but: str = "") -> list[str]:
    """Signs out every browser but the one of the session key ``but``; returns the keys for `end_sessions`.

    For a transaction: the sessions are dead from its end on, as they are bound to an epoch of before. The caller binds
    the one that goes on to the new epoch.
    """
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    others = Device.objects.filter(user=user).exclude(session_key=but)
    keys = list(others.values_list("session_key", flat=True))
    others.delete()
    return keys


def end_sessions(session_keys: list[str]) -> None:
    """Deletes what is kept of them, once their browsers are signed out."""
    store = session_life.store()
    for key in session_keys:
        # Of a session in the cache the row alone would leave its browser signed in.
        store(key).delete()
