"""Signing in by another address from now on (R-59)."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.domain import address_change, browsers
from accounts.errors import LinkUsed, SameAddress, UndoTooLate, UnknownLink
from accounts.models import Device, FormerAddress, Mail, SignInRequest, User
from privacy.models import AuditEvent
from tests.accounts.journey import ADDRESS, HOUR, MINUTE, Post, ask, ask_by_page, at_once, back, path_of, sign_in
from tests.lock_waits import elsewhere, until_somebody_waits

pytestmark = pytest.mark.django_db

NEW = "ada@college.example"
CHANGE, CHECK = "/account/address/", "/account/address/check/"


@pytest.fixture
def ada(post: Post) -> Client:
    """Signed in a moment ago."""
    client = Client()
    sign_in(client, post)
    client.post("/consents/", {"essential": "on"})
    return client


def code_for(post: Post, address: str = NEW) -> str:
    post.deliver()
    return str(post.sandbox.control.mails(address)[0]["codes"][0])


def changed(client: Client, post: Post, address: str = NEW) -> Any:
    assert client.post(CHANGE, {"email": address})["Location"] == CHECK
    return client.post(CHECK, {"code": code_for(post, address)})


def undo_link(post: Post, address: str = ADDRESS) -> str:
    post.deliver()
    mail = next(mail for mail in post.sandbox.control.mails(address) if "no longer sign in" in mail["subject"])
    return path_of(next(link for link in mail["links"] if "/undo/" in link))


def test_the_whole_way(ada: Client, post: Post) -> None:
    user = User.objects.get()
    answer = changed(ada, post, "Ada+Thesis@COLLEGE.example")
    assert answer["Location"] == "/account/"
    user.refresh_from_db()
    assert (user.email, user.email_as_typed) == (NEW, "Ada+Thesis@COLLEGE.example")
    assert "Ada+Thesis@COLLEGE.example" in ada.get("/account/").content.decode()
    later = Client()
    ask_by_page(later, NEW)
    assert later.post("/signin/check/", {"code": code_for(post)}).status_code == 302
    assert User.objects.count() == 1
    assert browsers.knows(ada.cookies[browsers.KNOWN_COOKIE].value, NEW)


def test_the_old_address_is_told_and_the_new_one_not_named(ada: Client, post: Post) -> None:
    changed(ada, post)
    link = undo_link(post)
    mail = next(mail for mail in post.sandbox.control.mails(ADDRESS) if "no longer sign in" in mail["subject"])
    for body in (mail["text"], mail["html"]):
        assert link in body
        assert "college" not in body


def test_other_browsers_are_signed_out_and_this_one_goes_on_under_a_new_key(ada: Client, post: Post) -> None:
    other = Client()
    sign_in(other, post)
    before = ada.session.session_key
    changed(ada, post)
    assert ada.session.session_key != before
    assert ada.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert Device.objects.get().session_key == ada.session.session_key


def test_it_asks_for_a_fresh_proof(ada: Client) -> None:
    back(ada, idle=MINUTE, since=HOUR)
    for answer in (ada.get(CHANGE), ada.post(CHANGE, {"email": NEW})):
        assert answer["Location"].startswith("/account/prove/?next=")
    assert not SignInRequest.objects.exclude(new_address_of=None).exists()


def test_the_trail_says_that_but_not_to_what(ada: Client, post: Post) -> None:
    changed(ada, post)
    ada.post(undo_link(post))
    for action in ("user.address_changed", "user.address_restored"):
        event = AuditEvent.objects.get(action=action)
        assert (event.object_id, event.details) == (str(User.objects.get().pk), {})


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("nonsense", "not an e-mail address"),
        ("ada@mailinator.com", "throw-away"),
        ("jоhn@gmail.com", "alphabets"),
        ("ADA+new@University.example", "sign in with already"),
        ("john\u200b@gmail.com", "Check the address"),
    ],
)
def test_a_bad_address_is_explained_beside_the_field(ada: Client, typed: str, words: str) -> None:
    answer = ada.post(CHANGE, {"email": typed})
    assert answer.status_code == 422
    assert words in answer.content.decode()


_FLEETING = re.compile(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"|nonce-\S+')
_VALUE = re.compile(r"""'[^']*'(::\w+)?|NULL|true|false|\b\d+\b|"s\d+_x\d+\"""")


def test_only_the_mailbox_is_told_that_the_address_is_taken(ada: Client, post: Post) -> None:
    User.objects.create_user("taken@college.example")
    ada.get("/account/")  # remembers in the session that the terms are accepted
    seen = []
    for address in ("taken@college.example", "freed@college.example"):
        steps: list[Any] = []
        todo: list[tuple[str, dict[str, str] | None]] = [(CHANGE, {"email": address}), (CHECK, None)]
        for path, typed in [*todo, *[(CHECK, {"code": "000000"})] * 6]:
            with CaptureQueriesContext(connection) as queries:
                answer = ada.get(path) if typed is None else ada.post(path, typed)
            page = _FLEETING.sub("", answer.content.decode()).replace(address, "ADDRESS")
            steps.append((answer.status_code, page, [_VALUE.sub("?", query["sql"]) for query in queries]))
        seen.append(steps)
    assert seen[0] == seen[1]
    post.deliver()
    taken, free = (post.sandbox.control.mails(f"{name}@college.example")[0] for name in ("taken", "freed"))
    assert "already" in taken["subject"]
    assert taken["codes"] == []
    assert free["codes"]


