"""What people change about themselves, and staff about them."""

from collections.abc import Callable

from django.db import transaction

from accounts.domain import devices, known_as, staff
from accounts.models import User
from privacy.domain import audit


def change_profile(
    *, user: User, name: str, language: str, by: User, expects: Callable[[User], None] | None = None
) -> None:
    """Changes the name on title pages and in mails, and the language of pages and mails.

    ``expects`` looks at the locked user first and raises where they are not as the caller knew them.
    """
    with transaction.atomic():
        if expects:
            expects(User.objects.select_for_update().get(pk=user.pk))
        User.objects.filter(pk=user.pk).update(name=name, language=language)
        audit.record(action="user.profile_changed", subject=user, by=by, details={"language": language})
    user.name, user.language = name, language


def set_premium(*, user: User, premium: bool, by: User) -> bool:
    """Puts the user's documents first within their size, or no longer (R-41); False if it was so already."""
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk).exclude(is_premium=premium).update(is_premium=premium)
        if changed:
            audit.record(action="user.premium_changed", subject=user, by=by, details={"premium": premium})
    return bool(changed)


def block(*, user: User, by: User) -> bool:
    """Shuts somebody out and ends their sessions; False if they were already. Signing in looks to them as always.

    Raises `NotAllowed` for oneself and for the last one with all rights.
    """
    with transaction.atomic():
        staff.keep_one_with_all_rights(besides=user, by=by)
        changed = User.objects.filter(pk=user.pk, is_active=True).update(is_active=False)
        if changed:
            audit.record(action="user.blocked", subject=user, by=by, details={"is_active": [True, False]})
            devices.sign_out_everywhere(user=user, by=by)
    return bool(changed)


def unblock(*, user: User, by: User) -> bool:
    """Lets somebody in again; False if they were not shut out, or are erased: there is nobody to let in."""
    with transaction.atomic():
        blocked = User.objects.filter(pk=user.pk, is_active=False).exclude(email__endswith=known_as.NOBODYS)
        changed = blocked.update(is_active=True)
        if changed:
            audit.record(action="user.unblocked", subject=user, by=by, details={"is_active": [False, True]})
    return bool(changed)
