"""Links by which a supervisor reads a document and comments on it: shown once, kept as a hash, taken back any time."""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import quotas
from accounts.models import User
from documents.enums import DocumentState
from documents.errors import NoSuchLink, TooManyLinks
from documents.models import Document, ReviewLink
from documents.models.comment import MOST_OPEN_LINKS
from privacy.domain import audit
from tesigo.platform.crypto import keyed_hash, keyed_hashes

#: For how long a link can be made, in days.
DAYS: Final = (7, 30, 90)
_PURPOSE: Final = "review-link"
#: Random bytes of a token.
_BYTES: Final = 32


def make(*, document: Document, label: str, days: int, by: User, now: datetime) -> tuple[ReviewLink, str]:
    """A new link and its token, which cannot be had again. Raises TooManyLinks, QuotaReached."""
    assert days in DAYS, "one of the choices"
    token = secrets.token_urlsafe(_BYTES)
    with transaction.atomic():
        quotas.spend(user=by, what="review-link", limit=settings.REVIEW_LINKS_PER_DAY, now=now)
        # One after the other: each takes a place that is free.
        Document.objects.select_for_update(no_key=True).only("pk").get(pk=document.pk)
        rows = ReviewLink.objects.filter(document=document)
        rows.filter(expires_at__lte=now).exclude(place=None).update(place=None)
        taken = set(rows.exclude(place=None).values_list("place", flat=True))
        free = next((place for place in range(1, MOST_OPEN_LINKS + 1) if place not in taken), None)
        if free is None:
            raise TooManyLinks(
                _("%(most)d links are open, the most a document may have. Revoke one first.")
                % {"most": MOST_OPEN_LINKS}
            )
        row = ReviewLink.objects.create(
            document=document, label=label, token_hash=keyed_hash(_PURPOSE, token), place=free, created_at=now,
            expires_at=now + timedelta(days=days),
        )  # fmt: skip
        audit.record(action="review_link.made", subject=row, by=by, details=_about(row) | {"days": days})
    return row, token


def revoke(*, document: Document, link_id: UUID, by: User, now: datetime) -> None:
    """Takes a link back at once; nothing happens if it was already. Raises ReviewLink.DoesNotExist."""
    with transaction.atomic():
        row = ReviewLink.objects.select_for_update().get(pk=link_id, document=document)
        if ReviewLink.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now, place=None):
            audit.record(action="review_link.revoked", subject=row, by=by, details=_about(row))


def open_of(document: Document, *, now: datetime) -> list[ReviewLink]:
    """The links that still open the document, newest first."""
    return list(document.review_links.filter(revoked_at=None, expires_at__gt=now))


def by_token(token: str, *, now: datetime) -> ReviewLink:
    """The link of a token with its document; notes the day it was used. Raises NoSuchLink, whatever the reason."""
    rows = ReviewLink.objects.select_related("document", "document__owner").defer("document__search")
    row = rows.filter(token_hash__in=keyed_hashes(_PURPOSE, token)).first()
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        raise NoSuchLink
    document = row.document
    if document.state != DocumentState.READY or document.thrown_away_at or not document.owner.is_active:
        raise NoSuchLink
    present = keyed_hash(_PURPOSE, token)
    if row.last_used_on != now.date() or bytes(row.token_hash) != present:
        # Under the present secret, as tokens of programs.
        ReviewLink.objects.filter(pk=row.pk).update(last_used_on=now.date(), token_hash=present)
    return row


def _about(row: ReviewLink) -> dict[str, str]:
    return {"document": str(row.document_id)}
