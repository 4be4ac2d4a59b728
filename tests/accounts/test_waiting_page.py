"""The page that waits for the mail: it notices what happens elsewhere, and says what it means here (R-51)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import SignInRequest, User
from privacy.domain import consent
from privacy.enums import ConsentKind
from tests.accounts.journey import ADDRESS, Post, ask_by_page, path_of

pytestmark = pytest.mark.django_db

STANDING = "/signin/check/standing/"


def waits(client: Client) -> bool:
    return bool(client.get(STANDING, headers={"X-Requested-With": "fetch"}).json()["waits"])


def test_it_waits_until_the_mail_is_used_in_another_browser_and_signs_nobody_in_by_that(
    client: Client, post: Post
) -> None:
    ask_by_page(client, next="/account/")
    mail = post.newest()
    assert waits(client)
    telephone = Client()
    assert telephone.post(path_of(mail.link), {"code": mail.code}).status_code == 302
    assert not waits(client)
    page = client.get("/signin/check/")
    assert page.status_code == 410
    text = page.content.decode()
    assert "used in another browser" in text
    # Whoever typed a stranger's address is not let in by the stranger's click.
    assert client.get("/account/").status_code == 302
    assert f'value="{ADDRESS}"' in text
    assert 'name="next" value="/account/"' in text


def test_in_the_browser_that_asked_the_page_goes_on_to_where_it_was_to_lead(client: Client, post: Post) -> None:
    ask_by_page(client, next="/account/")
    client.post(path_of(post.newest().link))
    assert not waits(client)
    assert client.get("/signin/check/?next=/account/")["Location"] == "/signin/?next=%2Faccount%2F"
    consent.give(user=User.objects.get(), kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    assert client.get("/signin/?next=%2Faccount%2F")["Location"] == "/account/"
    assert client.get("/signin/check/?next=https://evil.example/")["Location"] == "/signin/"


def test_a_mail_that_was_turned_down_guessed_at_or_too_old_is_over_without_a_code(client: Client, post: Post) -> None:
    for fate, words in (
        ({"voided_at": timezone.now()}, "did not ask for it"),
        ({"wrong_codes": 5}, "wrong five times"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "too old"),
    ):
        ask_by_page(client)
        newest = SignInRequest.objects.latest("created_at")
        SignInRequest.objects.filter(pk=newest.pk).update(created_at=timezone.now() - timedelta(minutes=11))
        SignInRequest.objects.filter(pk=newest.pk).update(**fate)
        assert not waits(client)
        page = client.get("/signin/check/")
        assert page.status_code == 410
        assert words in page.content.decode()
        SignInRequest.objects.all().delete()


def test_who_asked_for_nothing_waits_for_nothing(client: Client) -> None:
    assert not waits(client)
    assert client.post(STANDING).status_code == 405


def test_a_withheld_mail_waits_like_any_other(client: Client, post: Post) -> None:
    """Else the page tells how often somebody's mailbox was written to."""
    for _ in range(4):
        ask_by_page(Client())
    ask_by_page(client)
    assert SignInRequest.objects.latest("created_at").withheld
    assert waits(client)


def test_a_closed_account_is_said_to_be_closed_and_not_offered_another_mail(client: Client, post: Post) -> None:
    User.objects.create_user(ADDRESS, is_active=False)
    ask_by_page(client)
    page = client.post("/signin/check/", {"code": post.newest().code})
    text = page.content.decode()
    assert page.status_code == 410
    assert "<h1>This account is closed</h1>" in text
    assert "Send me a new mail" not in text
    assert 'href="/contact/"' in text
