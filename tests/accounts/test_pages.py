"""Signing in through the pages, as browsers do it."""

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.domain import browsers
from accounts.models import Device, SignInRequest, User
from privacy.domain import retention
from tests.accounts.journey import ADDRESS, Post, ask_by_page, path_of, sign_in

pytestmark = pytest.mark.django_db


def test_the_way_in_by_link(client: Client, post: Post, settings: Settings) -> None:
    asked = ask_by_page(client, next="/account/")
    assert (asked.status_code, asked["Location"]) == (302, "/signin/check/")
    waiting = client.get("/signin/check/")
    assert ADDRESS in waiting.content.decode()
    link = post.newest().link
    assert link.startswith(f"{settings.SITE_URL}/signin/link/")
    page = client.get(path_of(link))
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    assert not User.objects.exists()
    entered = client.post(path_of(link))
    assert (entered.status_code, entered["Location"]) == (302, "/account/")
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_the_way_in_by_code_leads_to_the_consents_first(client: Client, post: Post) -> None:
    entered = sign_in(client, post)
    assert entered["Location"] == "/documents/"
    first = client.get("/documents/")
    assert first["Location"] == "/consents/?next=%2Fdocuments%2F"


def test_both_mails_are_the_same_for_a_known_and_an_unknown_address(client: Client, post: Post) -> None:
    User.objects.create_user("known@university.example", name="Known")
    mails = []
    for address in ("known@university.example", "stranger@university.example"):
        ask_by_page(Client(), address)
        way = post.newest(address)
        mail = post.sandbox.control.mails(address)[0]
        words = mail["subject"] + mail["text"]
        for own in (way.link, way.code, way.deny_link):
            words = words.replace(own, "")
        mails.append(re.sub(r"\d\d:\d\d UTC", "", words))
    assert mails[0] == mails[1]


def test_another_browser_needs_the_code(client: Client, post: Post) -> None:
    ask_by_page(client)
    mail = post.newest()
    other = Client()
    page = other.get(path_of(mail.link))
    assert b'autocomplete="one-time-code"' in page.content
    assert other.post(path_of(mail.link)).status_code == 200
    wrong = other.post(path_of(mail.link), {"code": mail.wrong_code})
    assert wrong.status_code == 422
    assert b"not the code" in wrong.content
    right = other.post(path_of(mail.link), {"code": mail.code})
    assert right.status_code == 302
    assert "_auth_user_id" in other.session


def test_mail_scanners_use_nothing_up(client: Client, post: Post) -> None:
    ask_by_page(client)
    link = path_of(post.newest().link)
    for scanner in (Client(), Client()):
        assert scanner.get(link).status_code == 200
        assert scanner.head(link).status_code in (200, HTTPStatus.METHOD_NOT_ALLOWED)
    assert client.post(link).status_code == 302


def test_a_used_link_says_so_and_offers_a_way_on(client: Client, post: Post) -> None:
    ask_by_page(client)
    link = path_of(post.newest().link)
    client.post(link)
    for answer in (Client().get(link), Client().post(link), client.post(link)):
        assert answer.status_code == 410
        assert b"used already" in answer.content
        assert b'name="email"' in answer.content


def test_a_twelve_month_old_link_says_so_and_offers_a_way_on(client: Client, post: Post) -> None:
    ask_by_page(client)
    link = path_of(post.newest().link)
    year_ago = timezone.now() - timedelta(days=365)
    SignInRequest.objects.update(created_at=year_ago, expires_at=year_ago + timedelta(minutes=10))
    old = client.get(link)
    assert old.status_code == 410
    assert b"too old" in old.content
    assert b'name="email"' in old.content
    retention.apply(now=timezone.now())
    gone = client.get(link)
    assert (gone.status_code, b"older than a month" in gone.content, b'name="email"' in gone.content) == (
        404,
        True,
        True,
    )


def test_five_wrong_codes_end_on_a_page_with_a_way_on(client: Client, post: Post) -> None:
    ask_by_page(client)
    mail = post.newest()
    for _ in range(4):
        assert client.post("/signin/check/", {"code": mail.wrong_code}).status_code == 422
    last = client.post("/signin/check/", {"code": mail.wrong_code})
    assert last.status_code == 410
    assert b"wrong five times" in last.content
    assert b'name="email"' in last.content
    assert client.post("/signin/check/", {"code": mail.code}).status_code == 410
    assert "_auth_user_id" not in client.session


