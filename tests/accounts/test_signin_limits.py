"""How many sign-in mails may be asked for (R-53)."""

import secrets
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.domain import browsers, signin, signin_limits
from accounts.errors import SignInRefused, TooManySignIns, TooManyWrongCodes, WrongCode
from accounts.models import Mail, SignInRequest, User
from tesigo.platform.crypto import keyed_hash
from tests.accounts.journey import ADDRESS, Post, ask, ask_by_page, at_once, path_of, sign_in

pytestmark = pytest.mark.django_db

#: A whole university behind one address.
CAMPUS = "192.0.2.1"


def finished(count: int, *, ip: str = CAMPUS, domain: str = "university.example", **fields: Any) -> None:
    """Requests of the last half hour that ended in sign-ins."""
    unfinished(count, ip=ip, domain=domain, redeemed_at=timezone.now(), **fields)


def unfinished(
    count: int, *, ip: str | None = CAMPUS, domain: str = "university.example", email: str = "", **fields: Any
) -> None:
    """The same that nobody has used, each of an address of its own unless one is named."""
    at = timezone.now() - timedelta(minutes=30)
    name = secrets.token_hex(4)
    rows = [
        SignInRequest(
            email=email or f"{name}{number}@{domain}",
            email_as_typed=email or f"{name}{number}@{domain}",
            domain=domain,
            token_hash=secrets.token_bytes(32),
            code_hash=secrets.token_bytes(32),
            browser_hash=secrets.token_bytes(32),
            ip=ip,
            created_at=at,
            expires_at=at + timedelta(minutes=10),
            **fields,
        )
        for number in range(count)
    ]
    SignInRequest.objects.bulk_create(rows)


def test_a_hundred_students_behind_one_address_get_in_one_after_the_other(post: Post) -> None:
    finished(97)
    unfinished(12)  # some never look into their mail
    for number in range(3):
        assert sign_in(Client(REMOTE_ADDR=CAMPUS), post, f"student{number}@university.example").status_code == 302
    assert User.objects.count() == 3


def test_a_lecture_gets_in_at_once(post: Post) -> None:
    students = [Client(REMOTE_ADDR=CAMPUS) for _ in range(3)]
    unfinished(47)
    for number, student in enumerate(students):
        assert ask_by_page(student, f"student{number}@university.example").status_code == 302
    assert ask_by_page(Client(REMOTE_ADDR=CAMPUS), "late@university.example").status_code == 429
    code = post.newest("student0@university.example").code
    assert students[0].post("/signin/check/", {"code": code}).status_code == 302
    assert ask_by_page(Client(REMOTE_ADDR=CAMPUS), "late@university.example").status_code == 302


def test_a_thousand_mails_to_others_from_one_place_are_stopped_at_fifty(post: Post) -> None:
    unfinished(48, domain="other.example")
    answers = [ask_by_page(Client(REMOTE_ADDR=CAMPUS), f"victim{number}@uni{number}.example") for number in range(30)]
    assert [answer.status_code for answer in answers] == [302] * 2 + [429] * 28
    assert Mail.objects.count() == 2
    # Who has been here before still gets in from the same place.
    cookie = browsers.remember("", ADDRESS)
    assert not ask(ip=CAMPUS, known_cookie=cookie).withheld


def test_fifty_an_hour_from_one_address_of_the_net_that_nobody_used() -> None:
    now = timezone.now()
    unfinished(48, ip="203.0.113.7", domain="other.example")
    for number in range(2):
        ask(f"a{number}@uni{number}.example", now=now)
    with pytest.raises(TooManySignIns) as caught:
        ask("b@uni.example", now=now)
    assert timedelta(minutes=29) < caught.value.retry_after < timedelta(minutes=31)
    ask("b@other.example", ip="203.0.113.8", now=now)
    ask("b@uni.example", now=now + timedelta(minutes=32))


