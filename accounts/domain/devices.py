"""Browsers that are signed in, and signing them out from afar."""

from datetime import datetime
from importlib import import_module
from typing import cast

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from accounts.domain.client import USER_AGENT_LENGTH
from accounts.models import Device, User
from privacy.domain import audit


def remember(*, user: User, session_key: str, user_agent: str, now: datetime) -> None:
    """Notes a browser that has just signed in."""
    Device.objects.update_or_create(
        session_key=session_key,
        defaults={"user": user, "user_agent": user_agent[:USER_AGENT_LENGTH], "created_at": now},
    )


def of(*, user: User, now: datetime) -> list[Device]:
    """The user's browsers that are still signed in, newest first; forgets those whose session is over."""
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    Device.objects.filter(user=user).exclude(session_key__in=alive).delete()
    return list(Device.objects.filter(user=user))


def moved(*, old_key: str | None, new_key: str | None) -> None:
    """The session of a browser has a new key; the browser stays the same."""
    if old_key and new_key and old_key != new_key:
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
    _end(device.session_key)


def sign_out_everywhere(*, user: User, by: User | None) -> None:
    """Ends every session of the user, those that are not listed included: they are bound to the epoch."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
        keys = list(Device.objects.filter(user=user).values_list("session_key", flat=True))
        Device.objects.filter(user=user).delete()
        audit.record(action="user.signed_out_everywhere", subject=user, by=by)
    for key in keys:
        _end(key)


def _end(session_key: str) -> None:
    store = cast(type[SessionBase], import_module(settings.SESSION_ENGINE).SessionStore)
    store(session_key).delete()
