"""The one door to Stripe, and the only importer of its SDK (R-64).

Nothing here opens a transaction or knows our tables: ids, cents and keys go in, plain values come out, and every
failure is one of Declined (it said no), Unavailable (nothing happened) and Unknown (ask again with the same key).
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Final, TypeVar
from uuid import UUID

import requests
import stripe
from django.conf import settings
from django.db import connection

from billing.errors import BadSignature, Declined, ProviderError, Unavailable, Unknown
from tesigo.platform import rate_limits
from tesigo.platform.breaker import Breaker
from tesigo.platform.measuring import OPERATION, measured
from tesigo.platform.patience import of_request

#: Seconds to connect and to wait for an answer where nobody waits for us; the SDK's own 80 s would be too long there.
TIMEOUT: Final = (3.05, 10.0)
#: Of a request's patience the most that goes into connecting; the rest is for the answer (R-106).
CONNECT_IN_REQUEST_SECONDS: Final = 0.4
#: With less left than this no call is begun.
LEAST_SECONDS: Final = 0.2
#: The SDK repeats a call cut short, or one that meets its own twin (409), with the same key and a short pause.
SDK_RETRIES: Final = 2
#: Seconds that a call waits for its turn under the limit that all processes share.
TURN_SECONDS: Final = 3.0
#: Seconds without a call after one that Stripe did not answer in time (R-31).
PAUSE_SECONDS: Final = 5.0

breaker = Breaker("Stripe", pause=PAUSE_SECONDS, longest=60.0)

T = TypeVar("T")

# dj-stripe, which mirrors Stripe's objects for staff, asks through the SDK's module rather than through a client, where
# a call may last 80 s.
stripe.api_base = settings.STRIPE_API_BASE
stripe.api_version = settings.STRIPE_API_VERSION
stripe.default_http_client = stripe.RequestsClient(timeout=TIMEOUT)

_IDENTIFIER: Final = re.compile(r"[!-~]{1,255}")
#: What a session brings along where all of its state is wanted.
_IN_FULL: Final = ["payment_intent", "payment_intent.latest_charge"]


@dataclass(frozen=True)
class Session:
    """A Checkout Session and its PaymentIntent as Stripe has them now. Amounts in cents."""

    id: str
    url: str
    status: str
    payment_status: str
    amount: int
    currency: str
    livemode: bool
    payment_id: str
    document_id: str
    expires_at: datetime
    intent_id: str | None = None
    intent_status: str = ""
    received: int | None = None
    decline: str = ""
    #: Cents that have gone back of the charge, and whether its payer disputes it.
    refunded: int = 0
    is_disputed: bool = False
    #: When the money came in; known where the PaymentIntent was asked for in full.
    created: datetime | None = None


@dataclass(frozen=True)
class ProviderRefund:
    """A Refund as Stripe has it now: pending, requires_action, succeeded, failed or canceled.

    ``our_id`` is the id of our row; empty for one that was made at Stripe itself.
    """

    id: str
    status: str
    amount: int
    failure: str = ""
    our_id: str = ""
    intent_id: str = ""


@dataclass(frozen=True)
class ProviderDispute:
    """A dispute as Stripe has it now. ``taken`` and ``returned`` are the cents that left our balance and came back."""

    id: str
    status: str
    amount: int
    reason: str
    intent_id: str
    created: datetime
    taken: int
    returned: int


@dataclass(frozen=True)
class Event:
    """A verified event: its ids and states, and nothing about the payer."""

    id: str
    type: str
    object_id: str
    created: datetime
    livemode: bool
    summary: dict[str, Any]


def create_session(
    *,
    key: str,
    amount: int,
    currency: str,
    name: str,
    description: str,
    email: str,
    metadata: Mapping[str, str],
    success_url: str,
    cancel_url: str,
    expires_at: datetime,
) -> Session:
    """Opens a hosted Checkout page for one amount in cents. The same key and words give the same session."""
    answer = _call(
        lambda: _client().v1.checkout.sessions.create(
            {
                "mode": "payment",
                "submit_type": "pay",
                "client_reference_id": metadata["payment_id"],
                "customer_email": email,
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": currency.lower(),
                            "unit_amount": amount,
                            "product_data": {"name": name, "description": description},
                        },
                    }
                ],
                "metadata": dict(metadata),
                "payment_intent_data": {"metadata": dict(metadata)},
                "success_url": success_url,
                "cancel_url": cancel_url,
                "expires_at": int(expires_at.timestamp()),
                "expand": ["payment_intent"],
            },
            {"idempotency_key": key},
        )
    )
    return _session(answer)


def retrieve_session(session_id: str) -> Session:
    """The present state of a session and of its PaymentIntent."""
    return _session(_call(lambda: _client().v1.checkout.sessions.retrieve(session_id, {"expand": _IN_FULL})))


def expire_session(session_id: str) -> Session:
    """Closes an open session, so that nobody can pay it any more. Raises Declined when it is not open."""
    return _session(_call(lambda: _client().v1.checkout.sessions.expire(session_id, {"expand": ["payment_intent"]})))


def sessions_between(start: datetime, end: datetime) -> Iterator[Session]:
    """Every session opened from ``start`` until just before ``end``, newest first, page by page."""
    expand = [f"data.{name}" for name in _IN_FULL]
    return (_session(found) for found in _between(_client().v1.checkout.sessions.list, start, end, expand=expand))


def refunds_between(start: datetime, end: datetime) -> Iterator[ProviderRefund]:
    """Every refund made from ``start`` until just before ``end``, newest first."""
    return (_refund(found) for found in _between(_client().v1.refunds.list, start, end))


def disputes_between(start: datetime, end: datetime) -> Iterator[ProviderDispute]:
    """Every dispute opened from ``start`` until just before ``end``, newest first."""
    return (_dispute(found) for found in _between(_client().v1.disputes.list, start, end))


def _between(door: Callable[[Any], Any], start: datetime, end: datetime, **more: Any) -> Iterator[Any]:
    """The objects of a list created in a time, page by page."""
    asked = {"created": {"gte": int(start.timestamp()), "lt": int(end.timestamp())}, "limit": 100, **more}
    while True:
        page = _call(partial(door, asked))
        yield from page.data
        if not page.has_more:
            return
        asked["starting_after"] = page.data[-1].id


def disputes_of(intent_id: str) -> list[ProviderDispute]:
    """All disputes of a PaymentIntent."""
    page = _call(lambda: _client().v1.disputes.list({"payment_intent": intent_id, "limit": 100}))
    return [_dispute(found) for found in page.data]


def refunds_of(intent_id: str) -> list[ProviderRefund]:
    """All refunds of a PaymentIntent, ours and those made at Stripe itself."""
    page = _call(lambda: _client().v1.refunds.list({"payment_intent": intent_id, "limit": 100}))
    return [_refund(found) for found in page.data]


def payment_named_by(intent_id: str) -> str:
    """The id of our payment in the metadata of a PaymentIntent; empty for one that is not ours."""
    try:
        return _metadata(_call(lambda: _client().v1.payment_intents.retrieve(intent_id))).get("payment_id", "")
    except Declined:
        return ""


def create_refund(*, key: str, intent_id: str, amount: int, metadata: Mapping[str, str]) -> ProviderRefund:
    """Sends ``amount`` cents back the way they came. The same key never sends them twice."""
    answer = _call(
        lambda: _client().v1.refunds.create(
            {"payment_intent": intent_id, "amount": amount, "metadata": dict(metadata)}, {"idempotency_key": key}
        )
    )
    return _refund(answer)


def retrieve_refund(refund_id: str) -> ProviderRefund:
    """The present state of a refund."""
    return _refund(_call(lambda: _client().v1.refunds.retrieve(refund_id)))


def find_refund(*, intent_id: str, our_id: str) -> ProviderRefund | None:
    """The refund of a PaymentIntent that bears our id: for when a key is too old to be trusted (24 h)."""
    return next((refund for refund in refunds_of(intent_id) if refund.our_id == our_id), None)


def raw(*, kind: str, object_id: str) -> Any:
    """An object as Stripe has it now, for the mirror: a checkout.session, payment_intent, charge, refund or dispute."""
    v1 = _client().v1
    doors: dict[str, Callable[[str], Any]] = {
        "checkout.session": v1.checkout.sessions.retrieve,
        "payment_intent": v1.payment_intents.retrieve,
        "charge": v1.charges.retrieve,
        "refund": v1.refunds.retrieve,
        "dispute": v1.disputes.retrieve,
    }
    return _call(partial(doors[kind], object_id))


def payment_and_intent(found: Any) -> tuple[UUID | None, str]:
    """Whose an object of the mirror is: the id of our payment in its metadata, and of its PaymentIntent."""
    try:
        payment_id = UUID(_metadata(found).get("payment_id", ""))
    except ValueError:
        payment_id = None
    return payment_id, _intent_id(found)


def construct_event(*, payload: bytes, signature: str) -> Event:
    """The event in a webhook's raw body. Raises BadSignature when Stripe did not sign it, or not lately."""
    try:
        body = payload.decode()
        stripe.WebhookSignature.verify_header(
            body, signature, settings.STRIPE_WEBHOOK_SECRET, stripe.Webhook.DEFAULT_TOLERANCE
        )
        event = json.loads(body)
        if event.get("account") or bool(event["livemode"]) != settings.STRIPE_LIVE_MODE:
            raise BadSignature("The event is of another account, or of the other mode.")
        thing = event["data"]["object"]
        keep = ("id", "object", "status", "payment_status", "payment_intent", "amount", "amount_total", "currency")
        summary = {name: thing[name] for name in keep if isinstance(thing.get(name), int) or _is_plain(thing.get(name))}
        ours = thing.get("metadata") or {}
        summary["metadata"] = {
            name: ours[name][:64] for name in ("payment_id", "document_id", "refund_id") if _is_plain(ours.get(name))
        }
        return Event(
            id=_identifier(event["id"]),
            type=_identifier(event["type"]),
            # Some things have none: a balance, an invoice to come.
            object_id=_identifier(thing["id"]) if "id" in thing else "",
            created=datetime.fromtimestamp(int(event["created"]), UTC),
            livemode=bool(event["livemode"]),
            summary=summary,
        )
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise BadSignature(str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError) as error:
        raise BadSignature("The signed body is not an event.") from error


