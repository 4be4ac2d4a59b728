"""The mailbox that mails come back to, read over a real socket with TLS (R-54)."""

import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts import tasks
from accounts.domain import bounce_mailbox, delivery_status
from accounts.models import Mail, MailEvent, MailStop, User
from tesigo.platform.models import Alert
from tests.accounts.imap import PASSWORD, Mailbox, serving
from tests.accounts.journey import ADDRESS, Post
from tests.accounts.test_mail_events import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """An empty mailbox, set up, its certificate trusted as those of the system are."""
    with serving(tmp_path) as mailbox:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        settings.BOUNCE_MAILBOX_URL = f"imaps://bounces%40tesigo.example:{PASSWORD}@127.0.0.1:{mailbox.port}/INBOX"
        yield mailbox


@pytest.fixture
def sent(db: None) -> Mail:
    user = User.objects.create_user(ADDRESS)
    return Mail.objects.create(user=user, to=ADDRESS, template="ready", state="sent", due_at=None)


def report(row: Mail | str, *, action: str = "failed", status: str = "5.1.1", whole: bool = True) -> bytes:
    """As Postfix writes it."""
    name = row if isinstance(row, str) else row.pk
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    return (
        dedent(f"""\
        From: MAILER-DAEMON@mx.university.example
        To: bounces@tesigo.example
        Subject: Undelivered Mail Returned to Sender
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="B"

        --B
        Content-Type: text/plain; charset=us-ascii

        I'm sorry. 5.1.1 is what they all say.

        --B
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.university.example
        Arrival-Date: Sun, 29 Nov 2026 03:00:00 +0000

        Final-Recipient: rfc822; eve@evil.example
        Action: {action}
        Status: {status}
        Diagnostic-Code: smtp; 550 {status} what the server said

        --B
        Content-Type: {kind}

        From: TesiGo <no-reply@tesigo.example>
        X-TesiGo-Mail: {name}
        Subject: Your document

        Hello
        --B--
        """)
        .replace("\n", "\r\n")
        .encode()
    )


@pytest.mark.parametrize("whole", [True, False], ids=["whole mail", "headers"])
def test_a_report_stops_the_address_of_its_mail_and_is_deleted(box: Mailbox, sent: Mail, whole: bool) -> None:
    box.put(report(sent, whole=whole))
    tasks.read_bounce_mailbox()
    assert box.messages == {}
    work()
    sent.refresh_from_db()
    assert (sent.state, sent.status) == ("bounced", "5.1.1")
    assert (MailStop.objects.get().user, MailStop.objects.get().told_by) == (sent.user, "dsn")


@pytest.mark.parametrize(
    ("action", "status", "state"),
    [
        ("failed", "5.2.2", "bounced"),
        ("failed", "5.7.1", "bounced"),
        ("failed", "4.4.7", "bounced"),
        ("delivered", "2.0.0", "delivered"),
        ("delayed", "4.4.1", "sent"),
    ],
)
def test_what_is_not_said_of_the_address_does_not_stop_it(
    box: Mailbox, sent: Mail, action: str, status: str, state: str
) -> None:
    box.put(report(sent, action=action, status=status))
    bounce_mailbox.read()
    work()
    sent.refresh_from_db()
    assert sent.state == state
    assert not MailStop.objects.exists()


def test_the_same_report_twice_is_one_event(box: Mailbox, sent: Mail) -> None:
    box.put(report(sent))
    box.put(report(sent))
    assert bounce_mailbox.read() == 2
    assert MailEvent.objects.count() == 1


@pytest.mark.parametrize(
    "message",
    [
        b"From: boss@example.org\r\nSubject: Hello\r\n\r\n5.1.1 X-TesiGo-Mail",
        report("not-an-id"),
        b"Content-Type: multipart/report; boundary=B\r\n\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\n",
        b"\xff\x00\xfe",
        b"",
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n\r\nStatus: 5.1.1",
        b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + b"--B\r\n\r\nx\r\n" * 5_000,
    ],
    ids=["a letter", "no id", "cut", "bytes", "empty", "no mail", "many parts"],
)
def test_anything_else_stays_for_people_to_look_at(box: Mailbox, message: bytes) -> None:
    uid = box.put(message)
    assert bounce_mailbox.read() == 0
    assert box.flags[uid] == {"\\SEEN"}
    assert uid in box.messages
    assert not MailEvent.objects.exists()
    assert bounce_mailbox.read() == 0, "nor is it read again"


