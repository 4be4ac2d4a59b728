"""What people change about themselves, and staff about them."""

from django.db import transaction

from accounts.models import User
from privacy.domain import audit


def change_profile(*, user: User, name: str, language: str, by: User) -> None:
    """Changes the name on title pages and in mails, and the language of pages and mails."""
    with transaction.atomic():
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
