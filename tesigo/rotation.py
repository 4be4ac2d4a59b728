"""What still rests on a secret that was replaced, and until when (R-103)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from accounts.api_models import ApiSignIn, ApiToken
from accounts.domain import browsers, second_factor, staff_browsers
from accounts.domain.address_change import UNDO_WITHIN
from accounts.enums import MailState
from accounts.models import FormerAddress, Mail, MailStop, SignInRequest
from billing.models import Redemption
from documents.models import ReviewLink
from privacy.models import AuditEvent, Erasure
from tesigo.platform.crypto import is_of_present_key

#: What a rotation is called in the trail; its details name the secrets.
ACTION: Final = "secrets.rotated"
#: How long after it a process that was not restarted yet may have gone on with the old ones.
RESTARTED_WITHIN: Final = timedelta(days=1)


@dataclass(frozen=True)
class Rest:
    """Something that only an older secret proves or opens; what follows when that one goes is part of the words.

    ``count`` is None where nobody can know it (it lies in browsers); ``until`` None where it does not end by itself.
    """

    words: str
    count: int | None
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it still rests on an older secret."""
        return self.count != 0 and (self.until is None or self.until > now)


def rotated_at(name: str) -> datetime | None:
    """When the secret was last replaced by the command; None when it never was."""
    events = AuditEvent.objects.filter(action=ACTION, details__names__contains=[name])
    at: datetime | None = events.aggregate(at=Max("at"))["at"]
    return at


def rests(name: str, *, since: datetime) -> list[Rest]:
    """All that may rest on what `name` held until `since`, when it was replaced."""
    return list(_OF[name](since + RESTARTED_WITHIN))


def _of_secret_key(since: datetime) -> Iterator[Rest]:
    yield Rest("second factors of staff (sealed anew by --reseal)", len(second_factor.under_older_keys()), None)
    mails = Mail.objects.filter(state=MailState.QUEUED).exclude(sealed="").values_list("sealed", flat=True)
    yield Rest("mails on their way, whose links would be lost", _older(mails), None)
    erasures = Erasure.objects.exclude(sealed="").values_list("sealed", flat=True)
    yield Rest("erasures at work", _older(erasures), None)
    yield Rest("sessions, whose people would have to sign in again", _older_sessions(), None)
    yield Rest("browsers of staff that are known", None, since + timedelta(seconds=staff_browsers.KNOWN_SECONDS))
    yield Rest("browsers that are known", None, since + timedelta(seconds=browsers.KNOWN_SECONDS))


def _of_signin_secret(since: datetime) -> Iterator[Rest]:
    yield from _rows(
        "sign-in mails", SignInRequest.objects.filter(redeemed_at=None, voided_at=None), since, "created_at"
    )
    programs = ApiSignIn.objects.filter(ended_at=None)
    yield from _rows("sign-ins of programs (refresh tokens)", programs, since, "refreshed_at")
    unused = Q(last_used_on=None) | Q(last_used_on__lt=since.date())
    yield from _rows("tokens of programs", ApiToken.objects.filter(unused, revoked_at=None), since, "created_at")
    links = ReviewLink.objects.filter(unused, revoked_at=None)
    yield from _rows("links for supervisors", links, since, "created_at")
    former = FormerAddress.objects.filter(undone_at=None, changed_at__lt=since)
    yield Rest("changes of address that can be undone", former.count(), since + UNDO_WITHIN)
    stops = MailStop.objects.filter(created_at__lt=since)
    yield Rest("addresses that are not written to, which would be written to again", stops.count(), None)
    uses = Redemption.objects.filter(created_at__lt=since, promo_code__limit_per_ip__isnull=False).exclude(ip_hash="")
    running = uses.filter(Q(promo_code__ends_at=None) | Q(promo_code__ends_at__gt=timezone.now()))
    yield Rest("uses of promo codes with a limit by connection", running.count(), None)
    yield Rest("browsers that are known", None, since + timedelta(seconds=browsers.KNOWN_SECONDS))


def _of_jwt_secret(since: datetime) -> Iterator[Rest]:
    yield Rest("access tokens of the API", None, since + settings.API_ACCESS_LASTS)


_OF: Final[dict[str, Callable[[datetime], Iterator[Rest]]]] = {
    "SECRET_KEY": _of_secret_key,
    "SIGNIN_SECRET": _of_signin_secret,
    "API_JWT_SECRET": _of_jwt_secret,
}


def _rows(words: str, live: QuerySet[Any], since: datetime, field: str) -> Iterator[Rest]:
    """Rows that end by themselves and were last hashed before."""
    now = timezone.now()
    older = live.filter(expires_at__gt=now, **{f"{field}__lt": since})
    yield Rest(words, older.count(), older.aggregate(at=Max("expires_at"))["at"] or now)


def _older(sealed: Iterable[str]) -> int:
    return sum(not is_of_present_key(one) for one in sealed)


def _older_sessions() -> int:
    """Live sessions that are signed with an older key; they are signed anew when they are next written."""
    signer = signing.TimestampSigner(key=settings.SECRET_KEY, fallback_keys=[], salt=SessionStore().key_salt)
    found = 0
    for data in (
        Session.objects.filter(expire_date__gt=timezone.now()).values_list("session_data", flat=True).iterator()
    ):
        try:
            signer.unsign(data)
        except signing.BadSignature:
            found += 1
    return found