def test_three_a_day_to_one_mailbox_however_it_is_written() -> None:
    for number, typed in enumerate(("ada@university.example", "ADA@University.example", "ada+x@university.example")):
        assert not ask(typed, ip=f"203.0.113.{number}").withheld
    assert ask("Ada+y@UNIVERSITY.example", ip="203.0.113.9").withheld
    assert not ask("ada.lovelace@university.example", ip="203.0.113.9").withheld
    assert not ask(now=timezone.now() + timedelta(hours=25)).withheld


def test_what_is_withheld_does_not_make_the_day_longer() -> None:
    now = timezone.now()
    for _ in range(3):
        ask(now=now - timedelta(hours=23))
    for _ in range(5):
        assert ask(now=now).withheld
    assert not ask(now=now + timedelta(hours=2)).withheld


def test_mails_that_were_used_are_given_back(post: Post) -> None:
    for _ in range(5):
        assert sign_in(Client(), post).status_code == 302
    assert SignInRequest.objects.filter(withheld=True).count() == 0


def test_of_a_withheld_request_no_code_can_be_guessed() -> None:
    unfinished(3, email=ADDRESS)
    ask()
    request = SignInRequest.objects.get(withheld=True)
    bound = [request.code_hash == keyed_hash("signin-code", f"{request.pk}:{code:06d}") for code in range(1000)]
    assert not any(bound)
    for _ in range(4):
        with pytest.raises(WrongCode):
            signin.prove_by_code(browser="a browser", code="123456", now=timezone.now())
    with pytest.raises(TooManyWrongCodes):
        signin.prove_by_code(browser="a browser", code="123456", now=timezone.now())


def test_the_last_mail_that_was_sent_works_after_one_was_withheld(post: Post) -> None:
    for _ in range(3):
        ask()
    mail = post.newest()
    assert ask().withheld
    with pytest.raises(WrongCode):
        signin.prove_by_code(browser="a browser", code=mail.wrong_code, now=timezone.now())
    assert signin.prove_by_code(browser="a browser", code=mail.code, now=timezone.now()).user.email == ADDRESS
    assert not SignInRequest.objects.filter(redeemed_at=None).exists(), "all four are given back"


def test_guesses_at_a_withheld_request_are_guesses_at_the_mail_before_it(post: Post) -> None:
    for _ in range(3):
        ask()
    mail = post.newest()
    for _ in range(2):
        assert ask().withheld
        for _ in range(3):
            with pytest.raises(SignInRefused):
                signin.prove_by_code(browser="a browser", code=mail.wrong_code, now=timezone.now())
    with pytest.raises(SignInRefused):
        signin.prove_by_code(browser="a browser", code=mail.code, now=timezone.now())


def test_who_turns_strangers_mails_down_gets_one_of_their_own(post: Post) -> None:
    for number in range(3):
        ask(browser="eve", ip=f"198.51.100.{number}")
    assert ask(browser="ada's new laptop").withheld
    assert Client().post(path_of(post.newest().deny_link)).status_code == 200
    assert not ask(browser="ada's new laptop").withheld


def test_fifty_an_hour_to_one_domain() -> None:
    unfinished(49, ip="198.51.100.1")
    ask("student@university.example")
    with pytest.raises(TooManySignIns):
        ask("another@university.example", ip="203.0.113.99")
    ask("another@college.example", ip="203.0.113.99")


def test_big_providers_have_their_own_limit(settings: Settings) -> None:
    settings.SIGNIN_LIMITS = settings.SIGNIN_LIMITS | {"big_domain": (25, 3600)}
    for number in range(25):
        ask(f"student{number}@gmail.com", ip=f"203.0.113.{number}")
    with pytest.raises(TooManySignIns):
        ask("another@gmail.com", ip="203.0.113.99")


def test_ipv6_neighbours_count_as_one() -> None:
    unfinished(50, ip="2001:db8::", domain="other.example")
    with pytest.raises(TooManySignIns):
        ask("b@uni.example", ip="2001:db8::ffff")


def test_callers_without_an_address_share_one_allowance() -> None:
    unfinished(50, ip=None, domain="other.example")
    with pytest.raises(TooManySignIns):
        ask("b@uni.example", ip=None)


