"""Members of staff, who sign in with a password and a second factor."""

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import addresses
from accounts.domain import devices
from accounts.errors import AccountError, AccountFailure
from accounts.models import StaffAccess, User
from privacy.domain import audit

#: How long a password that somebody else made opens the door, once, to be changed.
FIRST_PASSWORD_LASTS: Final = timedelta(days=3)


#: Marks the session of somebody who signed in with a password that somebody else made.
PASSWORD_DUE: Final = "staff_password_due"  # noqa: S105  # a key of the session, not a password

_HAS_ALL_RIGHTS: Final = Q(is_superuser=True, is_staff=True, is_active=True)


class StaffExists(AccountFailure):
    """Somebody with this address is there already."""


class NotAllowed(AccountError):
    """Nobody changes their own rights, and somebody with all rights must stay."""

    message = _("Nobody can change their own rights or block themselves, and one person with all rights must stay.")


class RightsGone(NotAllowed, PermissionDenied):
    """Somebody took the right away after the request had begun. A page that does not catch it responds with 403."""

    message = _("Your rights have changed in the meantime. Nothing was done.")


@contextmanager
def acting(*, by: User, right: str | None = None, about: User | None = None) -> Iterator[None]:
    """A transaction in which ``by`` keeps a right. Who wants to take it away meanwhile waits until it ends.

    Without ``right`` all rights are needed, and always where ``about``, whose account is changed, is staff. Raises
    `RightsGone`: who ``by`` is was read when the request began.
    """
    concerned = Q(pk=by.pk)
    if about is not None:
        # All of them at once, in the order of their ids: two who act on each other would wait for each other.
        concerned = Q(pk__in=(by.pk, about.pk)) | _HAS_ALL_RIGHTS
    with transaction.atomic():
        rows = User.objects.filter(concerned).order_by("pk").select_for_update(no_key=about is None)
        locked = {user.pk: user for user in rows}
        present = locked[by.pk]
        if right is None or (about is not None and locked[about.pk].is_staff):
            is_allowed = present.is_superuser
        else:
            is_allowed = present.has_perm(right)
        if not (is_allowed and present.is_staff and present.is_active):
            raise RightsGone
        yield


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


def make_colleague(*, email: str, roles: Collection[str], by: User, now: datetime) -> tuple[User, str]:
    """A new member of staff with these roles and no other rights, and their first password, to be shown once.

    Raises an `AddressRefused`, `StaffExists` or `RightsGone`.
    """
    password = new_password()
    with acting(by=by):
        user = create_staff(email=email, password=password, by=by, is_superuser=False, now=now)
        _set_groups(user, roles, by)
    return user, password


def set_rights(*, user: User, roles: Collection[str], has_all: bool, is_staff: bool, by: User) -> None:
    """What a member of staff may do from now on; who is none any more loses the second factor and the password.

    Raises `NotAllowed` for oneself, and where nobody with all rights would be left; `RightsGone`.
    """
    with acting(by=by, about=user):
        if user.pk == by.pk:
            raise NotAllowed
        if not (has_all and is_staff):
            keep_one_with_all_rights(besides=user, by=by)
        present = User.objects.get(pk=user.pk)
        before = {"is_staff": present.is_staff, "is_superuser": present.is_superuser}
        after = {"is_staff": is_staff, "is_superuser": has_all and is_staff}
        User.objects.filter(pk=user.pk).update(**after)
        if changed := {name: [before[name], after[name]] for name in after if before[name] != after[name]}:
            audit.record(action="staff.rights_changed", subject=user, by=by, details=changed)
        _set_groups(user, roles if is_staff else (), by)
        if before["is_staff"] and not is_staff:
            present.set_unusable_password()
            present.save(update_fields=["password"])
            StaffAccess.objects.filter(user=user).delete()
            Authenticator.objects.filter(user_id=user.pk).delete()
            devices.sign_out_everywhere(user=user, by=by)


def keep_one_with_all_rights(*, besides: User, by: User) -> None:
    """Call it inside the transaction that takes rights away or blocks: of two who do it at once one stays.

    Raises `NotAllowed` for oneself, and where nobody else with all rights can sign in.
    """
    if besides.pk == by.pk:
        raise NotAllowed
    those = {user.pk for user in User.objects.filter(_HAS_ALL_RIGHTS).order_by("pk").select_for_update()}
    if besides.pk in those and len(those) == 1:
        raise NotAllowed


def _set_groups(user: User, roles: Collection[str], by: User) -> None:
    before = sorted(user.groups.values_list("name", flat=True))
    user.groups.set(Group.objects.filter(name__in=roles))
    after = sorted(user.groups.values_list("name", flat=True))
    if before != after:
        audit.record(action="staff.roles_changed", subject=user, by=by, details={"roles": [before, after]})