def test_the_code_works_in_no_other_session(ada: Client, post: Post) -> None:
    other = Client()
    sign_in(other, post)
    ada.post(CHANGE, {"email": NEW})
    code = code_for(post)
    assert other.post(CHECK, {"code": code})["Location"] == CHANGE
    assert Client().post(CHECK, {"code": code}).status_code == 302
    stranger = Client()
    stranger.cookies[browsers.ASKING_COOKIE] = "made up"
    assert stranger.post("/signin/check/", {"code": code})["Location"] == "/signin/"
    assert User.objects.get().email == ADDRESS


def test_five_wrong_codes_end_it(ada: Client, post: Post) -> None:
    ada.post(CHANGE, {"email": NEW})
    code = code_for(post)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert [ada.post(CHECK, {"code": wrong}).status_code for _ in range(5)] == [422] * 4 + [410]
    assert ada.post(CHECK, {"code": code}).status_code == 410
    assert User.objects.get().email == ADDRESS


def test_it_ends_after_ten_minutes(ada: Client, post: Post) -> None:
    ada.post(CHANGE, {"email": NEW})
    code = code_for(post)
    SignInRequest.objects.exclude(new_address_of=None).update(
        created_at=timezone.now() - timedelta(minutes=11), expires_at=timezone.now() - timedelta(minutes=1)
    )
    assert b"too old" in ada.post(CHECK, {"code": code}).content


def test_a_code_works_once(ada: Client, post: Post) -> None:
    user, key = User.objects.get(), str(ada.session.session_key)
    ada.post(CHANGE, {"email": NEW})
    code = code_for(post)
    address_change.confirm(user=user, bound_to=key, code=code, now=timezone.now())
    with pytest.raises(LinkUsed):
        address_change.confirm(user=user, bound_to=key, code=code, now=timezone.now())
    assert FormerAddress.objects.count() == 1


def test_who_reads_the_new_mailbox_can_turn_it_down(ada: Client, post: Post) -> None:
    ada.post(CHANGE, {"email": NEW})
    code = code_for(post)
    mail = post.sandbox.control.mails(NEW)[0]
    Client().post(path_of(next(link for link in mail["links"] if "/not-me/" in link)))
    for answer in (ada.get(CHECK), ada.post(CHECK, {"code": code})):
        assert answer.status_code == 410
        assert b"did not ask for it" in answer.content


def test_its_mails_count_like_those_of_signing_in(ada: Client, post: Post) -> None:
    for number in range(3):
        ask(NEW, ip=f"203.0.113.{number}", browser="stranger")
    assert ada.post(CHANGE, {"email": NEW})["Location"] == CHECK
    assert SignInRequest.objects.exclude(new_address_of=None).get().withheld
    post.deliver()
    assert len(post.sandbox.control.mails(NEW)) == 3


def test_a_link_to_sign_in_is_no_code_for_the_change_and_the_other_way_round(ada: Client, post: Post) -> None:
    ask_by_page(ada, NEW)
    sign_in_mail = post.newest(NEW)
    ada.post(CHANGE, {"email": NEW})
    assert ada.post(CHECK, {"code": sign_in_mail.code}).status_code == 422
    assert ada.post("/signin/check/", {"code": code_for(post)}).status_code == 422
    assert User.objects.get().email == ADDRESS


def test_mails_on_their_way_to_the_old_address_make_no_second_account(ada: Client, post: Post) -> None:
    browser = Client()
    ask_by_page(browser)
    waiting = post.newest()
    changed(ada, post)
    assert browser.post("/signin/check/", {"code": waiting.code}).status_code == 410
    assert User.objects.count() == 1


def test_somebody_who_comes_first_keeps_the_address(ada: Client, post: Post) -> None:
    ada.post(CHANGE, {"email": NEW})
    code = code_for(post)
    User.objects.create_user(NEW)
    answer = ada.post(CHECK, {"code": code})
    assert answer.status_code == 410
    assert b"already" in answer.content
    assert ada.get("/account/").status_code == 200
    assert set(User.objects.values_list("email", flat=True)) == {ADDRESS, NEW}
    assert not FormerAddress.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_prove_one_address_at_once_one_gets_it(post: Post) -> None:
    users = [User.objects.create_user(f"student{number}@university.example") for number in range(2)]
    codes = []
    for user in users:
        request: dict[str, Any] = {"ip": None, "language": "en", "user_agent": "", "now": timezone.now()}
        address_change.ask(user=user, bound_to=f"key {user.pk}", typed=NEW, **request)
        codes.append(code_for(post))

    def confirm(number: int) -> None:
        user = users[number]
        address_change.confirm(user=user, bound_to=f"key {user.pk}", code=codes[number], now=timezone.now())

    answers = at_once(2, confirm)
    assert sorted(type(answer).__name__ for answer in answers) == ["AddressTaken", "NoneType"]
    assert User.objects.filter(email=NEW).count() == 1
    assert FormerAddress.objects.count() == 1