def test_of_a_report_with_a_large_mail_only_the_beginning_is_read(box: Mailbox, sent: Mail) -> None:
    whole = report(sent)
    end = whole.index(b"--B--")
    box.put(whole[:end] + b"x" * 3_000_000 + whole[end:])
    assert bounce_mailbox.read() == 1
    assert box.largest == 256 * 1024


def test_a_server_that_says_no_is_told_to_staff_without_its_words(box: Mailbox) -> None:
    box.refuses = True
    assert bounce_mailbox.read() == 0
    assert "@" not in Alert.objects.get(key="bounce-mailbox").text


def test_a_server_that_never_answers_costs_its_time_limit(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    box.is_silent = True
    monkeypatch.setattr(bounce_mailbox, "_ANSWER_SECONDS", 0.2)
    began = time.monotonic()
    assert bounce_mailbox.read() == 0
    assert time.monotonic() - began < 8
    assert Alert.objects.filter(key="bounce-mailbox").exists()


def test_a_certificate_that_nobody_vouches_for_is_not_talked_to(
    box: Mailbox, sent: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    box.put(report(sent))
    assert bounce_mailbox.read() == 0
    assert box.messages


def test_a_server_that_begins_in_the_clear_hears_the_password_behind_tls_alone(
    box: Mailbox, sent: Mail, settings: Settings
) -> None:
    settings.BOUNCE_MAILBOX_URL = settings.BOUNCE_MAILBOX_URL.replace("imaps:", "imap+tls:")
    box.begins_in_the_clear = True
    box.put(report(sent))
    assert bounce_mailbox.read() == 1
    assert box.in_the_clear == ["CAPABILITY", "STARTTLS"]
    assert box.messages == {}


def test_a_server_without_tls_does_not_hear_the_password(box: Mailbox, sent: Mail, settings: Settings) -> None:
    settings.BOUNCE_MAILBOX_URL = settings.BOUNCE_MAILBOX_URL.replace("imaps:", "imap+tls:")
    box.begins_in_the_clear = box.knows_no_tls = True
    box.put(report(sent))
    assert bounce_mailbox.read() == 0
    assert box.in_the_clear == ["CAPABILITY"]
    assert Alert.objects.filter(key="bounce-mailbox").exists()


def test_a_folder_that_is_not_there_is_told_to_staff(box: Mailbox, sent: Mail, settings: Settings) -> None:
    settings.BOUNCE_MAILBOX_URL = settings.BOUNCE_MAILBOX_URL.replace("/INBOX", "/Elsewhere")
    uid = box.put(report(sent))
    assert bounce_mailbox.read() == 0
    assert Alert.objects.filter(key="bounce-mailbox").exists()
    assert box.flags[uid] == set()


def test_what_does_not_fit_into_the_time_of_one_look_waits_for_the_next(
    box: Mailbox, sent: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = box.put(report(sent))
    with monkeypatch.context() as patch:
        patch.setattr(bounce_mailbox, "_LOOK_SECONDS", -1.0)
        assert bounce_mailbox.read() == 0
    assert box.flags[uid] == set(), "not read yet"
    assert not Alert.objects.exists()
    assert bounce_mailbox.read() == 1


def test_without_a_mailbox_nothing_is_read(settings: Settings) -> None:
    settings.BOUNCE_MAILBOX_URL = ""
    assert bounce_mailbox.read() == 0


def test_the_envelope_names_the_mailbox_and_the_mail_names_us(post: Post, sent: Mail, settings: Settings) -> None:
    settings.BOUNCE_ADDRESS = "bounces@tesigo.example"
    Mail.objects.update(
        state="queued", due_at=timezone.now(), template="retracted",
        context={"title": "x", "work": "y", "document_id": "11111111-1111-4111-8111-111111111111"},
    )  # fmt: skip
    post.deliver()
    (arrived,) = post.sandbox.control.mails(ADDRESS)
    assert arrived["sender"] == "bounces@tesigo.example"
    assert arrived["headers"]["From"] == settings.DEFAULT_FROM_EMAIL


def test_a_reader_of_reports_knows_nothing_but_bytes() -> None:
    told = delivery_status.read(report("11111111-1111-4111-8111-111111111111"), now=timezone.now())
    assert told is not None
    assert (told.status, str(told.mail_id)) == ("5.1.1", "11111111-1111-4111-8111-111111111111")
