"""Promo codes: looked up, reserved with a payment, used or released with it. Limits hold exactly (R-62)."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from string import ascii_uppercase, digits
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.domain.pricing import Offer
from billing.enums import PaymentState, RedemptionState
from billing.errors import PromoRefused
from billing.models import PAID_STATES, Payment, PriceList, PromoCode, Redemption
from privacy.domain import audit
from tesigo.platform.plain_text import clean_line

if TYPE_CHECKING:
    from accounts.models import User
    from documents.models import Document

#: Letters and digits that are not mistaken for each other; 8 of them are 40 bits.
_ALPHABET: Final = "".join(sorted({*ascii_uppercase, *digits} - {*"IO01"}))
_RANDOM_LETTERS: Final = 8
_SPACES: Final = re.compile(r"\s+")
#: Uses that count against the limits.
_COUNTED: Final = (RedemptionState.RESERVED, RedemptionState.USED)
#: What becomes of a code's use when its payment gets there.
_USED_BY: Final = frozenset(PAID_STATES)
_RELEASED_BY: Final = frozenset({PaymentState.FAILED, PaymentState.EXPIRED})


def normalised(code: str) -> str:
    """A code as it is kept: upper case, without spaces and what no keyboard types."""
    return _SPACES.sub("", clean_line(code)).upper()[:32]


def offer(
    *,
    code: str,
    document: "Document",
    price_list_id: int,
    user: "User",
    ip_hash: str,
    former_ip_hashes: Sequence[str] = (),
    now: datetime | None = None,
) -> Offer:
    """What a code takes off this order. Raises PromoRefused with the reason in plain words.

    Counts the uses so far, but holds none: that is what ``reserve`` does. ``former_ip_hashes`` are those that an older
    secret gave the same connection.
    """
    promo = _find(PromoCode.objects.filter(code=normalised(code)).first())
    _check_terms(promo, document, price_list_id, now or timezone.now())
    _check_limits(promo, document, user, [ip_hash, *former_ip_hashes])
    return Offer(promo.code, promo.percent)


def reserve(
    *,
    code: str,
    payment: Payment,
    document: "Document",
    ip_hash: str,
    former_ip_hashes: Sequence[str] = (),
    now: datetime | None = None,
) -> Redemption:
    """Holds a use of a code for a payment, inside the transaction that opens it. Raises PromoRefused.

    The code's row is locked, so that the limits hold for any number of buyers at once.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a code is reserved together with its payment")
    now = now or timezone.now()
    promo = _find(PromoCode.objects.select_for_update().filter(code=normalised(code)).first())
    _check_terms(promo, document, payment.price_list_id, now)
    _check_limits(promo, document, payment.user, [ip_hash, *former_ip_hashes])
    return Redemption.objects.create(
        promo_code=promo, payment=payment, user=payment.user, ip_hash=ip_hash, created_at=now, changed_at=now
    )


def follow(*, payment_id: UUID, state: PaymentState, now: datetime) -> None:
    """Uses or releases the code of a payment that has come to a state, in the same transaction.

    A late success uses its code again, even where somebody else has taken the place since: the price was promised.
    Money that goes back because it was not needed never used its code; money that goes back later did.
    """
    mine = Redemption.objects.filter(payment_id=payment_id)
    if state in _USED_BY:
        mine.exclude(state=RedemptionState.USED).update(state=RedemptionState.USED, changed_at=now)
    elif state in _RELEASED_BY:
        mine.exclude(state=RedemptionState.RELEASED).update(state=RedemptionState.RELEASED, changed_at=now)
    elif state == PaymentState.REFUNDED:
        mine.filter(state=RedemptionState.RESERVED).update(state=RedemptionState.RELEASED, changed_at=now)


def give_back(*, payment_id: UUID, now: datetime) -> None:
    """Releases the code of an order that its owner stopped before anything was written: it may be used again."""
    Redemption.objects.filter(payment_id=payment_id).update(state=RedemptionState.RELEASED, changed_at=now)


def _find(promo: PromoCode | None) -> PromoCode:
    # A code that was switched off looks like one that never was: guessing teaches nothing.
    if promo is None or not promo.enabled:
        raise PromoRefused(_("We do not know this code. Check that it is typed as you received it."))
    return promo


def _check_terms(promo: PromoCode, document: "Document", price_list_id: int, now: datetime) -> None:
    if promo.starts_at and now < promo.starts_at:
        raise PromoRefused(_("This code is not valid yet."))
    if promo.ends_at and now >= promo.ends_at:
        raise PromoRefused(_("This code has expired."))
    if promo.kinds and document.kind not in promo.kinds:
        raise PromoRefused(_("This code is for other kinds of documents."))
    lists = set(promo.price_lists.values_list("pk", flat=True))
    if lists and price_list_id not in lists:
        raise PromoRefused(_("This code does not count for the prices of today."))


def _check_limits(promo: PromoCode, document: "Document", user: "User", ip_hashes: Sequence[str]) -> None:
    # A use that this very document holds is let go before it takes another.
    held = Q(state=RedemptionState.RESERVED, payment__document=document)
    uses = Redemption.objects.filter(promo_code=promo, state__in=_COUNTED).exclude(held)
    if promo.limit_total is not None and uses.count() >= promo.limit_total:
        raise PromoRefused(_("This code has been used as often as it may be."))
    if promo.limit_per_address is not None and uses.filter(user=user).count() >= promo.limit_per_address:
        raise PromoRefused(_("You have used this code already."))
    from_here = uses.filter(ip_hash__in=[one for one in ip_hashes if one])
    if promo.limit_per_ip is not None and from_here.count() >= promo.limit_per_ip:
        raise PromoRefused(_("This code has been used from your connection as often as it may be."))


def save(*, code: PromoCode, by: "User") -> PromoCode:
    """Saves a code, new or changed. Raises ValidationError for terms that make no sense."""
    is_new = code._state.adding
    if is_new:
        code.created_by = by
    code.code = normalised(code.code)
    code.full_clean()
    with transaction.atomic():
        code.save()
        details = {"percent": str(code.percent), "enabled": code.enabled}
        audit.record(action="promo.made" if is_new else "promo.changed", subject=code, by=by, details=details)
    return code


def create_batch(
    *,
    count: int,
    prefix: str,
    batch: str,
    by: "User",
    price_lists: Sequence[PriceList] = (),
    now: datetime | None = None,
    **fields: Any,
) -> list[PromoCode]:
    """Makes ``count`` codes that cannot be guessed, ``PREFIX-XXXXXXXX`` each, with the same terms.

    ``fields`` are those of PromoCode, without its code. Raises ValidationError for terms that make no sense.
    """
    now = now or timezone.now()
    codes: set[str] = set()
    while len(codes) < count:
        codes.add(f"{prefix}-{''.join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LETTERS))}".removeprefix("-"))
    made = [PromoCode(code=code, batch=batch, created_by=by, created_at=now, **fields) for code in sorted(codes)]
    made[0].full_clean()
    with transaction.atomic():
        PromoCode.objects.bulk_create(made)
        tie = PromoCode.price_lists.through
        tie.objects.bulk_create(
            [tie(promocode_id=code.pk, pricelist_id=price_list.pk) for code in made for price_list in price_lists]
        )
        audit.record(action="promo.batch_made", subject=None, by=by, details={"batch": batch, "count": count})
    return made
