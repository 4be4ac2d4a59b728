"""What an order costs the person who looks at it: their variant of the prices, with a promo code or without."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from billing.domain import pricing, promo, queries, terms, variants
from billing.domain.pricing import Offer
from billing.domain.terms import Terms
from billing.errors import PromoRefused, Refused
from billing.gates import NotNow
from billing.models import Payment
from billing.quotes import Quote
from tesigo.platform import rate_limits

if TYPE_CHECKING:
    from accounts.models import User
    from documents.models import Document

#: Tries of a code that a person, and a connection, have in an hour: enough to mistype, too few to guess (R-62).
TRIES_BY_PERSON: Final = 20
TRIES_BY_IP: Final = 60
#: Times that a person may press the button that pays, in an hour.
ORDERS_AN_HOUR: Final = 60
_HOUR_SECONDS: Final = 3600


@dataclass(frozen=True)
class Buyer:
    """Who orders: the person, keyed hashes of where from by the present and older secrets, the variant seen.

    ``addressee`` is whom the receipt is to be made out to, where it was said (`billing.domain.addressees`).
    """

    user: "User"
    ip_hash: str = ""
    former_ip_hashes: tuple[str, ...] = ()
    seen_before: str = ""
    addressee: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Order:
    """An order as shown: its price, and why a code that was tried takes nothing off."""

    quote: Quote
    code_problem: str = ""


def offer_of(code: str, *, document: "Document", buyer: Buyer, mine: Terms, now: datetime) -> Offer:
    """What a code takes off this document for this person. Raises PromoRefused."""
    return promo.offer(
        code=code,
        document=document,
        price_list_id=mine.price_list_id,
        user=buyer.user,
        ip_hash=buyer.ip_hash,
        former_ip_hashes=buyer.former_ip_hashes,
        now=now,
    )


def show(*, document: "Document", buyer: Buyer, code: str = "", now: datetime | None = None) -> Order:
    """What the document costs this person now; a code that does not count leaves the price without it.

    Raises NoPriceList.
    """
    now = now or timezone.now()
    mine = terms_of(buyer)
    problem = ""
    offer: Offer | None = None
    if code:
        try:
            count_try(document=document, buyer=buyer, code=code)
            offer = offer_of(code, document=document, buyer=buyer, mine=mine, now=now)
        except PromoRefused as refused:
            problem = str(refused)
    return Order(pricing.quote(document.pages, mine, offer=offer, now=now), problem)


def terms_of(buyer: Buyer) -> Terms:
    """The terms in force for this person, from the database. Raises NoPriceList."""
    in_force = terms.active()
    variant = variants.of_user(user=buyer.user, terms=in_force, seen_before=buyer.seen_before)
    return terms.of_variant(in_force, variant)


def kept_terms_of(buyer: Buyer) -> Terms:
    """The terms of the variant that this person has, else those of A. Nobody is given a variant here.

    Raises NoPriceList.
    """
    return terms.of_variant(terms.active(), variants.kept_by(user=buyer.user))


def count_order(*, buyer: Buyer, now: datetime) -> None:
    """Counts an order. Raises Refused for more in an hour than anybody pays for: each one asks Stripe (R-104).

    Payments that were opened count as well, so that the limit stands while Redis is away (R-115).
    """
    verdict = rate_limits.check("checkout", str(buyer.user.pk), limit=ORDERS_AN_HOUR, seconds=_HOUR_SECONDS)
    wait = timedelta(seconds=verdict.retry_after)
    if verdict.allowed:
        hour = timedelta(seconds=_HOUR_SECONDS)
        opened = Payment.objects.filter(user=buyer.user, created_at__gt=now - hour).order_by("-created_at")
        oldest = opened.values_list("created_at", flat=True)[ORDERS_AN_HOUR - 1 : ORDERS_AN_HOUR].first()
        if oldest is None:
            return
        wait = oldest + hour - now
    reason = _("You have asked for payment very often within the last hour. Nothing was charged.")
    raise Refused(NotNow(reason, wait, is_personal=True))


def count_try(*, document: "Document", buyer: Buyer, code: str) -> None:
    """Counts a try of a code, unless the document holds it already.

    Raises PromoRefused when there were too many, or nobody can count just now.
    """
    if promo.normalised(code) == queries.code_held(document=document):
        return
    tries = [("user", str(buyer.user.pk), TRIES_BY_PERSON)]
    if buyer.ip_hash:
        tries.append(("ip", buyer.ip_hash, TRIES_BY_IP))
    for whose, key, limit in tries:
        verdict = rate_limits.check(
            f"promo-{whose}", key, limit=limit, seconds=_HOUR_SECONDS, when_redis_is_away="refuse"
        )
        if not verdict.allowed:
            raise PromoRefused(_("Too many codes were tried. Wait a while, or order without one."))
