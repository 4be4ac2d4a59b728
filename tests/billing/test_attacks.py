"""What people may try at our doors: refused, nothing changed, and audited where money is concerned (R-65, R-100)."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing import models
from billing.domain import events, orders, papers
from billing.enums import PaymentState
from billing.errors import Refused
from billing.models import Payment, PromoCode, Receipt, Redemption, WebhookEvent
from documents.models import Document
from privacy.enums import ConsentKind
from privacy.models import AuditEvent, Consent
from sandbox.stripe.webhooks import payload, signature
from sandbox.testing import Running
from tesigo.platform.processes import free_port
from tests.billing import at_stripe
from tests.billing.later import work_webhook_events
from tests.billing.ordering import order
from tests.documents.factories import UserFactory, outlined_document

pytestmark = pytest.mark.django_db(transaction=True)

BOOKS: list[Any] = [
    models.Payment, models.PaymentEvent, models.Refund, models.Dispute, models.Booking, models.Entry, models.Receipt,
    models.Redemption, models.WebhookEvent, Document,
]  # fmt: skip
CONSENT = {"terms": "on", "start_now": "on"}


def everything() -> dict[str, list[Any]]:
    """All rows that money stands in."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in BOOKS}


@contextmanager
def nothing_changes() -> Iterator[None]:
    before = everything()
    yield
    assert everything() == before