def test_nobody_can_lock_another_out() -> None:
    for number in range(3):
        ask(ip=f"198.51.100.{number}")
    cookie = browsers.remember("", ADDRESS)
    assert not ask(known_cookie=cookie).withheld
    assert ask(known_cookie=browsers.remember("", "eve@university.example")).withheld
    for _ in range(9):
        assert not ask(known_cookie=cookie).withheld
    assert ask(known_cookie=cookie).withheld


@pytest.mark.slow
def test_who_waits_for_a_count_gives_up_soon() -> None:
    """A process that froze while it counted must not hold the connections of everybody else."""
    with psycopg.connect(**connection.get_connection_params() | {"options": ""}) as frozen:
        frozen.execute("SELECT pg_advisory_xact_lock(%s)", [signin_limits._lock_number("address", {"email": ADDRESS})])
        with pytest.raises(TooManySignIns):
            ask()
        frozen.rollback()


def test_another_trouble_of_the_database_is_no_limit() -> None:
    """A statement that was cut off is told as what it is, and not as "too many"."""
    with psycopg.connect(**connection.get_connection_params() | {"options": ""}) as frozen:
        frozen.execute("SELECT pg_advisory_xact_lock(%s)", [signin_limits._lock_number("address", {"email": ADDRESS})])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '200ms'")
        with pytest.raises(OperationalError, match="statement timeout"):
            ask()
        frozen.rollback()


def test_a_forged_cookie_makes_no_known_browser() -> None:
    cookie = browsers.remember("", ADDRESS)
    assert browsers.knows(cookie, ADDRESS)
    assert not browsers.knows(cookie[:-2] + "xx", ADDRESS)
    assert not browsers.knows("", ADDRESS)


def test_a_refused_request_sends_nothing_and_counts_nothing(post: Post) -> None:
    unfinished(50, domain="other.example")
    for _ in range(4):
        with pytest.raises(TooManySignIns):
            ask(ip=CAMPUS)
    assert SignInRequest.objects.count() == 50
    assert not Mail.objects.exists()


def test_a_withheld_mail_never_leaves(post: Post) -> None:
    unfinished(3, email=ADDRESS)
    request = ask()
    post.deliver()
    mail = Mail.objects.get(signin=request)
    assert (mail.state, mail.sealed, mail.due_at, mail.given_up_at) == ("withheld", "", None, None)
    assert post.sandbox.control.mails(ADDRESS) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("allowed", "address", "ip"),
    [
        (5, "a{0}@uni{0}.example", "203.0.113.7"),
        (7, "a{0}@university.example", "203.0.113.{0}"),
    ],
)
def test_limits_hold_under_twenty_at_once(settings: Settings, allowed: int, address: str, ip: str) -> None:
    settings.SIGNIN_LIMITS = settings.SIGNIN_LIMITS | {"ip": (5, 3600), "domain": (7, 3600)}
    answers = at_once(20, lambda number: ask(address.format(number), ip=ip.format(number)))
    assert sum(isinstance(answer, SignInRequest) for answer in answers) == allowed
    assert sum(isinstance(answer, TooManySignIns) for answer in answers) == 20 - allowed
    assert Mail.objects.count() == allowed


@pytest.mark.django_db(transaction=True)
def test_three_of_twenty_at_once_go_to_one_mailbox() -> None:
    answers = at_once(20, lambda number: ask(ip=f"203.0.113.{number}"))
    assert sum(not answer.withheld for answer in answers) == 3
    assert Mail.objects.filter(state="queued").count() == 3


def test_counting_asks_small_indexes() -> None:
    finished(3000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_signinrequest")
        for column, value in (("ip", CAMPUS), ("email", ADDRESS), ("domain", "university.example")):
            rows = SignInRequest.objects.filter(redeemed_at=None, created_at__gt=timezone.now(), **{column: value})
            assert "signin_open_" in rows.order_by("-created_at")[49:50].explain()