def test_the_code_page_sends_a_browser_that_has_not_asked_to_ask(client: Client, post: Post) -> None:
    assert client.get("/signin/check/")["Location"] == "/signin/"
    assert client.post("/signin/check/", {"code": "123456"})["Location"] == "/signin/"


def test_the_second_tab_follows_the_first(client: Client, post: Post) -> None:
    ask_by_page(client, next="/account/")
    asking = client.cookies[browsers.ASKING_COOKIE].value
    client.post(path_of(post.newest().link))
    client.cookies[browsers.ASKING_COOKIE] = asking
    assert client.get("/signin/check/")["Location"] == "/account/"


def test_what_is_no_code_costs_no_try(client: Client, post: Post) -> None:
    ask_by_page(client)
    post.deliver()
    for typed in ("", "12345", "abcdef", "1234567"):
        assert client.post("/signin/check/", {"code": typed}).status_code == 422
    assert SignInRequest.objects.get().wrong_codes == 0


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type the address"),
        ("nonsense", "not an e-mail address"),
        ("a@mailinator.com", "throw-away"),
        ("jоhn@gmail.com", "alphabets"),
        ("john\u200b@gmail.com", "Check the address"),
        ("\u202ejohn@gmail.com", "Check the address"),
        ("john@gm\x07ail.com", "Check the address"),
        ("john\x00@gmail.com", "Check the address"),
    ],
)
def test_a_bad_address_is_explained_beside_the_field(client: Client, typed: str, words: str) -> None:
    answer = client.post("/signin/", {"email": typed})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not SignInRequest.objects.exists()


def test_the_limit_on_a_place_answers_429_with_the_time_to_wait(client: Client, settings: Settings) -> None:
    settings.SIGNIN_LIMITS = settings.SIGNIN_LIMITS | {"ip": (2, 3600)}
    for number in range(2):
        ask_by_page(client, f"a{number}@uni{number}.example")
    answer = ask_by_page(client)
    assert answer.status_code == 429
    assert 3_500 < int(answer["Retry-After"]) <= 3_600
    assert "60 minutes" in answer.content.decode()


def test_forged_proxy_headers_do_not_dodge_the_limit(client: Client, settings: Settings) -> None:
    settings.SIGNIN_LIMITS = settings.SIGNIN_LIMITS | {"ip": (5, 3600)}
    for number in range(5):
        forged = {"HTTP_X_FORWARDED_FOR": f"198.51.100.{number}", "HTTP_X_REAL_IP": f"198.51.100.{number}"}
        assert ask_by_page(client, f"a{number}@uni{number}.example", **forged).status_code == 302
    answer = ask_by_page(client, "b@uni.example", HTTP_X_FORWARDED_FOR="198.51.100.99", HTTP_FORWARDED="for=1.2.3.4")
    assert answer.status_code == 429


def test_letter_case_in_the_address_of_the_page_dodges_nothing(client: Client) -> None:
    assert client.post("/SignIn/", {"email": ADDRESS}).status_code == 404


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_other_sites(client: Client, post: Post, url: str) -> None:
    ask_by_page(client, next=url)
    entered = client.post("/signin/check/", {"code": post.newest().code})
    assert entered["Location"] == "/documents/"
    client.post("/consents/", {"essential": "on"})
    assert client.get("/signin/", {"next": url})["Location"] == "/documents/"


