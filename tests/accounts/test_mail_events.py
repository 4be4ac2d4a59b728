"""What providers tell of mails that left: believed only when signed, kept once, worked in any order (R-54)."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import tasks
from accounts.domain import mail, mail_events
from accounts.models import Mail, MailEvent, MailStop, SignInRequest, User
from accounts.providers import generic, headers_for
from privacy.models import AuditEvent
from sandbox.sns import HOST, TOPIC
from sandbox.testing import Running
from tests.accounts.journey import ADDRESS, ask, at_once

pytestmark = pytest.mark.django_db

SECRET = "q7Zr2mXw9Lk4Vb8Tn6Jd3Hf5Gs1Pc0Ya-Ue"  # pragma: allowlist secret
KEY = "key-7f3a9c1e5b2d8046af13ce97"  # pragma: allowlist secret


@pytest.fixture(autouse=True)
def providers(settings: Settings, sandbox: Running) -> None:
    """All of them are set up; Amazon is reached at the sandbox."""
    settings.MAIL_EVENTS_SECRET = SECRET
    settings.MAILGUN_SIGNING_KEY = KEY
    settings.POSTMARK_WEBHOOK_SECRET = SECRET
    settings.SES_TOPICS = [TOPIC]
    settings.SNS_BASE_URL = f"{sandbox.base_url}/sns"


@pytest.fixture
def sent(db: None) -> Mail:
    """A mail that has left for Ada."""
    user = User.objects.create_user(ADDRESS)
    left = {"state": "sent", "sent_at": timezone.now(), "due_at": None}
    return Mail.objects.create(user=user, to=ADDRESS, template="ready", **left)


def post(client: Client, provider: str, body: Any, *, kind: str = "application/json", **headers: str) -> int:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/mail/events/{provider}/", raw, content_type=kind, headers=headers).status_code


def work() -> None:
    """The worker, some time later."""
    MailEvent.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    for pk in MailEvent.objects.filter(due_at__isnull=False).order_by("pk").values_list("pk", flat=True):
        tasks.work_mail_event(str(pk))


def json_told(client: Client, row: Mail, event: str, **more: Any) -> int:
    body = json.dumps({"id": str(uuid.uuid4()), "mail": str(row.pk), "event": event, **more}).encode()
    signed = generic.signature(body, secret=SECRET, at=int(time.time()))
    return post(client, "json", body, **{"X-TesiGo-Signature": signed})


def ses_report(row: Mail, kind: str = "Bounce", status: str = "5.1.1") -> dict[str, Any]:
    """As SES publishes it, with the headers of the mail."""
    about = {"messageId": "0100-ses", "headers": [{"name": "X-TesiGo-Mail", "value": str(row.pk)}]}
    report: dict[str, Any] = {"notificationType": kind, "mail": about}
    if kind == "Bounce":
        recipient = {"emailAddress": "eve@evil.example", "status": status, "diagnosticCode": f"smtp; 550 {status} no"}
        report["bounce"] = {"bounceType": "Permanent", "bouncedRecipients": [recipient]}
    return report


def mailgun_told(event: dict[str, Any], *, token: str = "", at: int | None = None) -> dict[str, Any]:
    stamp, token = str(at or int(time.time())), token or uuid.uuid4().hex
    signed = hmac.new(KEY.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"signature": {"timestamp": stamp, "token": token, "signature": signed}, "event-data": event}


def mailgun_bounce(row: Mail, **more: Any) -> dict[str, Any]:
    delivery = {"code": 550, "enhanced-code": "5.1.1", "message": "no such mailbox"}
    told = {"id": uuid.uuid4().hex, "event": "failed", "severity": "permanent", "delivery-status": delivery}
    return {**told, "user-variables": {"tesigo-mail": str(row.pk)}, "timestamp": time.time(), **more}


def postmark_bounce(row: Mail) -> dict[str, Any]:
    return {
        "RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "TypeCode": 1, "MessageID": str(uuid.uuid4()),
        "Metadata": {"tesigo-mail": str(row.pk)}, "Details": "smtp;550 5.1.1 no such user", "Email": "eve@evil.example",
        "BouncedAt": "2026-11-05T16:33:54.0000000Z",
    }  # fmt: skip


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"postmark:{password}".encode()).decode()


def tell_bounce(client: Client, sandbox: Running, provider: str, row: Mail) -> int:
    if provider == "ses":
        signed = sandbox.control.post("sns", Message=ses_report(row))
        return post(client, "ses", signed, kind="text/plain; charset=UTF-8")
    if provider == "mailgun":
        return post(client, "mailgun", mailgun_told(mailgun_bounce(row)))
    if provider == "postmark":
        return post(client, "postmark", postmark_bounce(row), Authorization=basic(SECRET))
    return json_told(client, row, "bounced", status="5.1.1")


@pytest.mark.parametrize("provider", ["json", "ses", "mailgun", "postmark"])
def test_a_bounce_told_by_each_stops_the_address_of_the_mail(
    client: Client, sandbox: Running, sent: Mail, provider: str
) -> None:
    assert tell_bounce(client, sandbox, provider, sent) == 200
    work()
    sent.refresh_from_db()
    assert (sent.state, sent.status) == ("bounced", "5.1.1")
    row = MailStop.objects.get()
    assert (row.user, row.told_by) == (sent.user, provider), "whom it is about is read from the mail"
    assert sent.user
    sent.user.refresh_from_db()
    assert sent.user.mail_refused_at


@pytest.mark.parametrize("provider", ["json", "ses", "mailgun", "postmark", "sendgrid", "dsn"])
def test_who_is_unknown_or_not_set_up_finds_no_door(client: Client, settings: Settings, provider: str) -> None:
    settings.MAIL_EVENTS_SECRET = settings.MAILGUN_SIGNING_KEY = settings.POSTMARK_WEBHOOK_SECRET = ""
    settings.SES_TOPICS = []
    assert post(client, provider, {}) == 404
    assert headers_for("x") == {}


def test_each_provider_is_given_the_id_in_its_own_way() -> None:
    assert headers_for("17") == {
        "X-SES-MESSAGE-TAGS": "tesigo-mail=17",
        "X-Mailgun-Variables": '{"tesigo-mail": "17"}',
        "X-PM-Metadata-tesigo-mail": "17",
    }


def test_ses_may_bring_the_id_back_as_a_tag(client: Client, sandbox: Running, sent: Mail) -> None:
    report = ses_report(sent) | {"mail": {"tags": {"tesigo-mail": [str(sent.pk)]}}, "eventType": "Bounce"}
    assert post(client, "ses", sandbox.control.post("sns", Message=report)) == 200
    work()
    sent.refresh_from_db()
    assert sent.state == "bounced"


def test_a_certificate_is_fetched_once(client: Client, sandbox: Running, sent: Mail) -> None:
    before = sandbox.control.get("sns")["fetched"]
    for _ in range(3):
        tell_bounce(client, sandbox, "ses", sent)
    assert sandbox.control.get("sns")["fetched"] == before + 1
    assert MailEvent.objects.count() == 3


SNS_LIES: dict[str, dict[str, Any]] = {
    "another message": {"Message": '{"notificationType": "Complaint"}'},
    "another time": {"Timestamp": "2026-11-01T00:00:00.000Z"},
    "no signature": {"Signature": ""},
    "not base64": {"Signature": "§"},
    "SHA-1": {"SignatureVersion": "1"},
    "another topic": {"TopicArn": "arn:aws:sns:eu-central-1:666:evil"},
    "another type": {"Type": "UnsubscribeConfirmation"},
    "another path": {"SigningCertURL": f"{HOST}/other.pem"},
    "no such certificate": {"SigningCertURL": f"{HOST}/SimpleNotificationService-0123abcd.pem"},
    "a list": {"SigningCertURL": ["x"]},
    "a number for a text": {"Message": 7},
    "half a surrogate": {"Message": "\ud800"},
}


@pytest.mark.parametrize("lie", sorted(SNS_LIES))
def test_what_amazon_did_not_sign_is_refused(client: Client, sandbox: Running, sent: Mail, lie: str) -> None:
    signed = sandbox.control.post("sns", Message=ses_report(sent))
    assert post(client, "ses", signed | SNS_LIES[lie]) == 400
    assert not MailEvent.objects.exists()
    assert AuditEvent.objects.filter(action="mail_event.refused").count() == 1


#: Beginnings of addresses under which the very certificate of the key would be found, were they asked.
ELSEWHERE = {
    "a host that is not Amazon's": "https://sns.evil.example",
    "a host that begins like Amazon's": "https://sns.eu-central-1.amazonaws.com.evil.example",
    "a host that ends like Amazon's": "https://evil-sns.eu-central-1.amazonaws.com",
    "a user in the address": "https://sns.eu-central-1.amazonaws.com@evil.example",
    "a bucket of anybody's": "https://s3.amazonaws.com",
    "no TLS": "http://sns.eu-central-1.amazonaws.com",
    "a port": "https://sns.eu-central-1.amazonaws.com:8443",
    "another letter case": "https://SNS.eu-central-1.amazonaws.com",
    "brackets": "https://[sns.eu-central-1.amazonaws.com",
}


@pytest.mark.parametrize("where", sorted(ELSEWHERE))
def test_a_certificate_from_elsewhere_is_neither_fetched_nor_believed(
    client: Client, sandbox: Running, sent: Mail, where: str
) -> None:
    signed = sandbox.control.post("sns", Message=ses_report(sent))
    before = sandbox.control.get("sns")["fetched"]
    address = signed["SigningCertURL"].replace(HOST, ELSEWHERE[where])
    assert post(client, "ses", signed | {"SigningCertURL": address}) == 400
    assert sandbox.control.get("sns")["fetched"] == before
    assert post(client, "ses", signed) == 200, "the same from Amazon is believed"


@pytest.mark.parametrize("days", [-1, 4])
def test_a_message_of_amazons_from_another_day_is_refused(client: Client, sandbox: Running, days: int) -> None:
    at = (datetime.now(UTC) - timedelta(days=days)).isoformat().replace("+00:00", "Z")
    assert post(client, "ses", sandbox.control.post("sns", Message={}, Timestamp=at)) == 400


def test_while_the_certificate_cannot_be_had_amazon_is_asked_to_come_again(
    client: Client, sandbox: Running, settings: Settings, sent: Mail
) -> None:
    signed = sandbox.control.post("sns", Message=ses_report(sent))
    settings.SNS_BASE_URL = "http://127.0.0.1:1"
    assert post(client, "ses", signed) == 503
    settings.SNS_BASE_URL = f"{sandbox.base_url}/sns"
    assert post(client, "ses", signed) == 200


def test_a_topic_of_ours_is_confirmed_at_amazons_address_alone(client: Client, sandbox: Running) -> None:
    told = sandbox.control.post("sns", Type="SubscriptionConfirmation", Message="You have chosen to subscribe")
    assert post(client, "ses", told, kind="text/plain") == 200
    assert sandbox.control.get("sns")["confirmed"] == [], "not in the request"
    work()
    assert sandbox.control.get("sns")["confirmed"] == ["t0ken"]
    assert MailEvent.objects.get().confirm_url == ""
    elsewhere = "https://evil.example/?Action=ConfirmSubscription"
    lured = sandbox.control.post("sns", Type="SubscriptionConfirmation", Message="x", SubscribeURL=elsewhere)
    assert post(client, "ses", lured) == 400
    assert MailEvent.objects.count() == 1


def test_a_token_of_mailguns_counts_once(client: Client, sent: Mail) -> None:
    told = mailgun_told(mailgun_bounce(sent), token="t" * 50)
    assert [post(client, "mailgun", told) for _ in range(2)] == [200, 200], "Mailgun itself tries again"
    forged = mailgun_told(mailgun_bounce(sent, event="complained"), token="t" * 50)
    assert post(client, "mailgun", forged) == 400, "the signature does not cover what is told"
    assert MailEvent.objects.count() == 1


@pytest.mark.parametrize("seconds", [-3600, 10 * 3600])
def test_an_old_signature_of_mailguns_is_refused(client: Client, sent: Mail, seconds: int) -> None:
    assert post(client, "mailgun", mailgun_told(mailgun_bounce(sent), at=int(time.time()) - seconds)) == 400


def test_a_wrong_signature_of_mailguns_is_refused(client: Client, sent: Mail) -> None:
    told = mailgun_told(mailgun_bounce(sent))
    told["signature"]["signature"] = "0" * 64
    assert post(client, "mailgun", told) == 400
    assert post(client, "mailgun", {"event-data": {}}) == 400


def test_what_mailgun_tries_again_is_no_bounce(client: Client, sent: Mail) -> None:
    post(client, "mailgun", mailgun_told(mailgun_bounce(sent, severity="temporary")))
    work()
    sent.refresh_from_db()
    assert sent.state == "sent"


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"Authorization": basic(SECRET)}, 200),
        ({"X-TesiGo-Secret": SECRET}, 200),
        ({"Authorization": basic("wrong")}, 400),
        ({"Authorization": "Basic §"}, 400),
        ({"Authorization": f"Bearer {SECRET}"}, 400),
        ({}, 400),
    ],
    ids=["password", "header", "wrong", "unreadable", "bearer", "none"],
)
def test_postmark_is_known_by_our_secret(client: Client, sent: Mail, headers: dict[str, str], answer: int) -> None:
    assert post(client, "postmark", postmark_bounce(sent), **headers) == answer


def test_a_signature_of_json_is_over_time_and_body(client: Client, sent: Mail) -> None:
    body = json.dumps({"id": "1", "mail": str(sent.pk), "event": "bounced"}).encode()
    now = int(time.time())
    good = generic.signature(body, secret=SECRET, at=now)
    for signed, answer in (
        (good, 200),
        (generic.signature(body + b" ", secret=SECRET, at=now), 400),
        (generic.signature(body, secret=SECRET[::-1], at=now), 400),
        (generic.signature(body, secret=SECRET, at=now - 400), 400),
        (good.replace(str(now), str(now + 1)), 400),
        ("", 400),
        ("t=,v1=", 400),
    ):
        assert post(client, "json", body, **{"X-TesiGo-Signature": signed}) == answer, signed


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"[" * 100_000, b"\xff"])
@pytest.mark.parametrize("provider", ["json", "ses", "mailgun", "postmark"])
def test_nonsense_is_refused(client: Client, provider: str, body: bytes) -> None:
    assert post(client, provider, body) == 400


@pytest.mark.parametrize("name", [None, "", "x" * 201, "a\x00b", {"a": 1}, "ä"])
def test_an_event_without_a_name_that_can_be_kept_is_refused(client: Client, sent: Mail, name: Any) -> None:
    assert post(client, "mailgun", mailgun_told(mailgun_bounce(sent, id=name))) == 400


@pytest.mark.parametrize(
    ("events", "ends"),
    [
        (["delivered"], "delivered"),
        (["delivered", "bounced"], "bounced"),
        (["bounced", "delivered"], "bounced"),
        (["delivered", "complained"], "complained"),
        (["complained", "bounced"], "complained"),
        (["complained", "delivered"], "complained"),
        (["opened"], "sent"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_events_in_any_order_end_alike(client: Client, sent: Mail, events: list[str], ends: str) -> None:
    for event in events * 2:
        json_told(client, sent, event, status="5.2.2")
    work()
    sent.refresh_from_db()
    assert sent.state == ends
    assert not MailStop.objects.filter(reason="bounced").exists(), "the mailbox is full"


def test_a_complaint_stops_all_but_sign_in_mails(client: Client, sent: Mail) -> None:
    json_told(client, sent, "complained")
    work()
    assert MailStop.objects.get().reason == "complained"


def test_a_mail_whose_link_was_opened_has_arrived_whatever_is_told(client: Client, sent: Mail) -> None:
    Mail.objects.update(state="opened")
    json_told(client, sent, "bounced", status="5.1.1")
    work()
    assert not MailStop.objects.exists()


def test_a_late_report_does_not_stop_an_address_that_was_proven_since(client: Client, sent: Mail) -> None:
    Mail.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    request = ask()
    SignInRequest.objects.filter(pk=request.pk).update(redeemed_at=timezone.now())
    json_told(client, sent, "bounced", status="5.1.1")
    work()
    sent.refresh_from_db()
    assert sent.state == "bounced"
    assert not MailStop.objects.exists()


def test_an_event_of_a_mail_that_there_is_not_changes_nothing(client: Client) -> None:
    json_told(client, Mail(pk=uuid.uuid4()), "bounced", status="5.1.1")
    work()
    row = MailEvent.objects.get()
    assert (row.error, row.due_at) == ("No mail of ours.", None)
    assert not MailStop.objects.exists()


def test_an_event_that_is_faster_than_its_mails_worker_waits_for_it(client: Client, sent: Mail) -> None:
    Mail.objects.update(state="queued", due_at=timezone.now())
    json_told(client, sent, "bounced", status="5.1.1")
    work()
    assert not MailStop.objects.exists()
    Mail.objects.update(state="sent", due_at=None)
    work()
    assert MailStop.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_event_many_times_at_once_is_one(sandbox: Running, sent: Mail) -> None:
    told = sandbox.control.post("sns", Message=ses_report(sent))
    answers = at_once(6, lambda _number: post(Client(), "ses", told))
    assert answers == [200] * 6
    row = MailEvent.objects.get()
    worked = at_once(4, lambda _number: mail_events.work(event_id=row.pk))
    assert sum(worked) == 1
    assert MailStop.objects.count() == 1


def test_the_database_keeps_an_event_once(sent: Mail) -> None:
    given: dict[str, Any] = {"provider": "json", "event_id": "1", "kind": "other", "happened_at": timezone.now()}
    MailEvent.objects.create(**given, nonce="n")
    with pytest.raises(IntegrityError, match="mail_event_once"), transaction.atomic():
        MailEvent.objects.create(**given)
    with pytest.raises(IntegrityError, match="nonce"), transaction.atomic():
        MailEvent.objects.create(**given | {"event_id": "2"}, nonce="n")
    with pytest.raises(IntegrityError, match="mail_event_kind_known"), transaction.atomic():
        MailEvent.objects.create(**given | {"event_id": "3", "kind": "gone"})


def test_get_and_a_page_of_another_site_find_nothing(client: Client) -> None:
    assert client.get("/mail/events/json/").status_code == 405
    assert mail.MAILS.name == "mail"


#: What a field may hold that whoever fills it in has made up: half a character, no word, a number without end.
NASTY: list[Any] = ["\ud800", "\x00", [], {}, [["x"]], {"x": []}, 10**4000, -1, 1.5, True, None, "x" * 10_000, "\u202e"]
SHAPES: dict[str, dict[str, Any]] = {
    "json": {"id": "1", "mail": "m", "event": "bounced", "status": "5.1.1", "at": 0},
    "mailgun": {"signature": {"timestamp": "1", "token": "t", "signature": "s"}, "event-data": {"id": "1"}},
    "ses": {
        "Type": "Notification", "TopicArn": TOPIC, "SignatureVersion": "2", "Message": "{}", "MessageId": "1",
        "Subject": "s", "Timestamp": "2026-01-01T00:00:00Z", "Signature": "AAAA", "SubscribeURL": "https://x/",
        "SigningCertURL": f"https://{HOST}/SimpleNotificationService-0123456789abcdef.pem",
    },
    "postmark": {"RecordType": "Bounce", "Type": "HardBounce", "ID": 1, "Metadata": {}, "BouncedAt": "x"},
}  # fmt: skip


def spoilt(shape: Any) -> list[Any]:
    """The shape with each of its values, also those within, made nasty in each way."""
    found: list[Any] = []
    for name, value in shape.items():
        found += [{**shape, name: one} for one in NASTY]
        if isinstance(value, dict):
            found += [{**shape, name: one} for one in spoilt(value)]
    return found


@pytest.mark.parametrize("provider", SHAPES)
def test_whatever_a_stranger_fills_in_is_refused_and_breaks_nothing(client: Client, provider: str) -> None:
    for body in [SHAPES[provider], *spoilt(SHAPES[provider])]:
        if json.dumps(body) != json.dumps({}):
            assert post(client, provider, body) in (400, 503), body
    assert not MailEvent.objects.exists()


@pytest.mark.parametrize("provider", ["json", "mailgun", "postmark"])
def test_a_time_that_no_calendar_has_is_that_of_its_arrival(client: Client, sent: Mail, provider: str) -> None:
    for number, when in enumerate(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", -(10**10), 10**300]):
        body: dict[str, Any]
        if provider == "json":
            body = {"id": f"e{number}", "mail": str(sent.pk), "event": "delivered", "at": when}
            signed = generic.signature(json.dumps(body).encode(), secret=SECRET, at=int(time.time()))
            assert post(client, "json", body, **{"X-TesiGo-Signature": signed}) == 200
        elif provider == "mailgun":
            stamp, token = str(int(time.time())), f"token{number}"
            mac = hmac.new(KEY.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
            data = {"id": f"e{number}", "event": "delivered", "timestamp": when}
            body = {"signature": {"timestamp": stamp, "token": token, "signature": mac}, "event-data": data}
            assert post(client, "mailgun", body) == 200
        else:
            body = {"RecordType": "Delivery", "MessageID": f"e{number}", "DeliveredAt": when}
            assert post(client, "postmark", body, **{"X-TesiGo-Secret": SECRET}) == 200
    # They can be read back.
    kept = MailEvent.objects.values_list("happened_at", flat=True)
    assert [abs(one - timezone.now()) < timedelta(minutes=1) for one in kept] == [True] * 4