def audited(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


@pytest.fixture
def stranger(db: None) -> Client:
    """Somebody else, signed in and consenting."""
    user = UserFactory.create()
    Consent.objects.create(user=user, kind=ConsentKind.ESSENTIAL, granted=True, policy_version=settings.POLICY_VERSION)
    client = Client()
    client.force_login(user)
    return client


# --- the webhook ---------------------------------------------------------------------------------------------------


def knock(body: bytes, sign: str | None) -> int:
    headers = {} if sign is None else {"Stripe-Signature": sign}
    return Client().post("/stripe/webhook/", body, content_type="application/json", headers=headers).status_code


def signed(event: Any) -> tuple[bytes, str]:
    """What Stripe would send: signed with our secret, now."""
    body = payload(event)
    return body, signature(body, settings.STRIPE_WEBHOOK_SECRET, int(time.time()))


def success_of(sandbox: Running, payment: Payment) -> dict[str, Any]:
    at_stripe.pay(sandbox, payment)
    return at_stripe.told(sandbox)[-1]


SECRET = "whsec_" + "0" * 32
FORGERIES: dict[str, Callable[[bytes, int], str | None]] = {
    "unsigned": lambda body, now: None,
    "empty": lambda body, now: "",
    "another secret": lambda body, now: signature(body, SECRET, now),
    "no secret": lambda body, now: signature(body, "", now),
    "our secret of another body": lambda body, now: signature(body + b" ", settings.STRIPE_WEBHOOK_SECRET, now),
    "an hour old": lambda body, now: signature(body, settings.STRIPE_WEBHOOK_SECRET, now - 3600),
    "just too old": lambda body, now: signature(body, settings.STRIPE_WEBHOOK_SECRET, now - 303),
    "of another moment": lambda body, now: signature(body, settings.STRIPE_WEBHOOK_SECRET, now - 9).replace(
        str(now - 9), str(now)
    ),
    "the old scheme": lambda body, now: signature(body, settings.STRIPE_WEBHOOK_SECRET, now).replace("v1=", "v0="),
    "no time": lambda body, now: signature(body, settings.STRIPE_WEBHOOK_SECRET, now).partition(",")[2],
    "no number": lambda body, now: "t=soon,v1=abc",
    "not ASCII": lambda body, now: f"t={now},v1=\u00e9\u00e9",
    "long": lambda body, now: f"t={now}," + ",".join(f"v1={number:064d}" for number in range(50)),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_an_event_that_stripe_did_not_sign_is_refused_and_audited(
    payment: Payment, sandbox: Running, forgery: str
) -> None:
    event = success_of(sandbox, payment)
    body = payload(event)
    with nothing_changes():
        assert knock(body, FORGERIES[forgery](body, int(time.time()))) == 400
        work_webhook_events()
    assert audited("webhook.refused") == 1
    row = AuditEvent.objects.get(action="webhook.refused")
    assert set(row.details) == {"why"}
    assert event["id"] not in str(row.details)


def test_several_signatures_are_taken_when_one_of_them_is_ours(payment: Payment, sandbox: Running) -> None:
    """Stripe signs with the old and the new secret while one is replaced by the other."""
    body, ours = signed(success_of(sandbox, payment))
    at, mine = ours.split(",")
    assert knock(body, f"{at},v1={'0' * 64},{mine}") == 200


@pytest.mark.parametrize(
    "change",
    [
        {"livemode": True},
        {"account": "acct_1Other"},
        {"id": "evt_" + "x" * 252},
        {"id": "evt_\0"},
        {"id": None},
        {"type": "checkout.session.completed\0"},
        {"type": None},
        {"created": "yesterday"},
        {"created": 10**30},
        {"data": {}},
        {"data": {"object": []}},
        {"data": {"object": {"id": "cs_" + "x" * 253}}},
        {"data": {"object": {"id": "cs_\0"}}},
        {"data": {"object": {"id": 7}}},
    ],
    ids=str,
)
def test_a_signed_event_that_cannot_be_ours_is_refused_and_audited(
    payment: Payment, sandbox: Running, change: dict[str, Any]
) -> None:
    event = success_of(sandbox, payment) | change
    with nothing_changes():
        assert knock(*signed(event)) == 400
    assert audited("webhook.refused") == 1


NO_EVENTS = {
    "nothing": b"", "list": b"[]", "null": b"null", "half": b"{", "bytes": b"\xff", "word": b'"event"',
    "deep": b"[" * 9000,
}  # fmt: skip


@pytest.mark.parametrize("body", NO_EVENTS.values(), ids=NO_EVENTS)
def test_a_signed_body_that_is_no_event_is_refused(db: None, body: bytes) -> None:
    sign = signature(body, settings.STRIPE_WEBHOOK_SECRET, int(time.time()))
    assert knock(body, sign) == 400
    assert not WebhookEvent.objects.exists()


def test_what_is_odd_in_a_signed_event_is_not_kept(payment: Payment, sandbox: Running) -> None:
    event = success_of(sandbox, payment)
    event["data"]["object"]["status"] = "complete\0"
    event["data"]["object"]["metadata"] = {"payment_id": "\0", "document_id": ["x"], "note": "\0"}
    assert knock(*signed(event)) == 200
    stored = WebhookEvent.objects.get().payload
    assert stored["metadata"] == {}
    assert "status" not in stored
    work_webhook_events()
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED


def test_an_event_about_something_without_an_id_is_put_aside(db: None) -> None:
    """Refusing what Stripe rightly sends would have it sent for days, and the endpoint switched off."""
    event = {
        "id": "evt_balance", "object": "event", "type": "balance.available", "created": 1, "livemode": False,
        "data": {"object": {"object": "balance", "available": []}},
    }  # fmt: skip
    assert knock(*signed(event)) == 200
    work_webhook_events()
    stored = WebhookEvent.objects.get()
    assert (stored.object_id, stored.error, stored.processed_at is None) == ("", "", False)


def test_a_flood_of_forgeries_is_refused_and_leaves_so_many_rows(db: None) -> None:
    for _ in range(events.REFUSALS_AUDITED_AN_HOUR + 15):
        assert knock(b"{}", "t=1,v1=0") == 400
    assert audited("webhook.refused") == events.REFUSALS_AUDITED_AN_HOUR
    assert not WebhookEvent.objects.exists()


def test_an_event_names_a_payment_and_its_money_is_another_ones(
    payment: Payment, sandbox: Running, started: list[Any], price_list: Any
) -> None:
    """Signed, about somebody's paid session, with our payment's id in it: our payment is asked for, not that one."""
    other = order(outlined_document(pages=12))
    event = success_of(sandbox, other)
    event["data"]["object"]["metadata"] = {"payment_id": str(payment.pk)}
    event["data"]["object"]["id"] = "cs_test_of_nobody"
    assert knock(*signed(event)) == 200
    work_webhook_events()
    assert set(Payment.objects.values_list("state", flat=True)) == {PaymentState.PENDING}
    assert not started


# --- the form that pays --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edited",
    [
        {"total": "0.50"}, {"total": "0"}, {"total": "-6.00"}, {"total": "NaN"}, {"total": "Infinity"},
        {"total": "6.001"}, {"total": "6e99"}, {"total": "6,00"}, {"total": "\0"}, {"total": "٦.٠٠" + "1"},
        {"version": "2"}, {"version": "-1"}, {"version": "1" * 40}, {"version": "1.5"}, {"version": ""},
        {"total": "5.40", "code": ""}, {"total": "5.40", "code": "SPRING%"}, {"code": "SPRING"},
        {"code": "\0"}, {"code": "x" * 5000}, {"code": "' OR 1=1 --"},
    ],
    ids=str,
)  # fmt: skip
def test_a_form_that_was_written_into_charges_nothing(
    browser: Client, document: Document, sandbox: Running, edited: dict[str, str]
) -> None:
    PromoCode.objects.create(code="SPRING", percent=Decimal(10))
    with nothing_changes():
        answer = browser.post(
            f"/documents/{document.pk}/pay/", {"total": "6.00", "version": "1", "code": ""} | CONSENT | edited
        )
    assert answer.status_code in {409, 422}
    assert at_stripe.objects(sandbox, "checkout.session") == []


def test_a_price_that_was_written_into_is_in_the_trail(browser: Client, document: Document, student: User) -> None:
    browser.post(f"/documents/{document.pk}/pay/", {"total": "0.50", "version": "1"} | CONSENT)
    row = AuditEvent.objects.get(action="payment.price_differs")
    assert (row.actor_id, row.object_id) == (student.pk, str(document.pk))
    assert row.details == {"sent": "0.50", "sent_version": 1, "total": "6.00", "version": 1}


@pytest.mark.parametrize("code", ["%00", "a%00b", "%F0%9F%92%B8", "x" * 3000, "%0d%0aSet-Cookie:a=b"])
def test_odd_codes_on_the_price_page_are_just_unknown(
    browser: Client, document: Document, sandbox: Running, code: str
) -> None:
    page = browser.get(f"/documents/{document.pk}/price/?code={code}")
    assert page.status_code == 200
    assert 'name="total" value="6.00"' in page.content.decode()


def test_asking_for_payment_without_end_is_stopped(browser: Client, document: Document, sandbox: Running) -> None:
    form = {"total": "0.50", "version": "1"} | CONSENT
    path = f"/documents/{document.pk}/pay/"
    answers = Counter(browser.post(path, form).status_code for _ in range(orders.ORDERS_AN_HOUR + 3))
    assert answers == {409: orders.ORDERS_AN_HOUR, 429: 3}
    assert int(browser.post(path, form)["Retry-After"]) > 60
    assert audited("payment.price_differs") == orders.ORDERS_AN_HOUR


# --- somebody else's money -----------------------------------------------------------------------------------------


def test_asking_without_end_is_stopped_while_redis_is_away(
    document: Document, price_list: Any, sandbox: Running, settings: Any
) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    began = timezone.now() - timedelta(minutes=20)
    Payment.objects.bulk_create(
        Payment(
            document=document, user=document.owner, price_list=price_list, pages=12, amount=6, lines=[],
            state=PaymentState.EXPIRED, expires_at=began, created_at=began,
        )
        for _ in range(orders.ORDERS_AN_HOUR)
    )  # fmt: skip
    with pytest.raises(Refused) as caught:
        order(document)
    wait = caught.value.refusal.retry_after
    assert wait is not None
    assert timedelta(minutes=39) < wait <= timedelta(minutes=40)
    Payment.objects.order_by("pk")[0].delete()
    assert order(document).state == PaymentState.PENDING


def test_somebody_elses_payment_is_not_there(paid: Payment, stranger: Client) -> None:
    here = f"/documents/{paid.document_id}"
    paths = [
        f"/account/payments/{paid.pk}/receipt/",
        f"{here}/price/",
        f"{here}/paid/",
        f"{here}/paid/?session={paid.stripe_session_id}",
    ]
    with nothing_changes():
        for path in paths:
            assert stranger.get(path).status_code == 404, path
        form = {"total": "6.00", "version": "1"} | CONSENT
        assert stranger.post(f"{here}/pay/", form).status_code == 404
        assert str(Receipt.objects.get()) not in stranger.get("/account/payments/").content.decode()
        assert stranger.get(f"/account/payments/?q={Receipt.objects.get()}").content.decode().count("€6.00") == 0


def test_without_signing_in_nobody_gets_a_receipt(paid: Payment) -> None:
    answer = Client().get(f"/account/payments/{paid.pk}/receipt/")
    assert answer["Location"].startswith("/signin/")


def test_ones_own_receipt_is_there(paid: Payment, browser: Client) -> None:
    assert browser.get(f"/account/payments/{paid.pk}/receipt/").status_code == 202
    assert papers.make(file_id=Receipt.objects.get().file.pk)
    assert browser.get(f"/account/payments/{paid.pk}/receipt/").status_code == 200
    taken = AuditEvent.objects.get(action="receipt.downloaded")
    assert (taken.actor_id, taken.object_id) == (paid.user_id, str(Receipt.objects.get().pk))


def test_coming_back_with_somebody_elses_session_settles_nothing_of_theirs(
    payment: Payment, stranger: Client, sandbox: Running
) -> None:
    user = User.objects.get(pk=int(stranger.session["_auth_user_id"]))
    mine = outlined_document(owner=user, pages=12)
    at_stripe.pay(sandbox, payment)
    with nothing_changes():
        stranger.get(f"/documents/{mine.pk}/paid/?session={payment.stripe_session_id}")


# --- guessing codes ------------------------------------------------------------------------------------------------

TOO_MANY = "Too many codes were tried"


def try_code(client: Client, document: Document, code: str) -> str:
    return str(client.get(f"/documents/{document.pk}/price/", {"code": code}).content.decode())


def test_a_person_who_guesses_codes_is_stopped_and_then_even_the_right_one_says_nothing(
    browser: Client, document: Document, sandbox: Running
) -> None:
    PromoCode.objects.create(code="SPRING", percent=Decimal(10))
    for number in range(orders.TRIES_BY_PERSON):
        assert TOO_MANY not in try_code(browser, document, f"GUESS-{number}")
    for code in ("GUESS-X", "SPRING"):
        page = try_code(browser, document, code)
        assert TOO_MANY in page
        assert 'name="total" value="6.00"' in page
    form = {"total": "5.40", "version": "1", "code": "SPRING"} | CONSENT
    assert browser.post(f"/documents/{document.pk}/pay/", form).status_code == 409
    assert not Payment.objects.exists()
    assert not Redemption.objects.exists()
    without = {"total": "6.00", "version": "1", "code": ""} | CONSENT
    assert browser.post(f"/documents/{document.pk}/pay/", without).status_code == 302


def test_guessing_by_the_form_that_pays_is_counted_alike(browser: Client, document: Document, sandbox: Running) -> None:
    PromoCode.objects.create(code="SPRING", percent=Decimal(10))
    for number in range(orders.TRIES_BY_PERSON):
        form = {"total": "5.40", "version": "1", "code": f"GUESS-{number}"} | CONSENT
        assert browser.post(f"/documents/{document.pk}/pay/", form).status_code == 409
    assert TOO_MANY in try_code(browser, document, "SPRING")


def test_many_people_behind_one_address_are_stopped_together(price_list: Any, sandbox: Running) -> None:
    PromoCode.objects.create(code="SPRING", percent=Decimal(10))
    guessers = []
    for _ in range(orders.TRIES_BY_IP // orders.TRIES_BY_PERSON + 1):
        mine = outlined_document(pages=12)
        Consent.objects.create(
            user=mine.owner, kind=ConsentKind.ESSENTIAL, granted=True, policy_version=settings.POLICY_VERSION
        )
        client = Client(REMOTE_ADDR="203.0.113.7")
        client.force_login(mine.owner)
        guessers.append((client, mine))
    pages = [try_code(client, mine, f"GUESS-{number}") for client, mine in guessers[:-1] for number in range(20)]
    assert not [page for page in pages if TOO_MANY in page]
    client, mine = guessers[-1]
    assert TOO_MANY in try_code(client, mine, "SPRING")
    elsewhere = Client(REMOTE_ADDR="203.0.113.8")
    elsewhere.force_login(mine.owner)
    assert 'name="total" value="5.40"' in try_code(elsewhere, mine, "SPRING")


def test_a_household_of_ipv6_is_one_connection(price_list: Any, sandbox: Running) -> None:
    PromoCode.objects.create(code="SPRING", percent=Decimal(10), limit_per_ip=1)
    totals = []
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"):
        mine = outlined_document(pages=12)
        Consent.objects.create(
            user=mine.owner, kind=ConsentKind.ESSENTIAL, granted=True, policy_version=settings.POLICY_VERSION
        )
        client = Client(REMOTE_ADDR=address)
        client.force_login(mine.owner)
        totals.append("5.40" if 'name="total" value="5.40"' in try_code(client, mine, "SPRING") else "6.00")
        client.post(f"/documents/{mine.pk}/pay/", {"total": totals[-1], "version": "1", "code": "SPRING"} | CONSENT)
    assert totals == ["5.40", "6.00", "5.40"]


def test_forged_proxy_headers_are_no_new_address(browser: Client, document: Document) -> None:
    for number in range(orders.TRIES_BY_PERSON):
        browser.get(
            f"/documents/{document.pk}/price/?code=GUESS-{number}", headers={"X-Forwarded-For": f"203.0.113.{number}"}
        )
    assert TOO_MANY in try_code(browser, document, "GUESS-X")


def test_while_nobody_can_count_no_code_is_tried(browser: Client, document: Document, settings: Any) -> None:
    PromoCode.objects.create(code="SPRING", percent=Decimal(10))
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    page = try_code(browser, document, "SPRING")
    assert TOO_MANY in page
    assert 'name="total" value="6.00"' in page


def test_a_code_that_was_switched_off_looks_like_one_that_never_was(browser: Client, document: Document) -> None:
    PromoCode.objects.create(code="OFF-1", percent=Decimal(10), enabled=False)
    off, never = (try_code(browser, document, code) for code in ("OFF-1", "OFF-2"))
    assert unmarked(off).replace("OFF-1", "") == unmarked(never).replace("OFF-2", "")


def unmarked(page: str) -> str:
    """A page without what is new in each: its tokens."""
    return re.sub(r"[A-Za-z0-9]{64}", "", page.partition("<body")[2])


def test_what_is_signed_is_signed_over_the_body_as_it_came(payment: Payment, sandbox: Running) -> None:
    """The same event in other words (spaces, order) is not what was signed."""
    event = success_of(sandbox, payment)
    sign = signed(event)[1]
    with nothing_changes():
        assert knock(json.dumps(event).encode(), sign) == 400
