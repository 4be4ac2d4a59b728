"""Staff: people with a password, made by other staff or on the command line."""

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts.domain import addresses
from accounts.models import User
from privacy.domain import audit


class StaffExists(Exception):
    """Somebody with this address is there already."""


def create_staff(*, email: str, password: str, by: User | None = None) -> User:
    """Makes a member of staff with all rights.

    Raises an `AddressRefused`, `django.core.exceptions.ValidationError` for a weak password, or `StaffExists`.
    """
    address = addresses.parse(email)
    with transaction.atomic():
        if User.objects.filter(email=address.canonical).exists():
            raise StaffExists
        user = User(email=address.canonical, email_as_typed=address.as_typed, is_staff=True, is_superuser=True)
        validate_password(password, user)
        user.set_password(password)
        user.save()
        audit.record(action="staff.created", subject=user, by=by)
    return user


def create_first_staff(*, email: str, password: str) -> bool:
    """Makes the first member of staff; False, and nothing done, if there is one already."""
    if User.objects.filter(is_staff=True).exists():
        return False
    create_staff(email=email, password=password)
    return True
