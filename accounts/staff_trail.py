"""What follows the staff's way in: the audit trail keeps it (R-76), and their secrets are sealed anew (R-103)."""

from collections.abc import Mapping
from typing import Any

from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import addresses
from accounts.domain import second_factor, staff
from accounts.models import User
from privacy.domain import audit


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """By the password, and by which second factor if there is one already. A first password is to be changed."""
    if user.is_staff:
        factors = second_factor.passed_by(request, user)
        audit.record(action="staff.signed_in", subject=user, by=user, details={"second_factor": factors})
        if staff.first_password_until(user) is not None:
            request.session[staff.PASSWORD_DUE] = True


@receiver(user_login_failed)
def refused(credentials: Mapping[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """A wrong password for an account that there is; tries during a lock leave no rows, or strangers fill the trail."""
    if request is not None and getattr(request, "axes_locked_out", False):
        return
    _record("staff.signin_failed", credentials.get("username"))


@receiver(user_locked_out)
def locked(request: HttpRequest, username: str | None = None, **_: Any) -> None:
    """The try that began the lock."""
    if getattr(request, "axes_failures_since_start", None) is not None:
        # A browser that is known is counted under a name with a part of its own.
        _record("staff.locked_out", (username or "").partition(" ")[0])


@receiver(mfa.authenticator_used)
def factor_used(user: User, **_: Any) -> None:
    """By a code, a recovery code or a passkey: what is sealed is sealed under the present key from now on."""
    second_factor.seal_anew(user)


@receiver(mfa.authenticator_added)
def factor_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    """An app, a passkey or recovery codes."""
    _factor("staff.second_factor_added", user, authenticator)


@receiver(mfa.authenticator_reset)
def factor_renewed(user: User, authenticator: Authenticator, **_: Any) -> None:
    """New recovery codes."""
    _factor("staff.second_factor_renewed", user, authenticator)


@receiver(mfa.authenticator_removed)
def factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """With the last one gone, the session has passed none."""
    _factor("staff.second_factor_removed", user, authenticator)
    if not second_factor.is_enrolled(user):
        second_factor.forget_passing(request)


def _factor(action: str, user: User, authenticator: Authenticator) -> None:
    audit.record(action=action, subject=user, by=user, details={"type": str(authenticator.type)})


def _record(action: str, name: object) -> None:
    user = User.objects.filter(email=addresses.login_name(str(name or "")), is_staff=True).first()
    if user is not None:
        audit.record(action=action, subject=user, by=None)
