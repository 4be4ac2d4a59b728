"""This wasn't me: a request turned down by who reads the mailbox."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.domain import signin
from accounts.errors import RequestDenied
from accounts.models import SignInRequest
from privacy.models import AuditEvent
from tests.accounts.journey import ADDRESS, Post, ask, ask_by_page, path_of

pytestmark = pytest.mark.django_db

LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36"


def test_the_mail_says_where_it_was_asked_from_and_has_the_code_in_its_subject(client: Client, post: Post) -> None:
    ask_by_page(client, HTTP_USER_AGENT=LINUX)
    way = post.newest()
    mail = post.sandbox.control.mails(ADDRESS)[0]
    asked_at = SignInRequest.objects.get().created_at
    for body in (mail["text"], mail["html"]):
        assert f"Chrome on Linux, {asked_at:%H:%M} UTC" in body
        assert way.deny_link in body
    assert way.code in mail["subject"]


def test_what_a_browser_calls_itself_never_reaches_the_mail(client: Client, post: Post) -> None:
    ask_by_page(client, HTTP_USER_AGENT="Firefox/1 <b>Visit https://evil.example</b>")
    post.newest()
    mail = post.sandbox.control.mails(ADDRESS)[0]
    assert "evil.example" not in mail["text"] + mail["html"]
    assert "Firefox, " in mail["text"]


def test_looking_turns_nothing_down_and_a_click_voids_link_and_code(client: Client, post: Post) -> None:
    ask_by_page(client)
    way = post.newest()
    page = Client().get(path_of(way.deny_link))
    assert (page.status_code, page["Referrer-Policy"]) == (200, "same-origin")
    assert SignInRequest.objects.get().voided_at is None
    turned_down = Client().post(path_of(way.deny_link))
    assert b"open nothing any more" in turned_down.content
    for answer in (
        client.get("/signin/check/"),
        client.post("/signin/check/", {"code": way.code}),
        client.get(path_of(way.link)),
        client.post(path_of(way.link)),
        Client().post(path_of(way.link), {"code": way.code}),
    ):
        assert answer.status_code == 410
        assert b"did not ask for it" in answer.content
    assert "_auth_user_id" not in client.session
    event = AuditEvent.objects.get(action="signin.denied")
    assert (event.object_id, event.details) == (str(SignInRequest.objects.get().pk), {})


def test_turning_down_twice_is_done_once(client: Client, post: Post) -> None:
    ask_by_page(client)
    way = post.newest()
    for _ in range(2):
        assert b"Turned down" in client.post(path_of(way.deny_link)).content
    assert AuditEvent.objects.filter(action="signin.denied").count() == 1
    assert b"Turned down" in client.get(path_of(way.deny_link)).content


def test_a_mail_that_was_used_cannot_be_turned_down_and_the_page_says_what_to_do(client: Client, post: Post) -> None:
    ask_by_page(client)
    way = post.newest()
    client.post(path_of(way.link))
    page = Client().post(path_of(way.deny_link))
    assert b"somebody else reads your mail" in page.content
    request = SignInRequest.objects.get()
    assert request.redeemed_at
    assert request.voided_at is None


def test_a_mail_of_yesterday_can_still_be_turned_down(client: Client, post: Post) -> None:
    ask_by_page(client)
    way = post.newest()
    yesterday = timezone.now() - timedelta(days=1)
    SignInRequest.objects.update(created_at=yesterday, expires_at=yesterday + timedelta(minutes=10))
    client.post(path_of(way.deny_link))
    assert SignInRequest.objects.get().voided_at


def test_what_turns_down_opens_nothing_and_the_other_way_round(client: Client, post: Post) -> None:
    ask_by_page(client)
    way = post.newest()
    deny_token = way.deny_link.rstrip("/").rpartition("/")[2]
    assert client.post(f"/signin/link/{deny_token}/").status_code == 404
    for token in (way.token, "made-up", way.code):
        assert Client().post(f"/signin/not-me/{token}/").status_code == 404
    assert SignInRequest.objects.get().voided_at is None


def test_who_proves_while_it_is_turned_down_gets_in_or_not_but_not_both(post: Post) -> None:
    stale = ask()
    way = post.newest()
    assert Client().post(path_of(way.deny_link)).status_code == 200
    with pytest.raises(RequestDenied):
        signin._redeem(stale, [stale.browser_hash], timezone.now())
    stale.refresh_from_db()
    assert stale.redeemed_at is None
