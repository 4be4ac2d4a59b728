"""How many sign-in mails may be asked for (R-53)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.domain import browsers
from accounts.errors import TooManySignIns
from accounts.models import Mail, SignInRequest
from tests.accounts.journey import ADDRESS, ask, at_once

pytestmark = pytest.mark.django_db


def test_five_an_hour_from_one_address_of_the_net() -> None:
    now = timezone.now()
    for number in range(5):
        ask(f"a{number}@uni{number}.example", now=now + timedelta(minutes=number))
    with pytest.raises(TooManySignIns) as caught:
        ask("b@uni.example", now=now + timedelta(minutes=10))
    assert caught.value.retry_after == timedelta(minutes=50)
    ask("b@other.example", ip="203.0.113.8", now=now + timedelta(minutes=10))
    ask("b@uni.example", now=now + timedelta(minutes=61))


def test_three_a_day_to_one_mailbox_however_it_is_written() -> None:
    for number, typed in enumerate(("ada@university.example", "ADA@University.example", "ada+x@university.example")):
        ask(typed, ip=f"203.0.113.{number}")
    with pytest.raises(TooManySignIns):
        ask("Ada+y@UNIVERSITY.example", ip="203.0.113.9")
    ask("ada.lovelace@university.example", ip="203.0.113.9")


def test_twenty_an_hour_to_one_domain() -> None:
    for number in range(20):
        ask(f"student{number}@university.example", ip=f"203.0.113.{number}")
    with pytest.raises(TooManySignIns):
        ask("another@university.example", ip="203.0.113.99")


def test_big_providers_have_their_own_limit(settings: Settings) -> None:
    settings.SIGNIN_LIMITS = settings.SIGNIN_LIMITS | {"big_domain": (25, 3600)}
    for number in range(25):
        ask(f"student{number}@gmail.com", ip=f"203.0.113.{number}")
    with pytest.raises(TooManySignIns):
        ask("another@gmail.com", ip="203.0.113.99")


def test_ipv6_neighbours_count_as_one() -> None:
    for number in range(5):
        ask(f"a{number}@uni{number}.example", ip=f"2001:db8::{number + 1}")
    with pytest.raises(TooManySignIns):
        ask("b@uni.example", ip="2001:db8::ffff")


def test_callers_without_an_address_share_one_allowance() -> None:
    for number in range(5):
        ask(f"a{number}@uni{number}.example", ip=None)
    with pytest.raises(TooManySignIns):
        ask("b@uni.example", ip=None)


def test_nobody_can_lock_another_out() -> None:
    for number in range(3):
        ask(ip=f"198.51.100.{number}")
    cookie = browsers.remember("", ADDRESS)
    ask(known_cookie=cookie)
    with pytest.raises(TooManySignIns):
        ask(known_cookie=browsers.remember("", "eve@university.example"))
    for _ in range(9):
        ask(known_cookie=cookie)
    with pytest.raises(TooManySignIns):
        ask(known_cookie=cookie)


def test_a_forged_cookie_makes_no_known_browser() -> None:
    cookie = browsers.remember("", ADDRESS)
    assert browsers.knows(cookie, ADDRESS)
    assert not browsers.knows(cookie[:-2] + "xx", ADDRESS)
    assert not browsers.knows("", ADDRESS)


def test_a_refused_request_sends_nothing_and_counts_nothing() -> None:
    for number in range(3):
        ask(ip=f"203.0.113.{number}")
    for _ in range(4):
        with pytest.raises(TooManySignIns):
            ask()
    assert SignInRequest.objects.count() == Mail.objects.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("allowed", "address", "ip"),
    [
        (5, "a{0}@uni{0}.example", "203.0.113.7"),
        (3, ADDRESS, "203.0.113.{0}"),
        (7, "a{0}@university.example", "203.0.113.{0}"),
    ],
)
def test_limits_hold_under_twenty_at_once(settings: Settings, allowed: int, address: str, ip: str) -> None:
    settings.SIGNIN_LIMITS = settings.SIGNIN_LIMITS | {"domain": (7, 3600)}
    answers = at_once(20, lambda number: ask(address.format(number), ip=ip.format(number)))
    assert sum(isinstance(answer, SignInRequest) for answer in answers) == allowed
    assert sum(isinstance(answer, TooManySignIns) for answer in answers) == 20 - allowed
    assert Mail.objects.count() == allowed