class TestUndoing:
    def test_who_reads_the_old_mailbox_takes_it_back(self, ada: Client, post: Post) -> None:
        changed(ada, post)
        link = undo_link(post)
        page = Client().get(link)
        assert (page.status_code, page["Referrer-Policy"]) == (200, "same-origin")
        assert User.objects.get().email == NEW, "a scanner changes nothing"
        assert b"your address again" in Client().post(link).content
        assert User.objects.get().email == ADDRESS
        assert ada.get("/account/").status_code == 302
        assert not Device.objects.exists()
        for answer in (Client().get(link), Client().post(link)):
            assert answer.status_code == 410
        post.deliver()
        assert "undone" in post.sandbox.control.mails(NEW)[0]["subject"]

    @pytest.mark.django_db(transaction=True)
    def test_of_two_who_undo_at_once_one_does_it_and_the_other_is_told(self, ada: Client, post: Post) -> None:
        changed(ada, post)
        token = undo_link(post).rstrip("/").rpartition("/")[2]
        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                User.objects.select_for_update().get()
                late = elsewhere(pool, lambda: address_change.undo(token=token, now=timezone.now()))
                until_somebody_waits()
                address_change.undo(token=token, now=timezone.now())
            with pytest.raises(UndoTooLate):
                late.result(60)
        assert User.objects.get().email == ADDRESS
        assert AuditEvent.objects.filter(action="user.address_restored").count() == 1

    def test_for_three_days(self, ada: Client, post: Post) -> None:
        changed(ada, post)
        link = undo_link(post)
        FormerAddress.objects.update(changed_at=timezone.now() - timedelta(days=3))
        assert Client().post(link).status_code == 410
        assert User.objects.get().email == NEW

    def test_a_second_change_is_undone_with_the_first(self, ada: Client, post: Post) -> None:
        changed(ada, post)
        first = undo_link(post)
        changed(ada, post, "eve@evil.example")
        second = undo_link(post, NEW)
        Client().post(first)
        assert User.objects.get().email == ADDRESS
        assert Client().post(second).status_code == 410
        assert User.objects.get().email == ADDRESS

    def test_not_where_somebody_signs_in_with_it_by_now(self, ada: Client, post: Post) -> None:
        changed(ada, post)
        User.objects.create_user(ADDRESS)
        answer = Client().post(undo_link(post))
        assert (answer.status_code, b"already" in answer.content) == (410, True)
        assert FormerAddress.objects.get().undone_at is None

    def test_who_signs_in_with_the_old_address_meanwhile_is_told_and_can_still_undo(
        self, ada: Client, post: Post
    ) -> None:
        """The first thing somebody does whose account was taken over; an empty account there would end the undoing."""
        changed(ada, post)
        link = undo_link(post)
        browser = Client()
        page = sign_in(browser, post)
        text = page.content.decode()
        assert page.status_code == 410
        assert "<h1>The address was changed</h1>" in text
        assert "undo it: the link is in the mail" in text
        assert "Send me a new mail" not in text
        assert browser.get("/account/").status_code == 302
        assert User.objects.count() == 1
        assert b"your address again" in browser.post(link).content
        assert sign_in(browser, post).status_code == 302
        assert User.objects.get().email == ADDRESS

    def test_after_three_days_the_old_address_is_anybodys_who_reads_it(self, ada: Client, post: Post) -> None:
        changed(ada, post)
        FormerAddress.objects.update(changed_at=timezone.now() - timedelta(days=3))
        assert sign_in(Client(), post).status_code == 302
        assert set(User.objects.values_list("email", flat=True)) == {ADDRESS, NEW}

    def test_forged_tokens_open_nothing(self, ada: Client, post: Post) -> None:
        changed(ada, post)
        assert Client().post("/account/address/undo/made-up/").status_code == 410
        with pytest.raises(UnknownLink):
            address_change.find_undo(token="", now=timezone.now())

    def test_no_token_lies_in_the_database(self, ada: Client, post: Post) -> None:
        changed(ada, post)
        token = undo_link(post).rstrip("/").rpartition("/")[2]
        rows = [*FormerAddress.objects.values_list(), *Mail.objects.values_list()]
        assert token not in str([bytes(one) if isinstance(one, memoryview) else one for row in rows for one in row])
        assert not Mail.objects.exclude(sealed="").exists()


def test_refusals_of_the_domain(ada: Client) -> None:
    user = User.objects.get()
    request: dict[str, Any] = {"ip": None, "language": "en", "user_agent": "", "now": timezone.now()}
    with pytest.raises(SameAddress):
        address_change.ask(user=user, bound_to="key", typed="Ada+x@university.example", **request)
    with pytest.raises(UnknownLink):
        address_change.confirm(user=user, bound_to="key", code="123456", now=timezone.now())