def _is_plain(value: Any) -> bool:
    """Whether it is a word of printable ASCII, as Stripe's ids and states and our own metadata are."""
    return isinstance(value, str) and bool(_IDENTIFIER.fullmatch(value))


def _identifier(value: Any) -> str:
    """An id of Stripe's: printable ASCII, at most 255 characters. Raises ValueError for anything else."""
    if not _is_plain(value):
        raise ValueError("not an id")
    return str(value)


def _client() -> stripe.StripeClient:
    """A client for the next call: patient in the background, in a request as hurried as that is, without repeats.

    What a request could not wait for is asked again in the background, under the same key.
    """
    patience = of_request()
    if patience is None:
        return _patient_client()
    connect = min(CONNECT_IN_REQUEST_SECONDS, patience.left)
    return _make_client((connect, max(LEAST_SECONDS, patience.left - connect)), repeats=0)


@cache
def _patient_client() -> stripe.StripeClient:
    return _make_client(TIMEOUT, repeats=SDK_RETRIES)


def _make_client(timeout: tuple[float, float], *, repeats: int) -> stripe.StripeClient:
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        stripe_version=settings.STRIPE_API_VERSION,
        base_addresses={"api": settings.STRIPE_API_BASE},
        max_network_retries=repeats,
        http_client=stripe.RequestsClient(timeout=timeout),
    )