def test_links_in_mails_ignore_the_host_header(client: Client, post: Post, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    ask_by_page(client, HTTP_HOST="evil.example")
    assert post.newest().link.startswith(settings.SITE_URL)


def test_the_session_key_changes_on_signing_in(client: Client, post: Post) -> None:
    client.get("/signin/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = str(session.session_key)
    before = session.session_key
    sign_in(client, post)
    assert client.session.session_key != before


def test_signing_in_as_another_leaves_nothing_of_the_first(client: Client, post: Post) -> None:
    sign_in(client, post)
    session = client.session
    session["mine"] = "of the first"
    session.save()
    link_browser = Client()
    ask_by_page(link_browser, "eve@university.example")
    mail = post.newest("eve@university.example")
    client.post(path_of(mail.link), {"code": mail.code})
    assert client.session["_auth_user_id"] == str(User.objects.get(email="eve@university.example").pk)
    assert "mine" not in client.session
    assert Device.objects.get(session_key=client.session.session_key).user.email == "eve@university.example"


def test_cookies_are_out_of_reach_for_scripts(client: Client, post: Post) -> None:
    sign_in(client, post)
    for name in (browsers.KNOWN_COOKIE, "sessionid"):
        cookie = client.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
    assert browsers.knows(client.cookies[browsers.KNOWN_COOKIE].value, ADDRESS)
    assert client.cookies[browsers.ASKING_COOKIE].value == ""


def test_a_known_browser_still_gets_a_mail_after_others_used_up_the_day(client: Client, post: Post) -> None:
    sign_in(client, post)
    client.post("/signout/")
    for number in range(4):
        assert ask_by_page(Client(REMOTE_ADDR=f"198.51.100.{number}")).status_code == 302
    assert ask_by_page(client).status_code == 302
    assert list(SignInRequest.objects.values_list("withheld", flat=True)) == [False, True, False, False, False, False]


def test_staff_are_shown_to_their_own_door(client: Client, post: Post) -> None:
    User.objects.create_superuser(ADDRESS, "a long pass phrase")
    answer = sign_in(client, post)
    assert answer.status_code == 410
    assert b"/admin/" in answer.content
    assert "_auth_user_id" not in client.session


def test_signing_out_needs_a_post(client: Client, post: Post) -> None:
    sign_in(client, post)
    assert client.get("/signout/").status_code == 405
    assert client.post("/signout/")["Location"] == "/"
    assert "_auth_user_id" not in client.session


def test_forms_need_their_token() -> None:
    assert Client(enforce_csrf_checks=True).post("/signin/", {"email": ADDRESS}).status_code == 403


def test_allauths_own_pages_are_not_there(client: Client) -> None:
    for path in ("/accounts/signup/", "/accounts/login/", "/accounts/password/reset/", "/signup/"):
        assert client.get(path).status_code == 404


def test_the_account_page_shows_who_and_where(client: Client, post: Post) -> None:
    _consenting(client, post)
    page = client.get("/account/").content.decode()
    assert ADDRESS in page
    assert "this browser" in page
    assert "/account/payments/" in page


def test_name_and_language_can_be_changed(client: Client, post: Post) -> None:
    _consenting(client, post)
    assert client.post("/account/", {"name": "Ada Lovelace", "language": "en"}).status_code == 302
    assert User.objects.get().name == "Ada Lovelace"
    assert client.post("/account/", {"name": "Ada", "language": "xx"}).status_code == 422


def test_one_browser_can_be_signed_out_from_another(client: Client, post: Post) -> None:
    _consenting(client, post)
    other = Client()
    sign_in(other, post)
    here, there = client.session.session_key, other.session.session_key
    device = Device.objects.get(session_key=there)
    stranger = Client()
    _consenting(stranger, post, "eve@university.example")
    assert stranger.post(f"/account/devices/{device.pk}/sign-out/").status_code == 404
    assert client.post(f"/account/devices/{device.pk}/sign-out/").status_code == 302
    assert other.get("/account/")["Location"].startswith("/signin/")
    assert client.get("/account/").status_code == 200
    assert Device.objects.filter(session_key=here).exists()


def test_signing_out_everywhere_ends_every_session(client: Client, post: Post) -> None:
    _consenting(client, post)
    other = Client()
    sign_in(other, post)
    # A session that is not listed ends, too.
    Device.objects.filter(session_key=other.session.session_key).delete()
    assert client.post("/account/sign-out-everywhere/").status_code == 302
    for browser in (client, other):
        assert browser.get("/account/")["Location"].startswith("/signin/")


def _consenting(client: Client, post: Post, address: str = ADDRESS) -> None:
    sign_in(client, post, address)
    client.post("/consents/", {"essential": "on"})
