"""Ask and prove (R-50, R-51)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.domain import browsers, proofs, signin
from accounts.errors import (
    AccountClosed,
    CodeNeeded,
    LinkExpired,
    LinkUsed,
    StaffUsePassword,
    TooManyWrongCodes,
    UnknownLink,
    WrongCode,
)
from accounts.models import Mail, SignInRequest, User
from privacy.models import AuditEvent
from tests.accounts.journey import ADDRESS, Post, ask, at_once

pytestmark = pytest.mark.django_db


def test_no_user_exists_before_the_address_is_proven(post: Post) -> None:
    ask()
    mail = post.newest()
    assert not User.objects.exists()
    proven = signin.prove_by_link(token=mail.token, browser="a browser", now=timezone.now())
    assert User.objects.get() == proven.user
    assert proven.is_new
    assert not proven.user.has_usable_password()
    assert AuditEvent.objects.filter(action="user.created", object_id=str(proven.user.pk)).exists()


def test_the_link_works_alone_in_the_browser_that_asked(post: Post) -> None:
    ask(next_url="/documents/new/")
    mail = post.newest()
    assert signin.open_link(token=mail.token, browser="a browser", now=timezone.now()) is False
    proven = signin.prove_by_link(token=mail.token, browser="a browser", now=timezone.now())
    assert (proven.user.email, proven.next_url) == (ADDRESS, "/documents/new/")


def test_in_another_browser_the_link_asks_for_the_code(post: Post) -> None:
    ask()
    mail = post.newest()
    assert signin.open_link(token=mail.token, browser="another", now=timezone.now()) is True
    for other in ("another", ""):
        with pytest.raises(CodeNeeded):
            signin.prove_by_link(token=mail.token, browser=other, now=timezone.now())
    proven = signin.prove_by_link(token=mail.token, browser="another", code=mail.code, now=timezone.now())
    assert proven.user.email == ADDRESS


def test_the_code_works_in_the_browser_that_asked(post: Post) -> None:
    ask()
    code = post.newest().code
    proven = signin.prove_by_code(browser="a browser", code=f" {code[:3]} {code[3:]} ", now=timezone.now())
    assert proven.user.email == ADDRESS


def test_the_code_alone_is_worth_nothing_in_another_browser(post: Post) -> None:
    ask()
    code = post.newest().code
    with pytest.raises(UnknownLink):
        signin.prove_by_code(browser="another", code=code, now=timezone.now())


def test_opening_a_link_uses_nothing_up_and_is_noted(post: Post) -> None:
    ask()
    mail = post.newest()
    for _ in range(3):
        signin.open_link(token=mail.token, browser="", now=timezone.now())
    assert Mail.objects.get().state == "opened"
    assert signin.prove_by_link(token=mail.token, browser="a browser", now=timezone.now()).user


def test_a_replay_fails(post: Post) -> None:
    ask()
    mail = post.newest()
    signin.prove_by_link(token=mail.token, browser="a browser", now=timezone.now())
    with pytest.raises(LinkUsed):
        signin.prove_by_link(token=mail.token, browser="a browser", now=timezone.now())
    with pytest.raises(LinkUsed):
        signin.prove_by_code(browser="a browser", code=mail.code, now=timezone.now())
    with pytest.raises(LinkUsed):
        signin.open_link(token=mail.token, browser="a browser", now=timezone.now())


def test_signing_in_closes_earlier_mails_of_the_same_browser(post: Post) -> None:
    ask()
    first = post.newest()
    ask(ip="203.0.113.8")
    second = post.newest()
    with pytest.raises(WrongCode):
        signin.prove_by_code(browser="a browser", code=first.code, now=timezone.now())
    signin.prove_by_code(browser="a browser", code=second.code, now=timezone.now())
    with pytest.raises(LinkUsed):
        signin.prove_by_link(token=first.token, browser="a browser", now=timezone.now())


@pytest.mark.parametrize("age", [timedelta(minutes=10), timedelta(days=29)])
def test_a_mail_works_for_ten_minutes(post: Post, age: timedelta) -> None:
    ask()
    mail = post.newest()
    almost = timezone.now() + timedelta(minutes=9)
    assert signin.open_link(token=mail.token, browser="a browser", now=almost) is False
    late = timezone.now() + age
    with pytest.raises(LinkExpired):
        signin.prove_by_link(token=mail.token, browser="a browser", now=late)
    with pytest.raises(LinkExpired):
        signin.prove_by_code(browser="a browser", code=mail.code, now=late)
    assert not User.objects.exists()


def test_a_link_that_was_never_sent_is_unknown(db: None) -> None:
    with pytest.raises(UnknownLink):
        signin.open_link(token="made-up", browser="", now=timezone.now())


def test_five_wrong_codes_void_the_code_and_the_link(post: Post) -> None:
    ask()
    mail = post.newest()
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCode) as caught:
            signin.prove_by_code(browser="a browser", code=mail.wrong_code, now=timezone.now())
        assert caught.value.tries_left == left
    with pytest.raises(TooManyWrongCodes):
        signin.prove_by_code(browser="a browser", code=mail.wrong_code, now=timezone.now())
    with pytest.raises(TooManyWrongCodes):
        signin.prove_by_code(browser="a browser", code=mail.code, now=timezone.now())
    with pytest.raises(TooManyWrongCodes):
        signin.prove_by_link(token=mail.token, browser="a browser", now=timezone.now())
    with pytest.raises(TooManyWrongCodes):
        signin.prove_by_link(token=mail.token, browser="another", code=mail.code, now=timezone.now())
    assert not User.objects.exists()


def test_the_right_code_still_works_after_four_wrong_ones(post: Post) -> None:
    ask()
    mail = post.newest()
    for _ in range(4):
        with pytest.raises(WrongCode):
            signin.prove_by_link(token=mail.token, browser="another", code=mail.wrong_code, now=timezone.now())
    assert signin.prove_by_link(token=mail.token, browser="another", code=mail.code, now=timezone.now()).user


@pytest.mark.django_db(transaction=True)
def test_guesses_made_at_once_do_not_pass_five(post: Post) -> None:
    ask()
    mail = post.newest()

    def guess(_number: int) -> object:
        return signin.prove_by_code(browser="a browser", code=mail.wrong_code, now=timezone.now())

    answers = at_once(20, guess)
    assert sum(isinstance(answer, WrongCode) for answer in answers) <= 4
    assert all(isinstance(answer, WrongCode | TooManyWrongCodes) for answer in answers)
    assert SignInRequest.objects.get().wrong_codes == 5


def test_who_comes_second_is_told_what_the_first_did(post: Post) -> None:
    stale = ask()
    mail = post.newest()
    signin.prove_by_code(browser="a browser", code=mail.code, now=timezone.now())
    with pytest.raises(LinkUsed):
        proofs.try_code(stale, mail.code, timezone.now())
    with pytest.raises(LinkUsed):
        signin._redeem(stale, [stale.browser_hash], timezone.now())


def test_a_browser_that_asked_for_nothing_waits_for_nothing() -> None:
    assert signin.waiting_for(browser="") is None
    with pytest.raises(UnknownLink):
        signin.prove_by_code(browser="", code="123456", now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_one_of_many_clicks_at_once_redeems_the_link(post: Post) -> None:
    ask()
    mail = post.newest()

    def click(_number: int) -> object:
        return signin.prove_by_link(token=mail.token, browser="a browser", now=timezone.now())

    answers = at_once(50, click)
    assert sum(isinstance(answer, signin.Proven) for answer in answers) == 1
    assert sum(isinstance(answer, LinkUsed) for answer in answers) == 49
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_proofs_of_one_address_at_once_make_one_user(post: Post) -> None:
    mails = []
    for number in range(3):
        ask(browser=f"browser {number}")
        mails.append(post.newest())

    def prove(number: int) -> object:
        return signin.prove_by_link(token=mails[number].token, browser=f"browser {number}", now=timezone.now())

    answers = at_once(3, prove)
    assert all(isinstance(answer, signin.Proven) for answer in answers), answers
    assert User.objects.count() == 1


def test_letter_case_and_tags_lead_to_the_same_user(post: Post) -> None:
    for typed, browser in (("Ada+thesis@university.example", "one"), ("ADA@University.Example", "two")):
        ask(typed, browser=browser)
        mail = post.newest(typed)
        signin.prove_by_link(token=mail.token, browser=browser, now=timezone.now())
    user = User.objects.get()
    assert (user.email, user.email_as_typed) == (ADDRESS, "Ada+thesis@university.example")


def test_staff_cannot_enter_by_mail_alone(post: Post) -> None:
    User.objects.create_superuser(ADDRESS, "a long pass phrase")
    ask()
    mail = post.newest()
    with pytest.raises(StaffUsePassword):
        signin.prove_by_link(token=mail.token, browser="a browser", now=timezone.now())


def test_a_closed_account_stays_closed(post: Post) -> None:
    User.objects.create_user(ADDRESS, is_active=False)
    ask()
    mail = post.newest()
    with pytest.raises(AccountClosed):
        signin.prove_by_code(browser="a browser", code=mail.code, now=timezone.now())


def test_neither_link_nor_code_lies_in_the_database(post: Post) -> None:
    request = ask()
    waiting = Mail.objects.get()
    kept = [*SignInRequest.objects.values_list().get(), *Mail.objects.values_list().get()]
    mail = post.newest()
    words = " ".join(str(bytes(value) if isinstance(value, memoryview) else value) for value in kept)
    assert mail.token not in words
    assert mail.code not in words
    assert waiting.sealed
    assert Mail.objects.get().sealed == ""
    assert len(bytes(request.code_hash)) == 32


def test_asking_looks_the_same_for_strangers_and_users(post: Post) -> None:
    User.objects.create_user("known@university.example")
    shapes = []
    for number, address in enumerate(("known@university.example", "stranger@university.example")):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ask(address, ip=f"203.0.113.{number}")
        assert not any("accounts_user" in query["sql"] for query in queries)
        shapes.append([query["sql"].split()[0] for query in queries])
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"wrong_codes": 6}, "signin_at_most_five_wrong_codes"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "signin_expires_later"),
    ],
)
def test_the_database_holds_the_rules_of_a_request(post: Post, change: dict[str, object], constraint: str) -> None:
    ask()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        SignInRequest.objects.update(**change)


def test_the_database_refuses_a_second_form_of_an_address() -> None:
    with pytest.raises(IntegrityError, match="user_email_lowercase"), transaction.atomic():
        User.objects.create_user("Ada@university.example")
    User.objects.create_user(ADDRESS)
    with pytest.raises(IntegrityError, match="unique"), transaction.atomic():
        User.objects.create_user(ADDRESS)


def rotate(settings: Settings) -> None:
    settings.SIGNIN_SECRET_FALLBACKS = [settings.SIGNIN_SECRET, *settings.SIGNIN_SECRET_FALLBACKS]
    settings.SIGNIN_SECRET = f"rotated {len(settings.SIGNIN_SECRET_FALLBACKS)} times, and long enough"


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_sent_before_the_secret_changed_still_signs_in(post: Post, settings: Settings, times: int) -> None:
    ask()
    link = post.newest()
    ask()
    code = post.newest()
    for _ in range(times):
        rotate(settings)
    assert signin.open_link(token=link.token, browser="a browser", now=timezone.now()) is False
    assert signin.open_link(token=link.token, browser="another", now=timezone.now()) is True
    with pytest.raises(WrongCode):
        signin.prove_by_code(browser="a browser", code=code.wrong_code, now=timezone.now())
    assert signin.prove_by_code(browser="a browser", code=code.code, now=timezone.now()).user.email == ADDRESS
    with pytest.raises(LinkUsed):
        signin.prove_by_link(token=link.token, browser="a browser", now=timezone.now())


def test_a_mail_from_before_is_done_with_by_a_sign_in_after_the_change(post: Post, settings: Settings) -> None:
    ask()
    old = post.newest()
    rotate(settings)
    ask()
    assert signin.prove_by_link(token=post.newest().token, browser="a browser", now=timezone.now()).user
    with pytest.raises(LinkUsed):
        signin.prove_by_link(token=old.token, browser="a browser", now=timezone.now())


def test_without_the_old_secret_the_old_mail_opens_nothing(post: Post, settings: Settings) -> None:
    ask()
    mail = post.newest()
    rotate(settings)
    settings.SIGNIN_SECRET_FALLBACKS = []
    with pytest.raises(UnknownLink):
        signin.prove_by_link(token=mail.token, browser="a browser", now=timezone.now())
    with pytest.raises(UnknownLink):
        signin.prove_by_code(browser="a browser", code=mail.code, now=timezone.now())


def test_a_browser_stays_known_while_the_secret_changes(settings: Settings) -> None:
    cookie = browsers.remember(browsers.remember("", "other@example.org"), ADDRESS)
    rotate(settings)
    assert browsers.knows(cookie, ADDRESS)
    assert not browsers.knows(cookie, "stranger@example.org")
    again = browsers.remember(cookie, ADDRESS)
    settings.SIGNIN_SECRET_FALLBACKS = []
    assert browsers.knows(again, ADDRESS), "the mark was made anew"
    assert not browsers.knows(cookie, ADDRESS)