def _call(call: Callable[[], T]) -> T:
    if not connection.in_atomic_block:
        # Back to the pool, which has few: whoever does not wait for Stripe shall not wait for who does.
        connection.close()
    patience = of_request()
    if patience and patience.left < LEAST_SECONDS:
        raise Unavailable("This request has waited long enough.")
    with patience.waiting() if patience else nullcontext():
        _wait_for_turn(min(TURN_SECONDS, patience.left) if patience else TURN_SECONDS)
        return _ask(call)


def _ask(call: Callable[[], T]) -> T:
    """One call, unless Stripe left the last one without an answer a moment ago."""
    if not breaker.admits():
        raise Unavailable("Stripe does not answer just now.")
    try:
        with measured(OPERATION, "Stripe"):
            answer = call()
    except stripe.APIConnectionError as error:
        if isinstance(error.__cause__, requests.Timeout):
            breaker.failed(error)
        else:
            breaker.succeeded()
        raise Unknown(_words(error)) from error
    except stripe.StripeError as error:
        breaker.succeeded()
        raise _meaning(error) from error
    breaker.succeeded()
    return answer


def _meaning(error: stripe.StripeError) -> ProviderError:
    """What an answer that is an error says of the call."""
    if isinstance(error, stripe.RateLimitError | stripe.AuthenticationError | stripe.PermissionError):
        return Unavailable(_words(error))
    if isinstance(error, stripe.InvalidRequestError | stripe.CardError | stripe.IdempotencyError):
        return Declined(_words(error))
    # A server's trouble, or an answer that is not Stripe's (a proxy's page): it may have happened.
    return Unknown(_words(error))


