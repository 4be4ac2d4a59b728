"""What a refusal says of an address, and what becomes of mails to it (R-54)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.domain import mail, mail_addresses, signin
from accounts.domain.bounces import BounceVerdict, verdict
from accounts.enhanced_status import status_in
from accounts.enums import StopReason
from accounts.models import Mail, MailStop, User
from privacy.models import AuditEvent
from tesigo.platform import duty
from tesigo.platform.crypto import keyed_hash
from tests.accounts.journey import ADDRESS, Post, ask, ask_by_page, at_once
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

CONTEXT = {"title": "x", "work": "y", "document_id": "11111111-1111-4111-8111-111111111111"}


def write_to(user: User) -> Mail:
    mail.send_mail(user=user, template="retracted", context=CONTEXT)
    return Mail.objects.filter(user=user).latest("created_at")


def sent_to(address: str, post: Post) -> Mail:
    row = write_to(User.objects.create_user(address))
    post.deliver()
    row.refresh_from_db()
    return row


def stop(address: str, reason: StopReason = StopReason.BOUNCED) -> bool:
    return mail_addresses.stop(address=address, reason=reason, status="5.1.1", told_by="smtp", now=timezone.now())


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        ("5.1.1", 550, BounceVerdict.DEAD),
        ("5.1.2", 0, BounceVerdict.DEAD),
        ("5.1.10", 0, BounceVerdict.DEAD),
        ("5.1.8", 501, BounceVerdict.REFUSED),  # our own address
        ("5.2.2", 552, BounceVerdict.LATER),
        ("5.7.1", 550, BounceVerdict.LATER),
        ("5.4.4", 550, BounceVerdict.UNREACHABLE),
        ("5.4.7", 0, BounceVerdict.LATER),
        ("4.1.1", 450, BounceVerdict.LATER),
        ("4.4.7", 0, BounceVerdict.LATER),
        ("5.6.1", 554, BounceVerdict.REFUSED),
        ("", 550, BounceVerdict.REFUSED),
        ("", 450, BounceVerdict.LATER),
        ("nonsense", 0, BounceVerdict.REFUSED),
    ],
)
def test_only_what_is_said_of_the_address_is_held_against_it(status: str, code: int, said: BounceVerdict) -> None:
    assert verdict(status, code=code) is said


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (b"5.1.1 <x@y.example>: no such mailbox", "5.1.1"),
        ("smtp;550 5.7.1 blocked, see 192.5.1.1", "5.7.1"),
        ("from 10.5.1.1 with love", ""),
        (b"\xff\xfe", ""),
        ("5.01.01 padded", "5.1.1"),
    ],
)
def test_the_code_is_found_among_words_and_addresses(words: str | bytes, status: str) -> None:
    assert status_in(words) == status


def test_an_address_that_does_not_exist_is_not_written_to_again(post: Post) -> None:
    first = sent_to("bounce@university.example", post)
    assert (first.state, first.status, first.error) == ("bounced", "5.1.1", "refused: 550 5.1.1")
    assert first.user
    second = write_to(first.user)
    post.deliver()
    second.refresh_from_db()
    assert (second.state, second.tries) == ("withheld", 1)
    assert len(post.sandbox.control.calls("smtp")["calls"]) == 0, "refused before anything was sent"
    row = MailStop.objects.get()
    assert (row.reason, row.status, row.told_by, row.user) == ("bounced", "5.1.1", "smtp", first.user)
    assert b"bounce" not in bytes(row.address_hash)


@pytest.mark.parametrize("address", ["mailbox-full@university.example", "block-listed@university.example"])
def test_a_full_mailbox_and_a_list_of_servers_are_not_the_fault_of_the_address(post: Post, address: str) -> None:
    row = sent_to(address, post)
    assert row.state == "queued"
    assert row.error.startswith("refused: 55")
    assert not MailStop.objects.exists()
    now = row.due_at
    for _ in range(mail.MAX_TRIES - 1):
        mail.deliver(mail_id=str(row.pk), now=now)
        row.refresh_from_db()
        now = row.due_at or now
    assert (row.state, row.tries) == ("failed", 12)
    assert row.user
    row.user.refresh_from_db()
    assert row.user.mail_refused_at, "its owner is told on the pages"


def test_a_refusal_without_a_code_of_its_own_bounces_the_mail_and_not_the_address(post: Post) -> None:
    assert sent_to("no-code@university.example", post).state == "bounced"
    assert not MailStop.objects.exists()


def test_no_way_to_a_domain_is_believed_when_it_is_said_another_day(post: Post) -> None:
    first = sent_to("no-way-there@university.example", post)
    assert (first.state, first.status) == ("bounced", "5.4.4")
    assert first.user
    write_to(first.user)
    post.deliver()
    assert not MailStop.objects.exists(), "said twice within a day"
    Mail.objects.update(created_at=timezone.now() - timedelta(days=2))
    write_to(first.user)
    post.deliver()
    assert MailStop.objects.get().status == "5.4.4"


def test_after_a_complaint_only_sign_in_mails_leave(post: Post) -> None:
    user = User.objects.create_user(ADDRESS)
    stop(ADDRESS, StopReason.COMPLAINED)
    row = write_to(user)
    ask()
    post.deliver()
    row.refresh_from_db()
    assert row.state == "withheld"
    assert Mail.objects.get(template="signin").state == "sent"


def test_a_sign_in_mail_to_a_dead_address_is_withheld_and_its_secret_gone(post: Post) -> None:
    stop(ADDRESS)
    ask()
    post.deliver()
    row = Mail.objects.get()
    assert (row.state, row.sealed) == ("withheld", "")


def test_asking_with_a_dead_address_is_answered_as_with_any_other(post: Post) -> None:
    stop(ADDRESS)
    pages = [ask_by_page(Client(), address) for address in (ADDRESS, "bea@university.example")]
    assert pages[0].status_code == pages[1].status_code
    assert pages[0].headers["Location"] == pages[1].headers["Location"]
    assert Mail.objects.filter(state="queued").count() == 2, "the worker finds out, not the request"


def test_a_tag_and_letter_case_do_not_hide_an_address(post: Post) -> None:
    stop("Ada+x@University.Example")
    assert mail_addresses.is_stopped(address=ADDRESS, is_signin=True)
    assert not stop(ADDRESS)


def test_a_proof_by_sign_in_has_the_address_written_to_again(post: Post) -> None:
    request = ask(browser="b")
    newest = post.newest()
    stop(ADDRESS)
    stop(ADDRESS, StopReason.COMPLAINED)
    signin.prove_by_code(browser="b", code=newest.code, now=timezone.now())
    assert list(MailStop.objects.values_list("reason", flat=True)) == ["complained"]
    assert request.email == ADDRESS


def test_staff_lift_it_and_leave_a_trace(post: Post) -> None:
    user = User.objects.create_user(ADDRESS)
    boss = User.objects.create_superuser("boss@example.org", "a password that is long")
    stop(ADDRESS)
    assert mail_addresses.lift(address=ADDRESS, by=boss) == 1
    assert mail_addresses.lift(address=ADDRESS, by=boss) == 0
    row = write_to(user)
    post.deliver()
    row.refresh_from_db()
    assert row.state == "sent"
    event = AuditEvent.objects.get(action="mail_address.lifted")
    assert (event.actor_id, event.object_id) == (boss.pk, str(user.pk))
    assert ADDRESS not in str(event.details)


def test_staff_find_an_address_by_typing_it_and_lift_it_in_the_admin(client: Client) -> None:
    sign_in(client, User.objects.create_superuser("boss@example.org", "a password that is long"))
    stop("nobody@university.example")
    stop("other@university.example")
    page = client.get("/admin/accounts/mailstop/", {"q": "Nobody@university.example"})
    assert "1 mail stop" in page.content.decode()
    row = mail_addresses.stops_of(address="nobody@university.example").get()
    client.post("/admin/accounts/mailstop/", {"action": "lift", "_selected_action": [row.pk]})
    assert not mail_addresses.stops_of(address="nobody@university.example").exists()
    assert MailStop.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_told_by_many_at_once_it_is_noted_once() -> None:
    results = at_once(6, lambda _number: stop(ADDRESS))
    assert all(isinstance(one, bool) for one in results), results
    assert MailStop.objects.count() == 1


def test_the_database_notes_an_address_once_and_only_for_reasons_that_there_are() -> None:
    stop(ADDRESS)
    hashed = keyed_hash("mail-address", ADDRESS)
    with pytest.raises(IntegrityError, match="mail_stop_once"), transaction.atomic():
        MailStop.objects.create(address_hash=hashed, reason="bounced", told_by="smtp")
    with pytest.raises(IntegrityError, match="mail_stop_reason_known"), transaction.atomic():
        MailStop.objects.create(address_hash=b"x", reason="gone", told_by="smtp")


def test_the_pages_say_that_a_mail_did_not_arrive_until_it_was_read(post: Post, client: Client) -> None:
    row = sent_to("bounce@university.example", post)
    assert row.user
    client.force_login(row.user)
    page = client.get("/contact/").content.decode()
    assert "A mail to you did not arrive" in page
    assert "bounce@university.example" in page
    answer = client.post("/account/mail-notice/", {"next": "/contact/"})
    assert answer.headers["Location"] == "/contact/"
    assert "did not arrive" not in client.get("/contact/").content.decode()


def test_a_mail_carries_its_id_in_a_header_of_ours(post: Post) -> None:
    row = sent_to(ADDRESS, post)
    headers = post.sandbox.control.mails(ADDRESS)[0]["headers"]
    assert headers["X-TesiGo-Mail"] == str(row.pk)
    assert not {"X-SES-MESSAGE-TAGS", "X-Mailgun-Variables", "X-PM-Metadata-tesigo-mail"} & set(headers)


def test_a_mail_of_the_waiting_page_can_be_tried_again_after_it_was_given_up(post: Post) -> None:
    row = sent_to("mailbox-full@university.example", post)
    Mail.objects.update(state="failed", due_at=None, given_up_at=timezone.now())
    assert duty.try_again(mail.MAILS, row.pk)
