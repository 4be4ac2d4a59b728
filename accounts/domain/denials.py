"""This wasn't me: who reads a mailbox turns down a request that somebody else made (R-51).

The link stands in the mail and has a token of its own, which opens nothing. It is no secret worth stealing: all it can
do is to void the request.
"""

from datetime import datetime

from django.db import transaction

from accounts.errors import UnknownLink
from accounts.models import SignInRequest
from privacy.domain import audit
from tesigo.platform.crypto import keyed_hashes


def find(*, token: str) -> SignInRequest:
    """The request that the link is about, unchanged (mail scanners follow links). Raises `UnknownLink`."""
    request = SignInRequest.objects.filter(deny_hash__in=keyed_hashes("signin-deny", token)).first()
    if request is None:
        raise UnknownLink
    return request


def deny(*, token: str, now: datetime) -> SignInRequest:
    """Voids the request: its link and its code are dead at once. Nothing changes if it was used or voided before.

    Works for as long as the request is kept, for it makes room for a mail of one's own (R-53). Raises `UnknownLink`.
    """
    request = find(token=token)
    with transaction.atomic():
        mine = SignInRequest.objects.filter(pk=request.pk, redeemed_at=None, voided_at=None)
        if mine.update(voided_at=now):
            audit.record(action="signin.denied", subject=request, by=None)
    request.refresh_from_db()
    return request