def _wait_for_turn(seconds: float) -> None:
    """Keeps all processes together below Stripe's own limit (R-64). Raises Unavailable when a turn does not come.

    While Redis is away nobody counts: Stripe's own 429 is answered in the same way then.
    """
    ends_at = time.monotonic() + seconds
    while not rate_limits.check("stripe", "calls", limit=settings.STRIPE_CALLS_PER_SECOND, seconds=1).allowed:
        if time.monotonic() > ends_at:
            raise Unavailable("Too many calls to Stripe at once.")
        time.sleep(0.05)


def _words(error: stripe.StripeError) -> str:
    return f"{error.code or type(error).__name__}: {error.user_message or ''}"[:300]


def _metadata(thing: Any) -> dict[str, str]:
    found = getattr(thing, "metadata", None)
    return {name: str(found[name]) for name in ("payment_id", "document_id", "refund_id") if found and name in found}


def _session(answer: Any) -> Session:
    # The id alone where it was not asked for in full, nothing before the first attempt to pay.
    intent: Any = getattr(answer, "payment_intent", None)
    expanded = intent is not None and not isinstance(intent, str)
    error = getattr(intent, "last_payment_error", None) if expanded else None
    charge: Any = getattr(intent, "latest_charge", None) if expanded else None
    if isinstance(charge, str):
        charge = None
    ours = _metadata(answer)
    return Session(
        id=answer.id,
        url=getattr(answer, "url", None) or "",
        status=answer.status or "",
        payment_status=answer.payment_status,
        amount=answer.amount_total,
        currency=(answer.currency or "").upper(),
        livemode=bool(answer.livemode),
        payment_id=ours.get("payment_id", ""),
        document_id=ours.get("document_id", ""),
        expires_at=datetime.fromtimestamp(answer.expires_at, UTC),
        intent_id=intent.id if expanded else intent,
        intent_status=intent.status if expanded else "",
        received=getattr(intent, "amount_received", None) if expanded else None,
        decline=(getattr(error, "message", None) or "") if error else "",
        refunded=(getattr(charge, "amount_refunded", None) or 0) if charge else 0,
        is_disputed=bool(getattr(charge, "disputed", False)) if charge else False,
        created=datetime.fromtimestamp(charge.created, UTC) if charge else None,
    )


def _refund(answer: Any) -> ProviderRefund:
    return ProviderRefund(
        id=answer.id,
        status=answer.status or "",
        amount=answer.amount,
        failure=getattr(answer, "failure_reason", None) or "",
        our_id=_metadata(answer).get("refund_id", ""),
        intent_id=_intent_id(answer),
    )


def _dispute(answer: Any) -> ProviderDispute:
    return ProviderDispute(
        id=answer.id,
        status=answer.status or "",
        amount=answer.amount,
        reason=answer.reason or "",
        intent_id=_intent_id(answer),
        created=datetime.fromtimestamp(answer.created, UTC),
        taken=-sum(line.amount for line in answer.balance_transactions or [] if line.amount < 0),
        returned=sum(line.amount for line in answer.balance_transactions or [] if line.amount > 0),
    )


def _intent_id(answer: Any) -> str:
    intent: Any = getattr(answer, "payment_intent", None)
    return (intent if isinstance(intent, str) else getattr(intent, "id", None)) or ""
