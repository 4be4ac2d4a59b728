"""The second factor of staff (R-55): which codes open, how often one may be wrong, and how it is taken back.

Wrong codes are counted in the database, not in the cache as django-allauth does: they hold, and recovery codes work,
while Redis is away.
"""

import logging
import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import transaction
from django.http import HttpRequest

from accounts.domain import devices
from accounts.errors import CodeRefused, TooManyCodes
from accounts.models import StaffAccess, User
from privacy.domain import audit
from tesigo.platform.crypto import SealBroken, is_of_present_key, same, seal, unseal

log = logging.getLogger(__name__)

#: Seconds a code is shown for (RFC 6238), and how many codes before and after the present one are taken (clocks drift).
PERIOD_SECONDS: Final = 30
DRIFT_STEPS: Final = 1
#: Wrong codes within the window before codes of the app are refused, and before recovery codes are, too.
MOST_WRONG_CODES: Final = 5
MOST_WRONG_RECOVERY_CODES: Final = 10
WINDOW: Final = timedelta(minutes=15)
_RECOVERY_DIGITS: Final = 8
_MAIN_TYPES: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
_SEALED_TYPES: Final = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


@dataclass(frozen=True)
class Step:
    """A code of an app and the 30 seconds since 1970 that it belongs to."""

    number: int
    code: str


def is_enrolled(user: User) -> bool:
    """Whether the person has an app or a passkey; recovery codes alone do not count."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=_MAIN_TYPES).exists())


def has_passed(request: HttpRequest) -> bool:
    """Whether this session was opened with a second factor."""
    user = request.user
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return False
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def passed_by(request: HttpRequest, user: User) -> list[str]:
    """The kinds of second factor that this session was opened with."""
    records = get_authentication_records(request, user)
    return sorted({str(record.get("type")) for record in records if record.get("method") == "mfa"})


def codes(secret: str, *, at: float) -> list[Step]:
    """The codes that an app with this secret may show at a time in seconds since 1970 (RFC 6238)."""
    now = int(at) // PERIOD_SECONDS
    steps = range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1)
    return [Step(number, format_hotp_value(hotp_value(secret, number))) for number in steps]


def matching_step(secret: str, code: str) -> int | None:
    """The step that a typed code belongs to now; None for a wrong one."""
    typed = _digits(code)
    found = [step.number for step in codes(secret, at=time.time()) if same(step.code.encode(), typed.encode())]
    return found[0] if found else None


def prove(*, user: User, code: str, now: datetime) -> Authenticator:
    """The authenticator that the code belongs to: of an app (each code once) or a recovery code.

    Raises `CodeRefused`, or `TooManyCodes` after too many wrong ones. Many tries at once are counted one by one.
    """
    is_recovery = len(_digits(code)) == _RECOVERY_DIGITS
    limit = MOST_WRONG_RECOVERY_CODES if is_recovery else MOST_WRONG_CODES
    with transaction.atomic():
        StaffAccess.objects.get_or_create(user=user)
        access = StaffAccess.objects.select_for_update().get(user=user)
        if access.wrong_since is None or access.wrong_since <= now - WINDOW:
            access.wrong_codes, access.wrong_since = 0, None
        is_shut = access.wrong_codes >= limit
        found = None if is_shut else _owner_of(user, code, is_recovery)
        if found is not None:
            access.wrong_codes, access.wrong_since = 0, None
        elif not is_shut:
            access.wrong_codes, access.wrong_since = access.wrong_codes + 1, access.wrong_since or now
            audit.record(
                action="staff.second_factor_failed", subject=user, by=user, details={"wrong_codes": access.wrong_codes}
            )
        access.save(update_fields=["wrong_codes", "wrong_since"])
    if is_shut:
        raise TooManyCodes(retry_after=(access.wrong_since or now) + WINDOW - now)
    if found is None:
        raise CodeRefused
    return found


def enrolled(*, request: HttpRequest, authenticator: Authenticator, step: int | None = None) -> None:
    """What was just set up was proven by it: the session has passed, and the code (of `step`) is used up."""
    if step is not None:
        authenticator.data["last_step"] = step
        authenticator.save(update_fields=["data"])
    post_authentication(request, authenticator, reauthenticated=True)


def forget_passing(request: HttpRequest) -> None:
    """The session counts as not past a second factor: there is none any more."""
    request.session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)


def reset(*, user: User, by: User | None) -> int:
    """Takes all of a colleague's factors back and ends their sessions; they set up a new one at the next sign-in.

    Returns how many there were.
    """
    with transaction.atomic():
        gone, _by_model = Authenticator.objects.filter(user_id=user.pk).delete()
        StaffAccess.objects.filter(user=user).update(wrong_codes=0, wrong_since=None)
        audit.record(action="staff.second_factor_reset", subject=user, by=by, details={"removed": gone})
        devices.sign_out_everywhere(user=user, by=by)
    return int(gone)


def seal_anew(user: User) -> None:
    """All secrets of the person under the present key: an older one may go once everybody has signed in again (R-103).

    What the present keys do not open stays as it is: another factor of theirs works on.
    """
    mine = Authenticator.objects.filter(user_id=user.pk, type__in=_SEALED_TYPES)
    with transaction.atomic():
        # Locked: else a code that is used up at the same moment would be good again.
        for authenticator in mine.order_by("pk").select_for_update():
            for name in {"secret", "seed"} & set(authenticator.data):
                try:
                    authenticator.data[name] = seal(unseal(authenticator.data[name]))
                except SealBroken:
                    log.error("second factor %s cannot be opened with the present keys", authenticator.pk)
            authenticator.save(update_fields=["data"])


def under_older_keys() -> list[int]:
    """The ids of people with a secret that the present key alone does not open."""
    return [
        user_id
        for user_id, data in Authenticator.objects.filter(type__in=_SEALED_TYPES).values_list("user_id", "data")
        if not all(is_of_present_key(data[name]) for name in {"secret", "seed"} & set(data))
    ]


def _owner_of(user: User, code: str, is_recovery: bool) -> Authenticator | None:
    kind = Authenticator.Type.RECOVERY_CODES if is_recovery else Authenticator.Type.TOTP
    authenticator = Authenticator.objects.select_for_update().filter(user_id=user.pk, type=kind).first()
    if authenticator is None:
        return None
    try:
        is_right = authenticator.wrap().validate_code(_digits(code)) if is_recovery else _use_up(authenticator, code)
    except SealBroken:
        # Its key is gone: a colleague or the command sets it back.
        log.error("second factor %s cannot be opened with the present keys", authenticator.pk)
        return None
    if not is_right:
        return None
    authenticator.refresh_from_db()
    authenticator.user = user
    return authenticator


def _use_up(authenticator: Authenticator, code: str) -> bool:
    """Whether the code is right and later than the last one that was used."""
    data: dict[str, Any] = authenticator.data
    step = matching_step(unseal(data["secret"]), code)
    if step is None or step <= data.get("last_step", 0):
        return False
    data["last_step"] = step
    authenticator.save(update_fields=["data"])
    return True


def _digits(code: str) -> str:
    return re.sub(r"[\s-]", "", code)
