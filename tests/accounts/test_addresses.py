"""One canonical form per mailbox (R-52)."""

import pytest

from accounts import addresses
from accounts.errors import DisposableAddress, LookAlikeAddress, NotAnAddress


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("john@gmail.com", "john@gmail.com"),
        ("JOHN@GMAIL.COM", "john@gmail.com"),
        ("  John@Gmail.com\n", "john@gmail.com"),
        ("john+thesis@gmail.com", "john@gmail.com"),
        ("john+a+b@gmail.com", "john@gmail.com"),
        ("john.doe@gmail.com", "john.doe@gmail.com"),
        ("johndoe@gmail.com", "johndoe@gmail.com"),
        ("ada@münchen.de", "ada@xn--mnchen-3ya.de"),
        ("ada@MÜNCHEN.de", "ada@xn--mnchen-3ya.de"),
        ("ada@xn--mnchen-3ya.de", "ada@xn--mnchen-3ya.de"),
        ("ada@faß.de", "ada@xn--fa-hia.de"),
        ("ada@例え.jp", "ada@xn--r8jz45g.jp"),
        ("ada＠ｕｎｉ.example", "ada@uni.example"),
        ("o'brien@uni.example", "o'brien@uni.example"),
    ],
)
def test_every_way_to_write_a_mailbox_has_one_form(typed: str, canonical: str) -> None:
    assert addresses.parse(typed).canonical == canonical


def test_the_address_as_typed_is_kept_for_sending() -> None:
    address = addresses.parse("  John.Doe+Thesis@MÜNCHEN.de ")
    assert address.as_typed == "John.Doe+Thesis@MÜNCHEN.de"
    assert address.domain == "xn--mnchen-3ya.de"


@pytest.mark.parametrize(
    "typed",
    [
        "jоhn@gmail.com",  # Cyrillic о
        "john@gmаil.com",  # Cyrillic а in the domain
        "john@xn--gmil-63d.com",  # the same, as it goes over the wire
        "john@аррӏе.com",  # wholly Cyrillic, reads as Latin
        "jοhn@gmail.com",  # Greek ο
        "john@gmаil_.com",  # Cyrillic а where IDNA refuses the rest
        "аса@gmail.com",  # a local part that reads as Latin
    ],
)
def test_look_alikes_are_refused(typed: str) -> None:
    with pytest.raises(LookAlikeAddress):
        addresses.parse(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "john",
        "john@",
        "@gmail.com",
        "+tag@gmail.com",
        "john@gmail",
        "john@localhost",
        "john@@gmail.com",
        "john doe@gmail.com",
        "john@gmail..com",
        "john@-gmail.com",
        '"john doe"@gmail.com',
        "john@[192.0.2.1]",
        "john@gmail.com\nbcc:eve@evil.example",
        "john\x00@gmail.com",
        "юзер@gmail.com",
        "a" * 65 + "@gmail.com",
        "a@" + "b" * 250 + ".com",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises((NotAnAddress, LookAlikeAddress)):
        addresses.parse(typed)


@pytest.mark.parametrize(
    "typed", ["a@mailinator.com", "a@MAILINATOR.com", "a@sub.mailinator.com", "a+b@mailinator.com"]
)
def test_throw_away_addresses_are_refused(typed: str) -> None:
    with pytest.raises(DisposableAddress):
        addresses.parse(typed)


def test_a_login_name_does_not_depend_on_letter_case() -> None:
    assert addresses.login_name(" Staff@TesiGo.Example ") == "staff@tesigo.example"
