"""Members of staff, who sign in with a password and a second factor."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

from accounts.domain import addresses, devices
from accounts.models import StaffAccess, User
from privacy.domain import audit

#: How long a password that somebody else made opens the door, once, to be changed.
FIRST_PASSWORD_LASTS: Final = timedelta(days=3)


class StaffExists(Exception):
    """Somebody with this address is there already."""


def new_password() -> str:
    """A password that nobody can guess, to be handed on and changed: 20 letters, 120 bits."""
    return secrets.token_urlsafe(15)


def create_staff(
    *, email: str, password: str, by: User | None = None, is_superuser: bool = True, now: datetime | None = None
) -> User:
    """Makes a member of staff, with all rights unless told otherwise. The password must be changed at first use.

    Raises an `AddressRefused`, `django.core.exceptions.ValidationError` for a weak password, or `StaffExists`.
    """
    address = addresses.parse(email)
    with transaction.atomic():
        if User.objects.filter(email=address.canonical).exists():
            raise StaffExists
        user = User(email=address.canonical, email_as_typed=address.as_typed, is_staff=True, is_superuser=is_superuser)
        validate_password(password, user)
        user.set_password(password)
        user.save()
        StaffAccess.objects.create(user=user, first_password_until=(now or timezone.now()) + FIRST_PASSWORD_LASTS)
        audit.record(action="staff.created", subject=user, by=by, details={"all_rights": is_superuser})
    return user


def create_first_staff(*, email: str, password: str) -> bool:
    """Makes the first member of staff; False, and nothing done, if there is one already."""
    if User.objects.filter(is_staff=True).exists():
        return False
    create_staff(email=email, password=password)
    return True


def give_password(*, user: User, by: User | None, now: datetime) -> str:
    """A new first password for a colleague who lost theirs; ends their sessions. Returns it: it is shown once."""
    password = new_password()
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        StaffAccess.objects.update_or_create(user=user, defaults={"first_password_until": now + FIRST_PASSWORD_LASTS})
        audit.record(action="staff.password_given", subject=user, by=by)
        devices.sign_out_everywhere(user=user, by=by)
    return password


def change_password(*, user: User, password: str) -> None:
    """One's own password; all other sessions end with the old one. Raises `ValidationError` for a weak password."""
    validate_password(password, user)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        StaffAccess.objects.filter(user=user).update(first_password_until=None)
        audit.record(action="staff.password_changed", subject=user, by=user)


def first_password_until(user: User) -> datetime | None:
    """Until when the password that somebody else made opens the door; None for one's own."""
    return StaffAccess.objects.filter(user=user).values_list("first_password_until", flat=True).first()
