"""What makes a secret easy to guess: its length, words that stand anywhere in it, a few characters repeated (R-103)."""

import re
import secrets
import unicodedata
from collections.abc import Callable
from typing import Final

SECRET_MIN_LENGTH: Final = 32
#: The shortest keys that services give out have 22 characters.
KEY_MIN_LENGTH: Final = 20
#: A secret of fewer different characters repeats itself.
FEWEST_DIFFERENT_CHARACTERS: Final = 8
WEAK_WORDS: Final = (
    "secret", "password", "passwort", "12345", "admin", "default", "test",
    "changeme", "change-me", "change_me", "django-insecure", "example", "placeholder", "yourkey", "your-key",
    "your_key", "your-api", "your_api", "yourapi", "replace", "insert", "letmein", "qwerty", "xxxx",
)  # fmt: skip
#: How keys of known services begin; what they say there ("sk_test_", the number of a Telegram bot) says nothing about
#: the key.
_PREFIX: Final = re.compile(
    r"(?:[srp]k_(?:test|live)_|whsec_(?:test_)?|sk-(?:proj|svcacct|ant-api\d\d|ant)-|sk-|tvly-(?:dev|prod)-|tvly-|pplx-|[0-9]{6,12}:)"
)
#: A word of up to five letters comes up by chance in one of 10,000 long keys: it counts for nothing where it stands
#: there once, no other does, and as much as this is left without it.
_CHANCE_LETTERS: Final = 5
_STRONG_WITHOUT_CHARACTERS: Final = 40


def weakness(value: str) -> str:
    """Why a secret of our own is too weak, as the end of a sentence about it; empty for a good one."""
    return _too_short(value, SECRET_MIN_LENGTH) or _word_in(value) or _repeats(value)


def weakness_of_key(value: str, *, shortest: int = KEY_MIN_LENGTH) -> str:
    """The same for a key that a service gave out: its known beginning is not judged, and chance is allowed for."""
    if not (value.isascii() and value.isprintable()) or " " in value:
        return "holds characters that no key has; copy it anew"
    rest = _PREFIX.sub("", value, count=1) if _PREFIX.match(value) else value
    return _too_short(value, shortest) or _word_in(rest, chance=True) or _repeats(rest)


def password_is_weak(value: str, *, user: str) -> bool:
    """Whether a password that stands within a URL is easily guessed: a weak word is in it, or it is its user's name."""
    return bool(_word_in(value, chance=True)) or value.casefold() == user.casefold()


def strong(make: Callable[[], str]) -> str:
    """What ``make`` makes, made anew where a weak word came up in it by chance."""
    while weakness(value := make()):
        pass
    return value


def strong_secret() -> str:
    """A fresh secret of 384 bits."""
    return strong(lambda: secrets.token_urlsafe(48))


def _too_short(value: str, shortest: int) -> str:
    return f"is too short: {len(value)} characters, at least {shortest} are needed" if len(value) < shortest else ""


def _word_in(value: str, *, chance: bool = False) -> str:
    plain = unicodedata.normalize("NFKC", value).casefold()
    found = [word for word in WEAK_WORDS for _ in range(plain.count(word))]
    if not found or (chance and len(found) == 1 and _is_chance(found[0], plain)):
        return ""
    return f"holds {found[0]!r}, which is easily guessed"


def _is_chance(word: str, plain: str) -> bool:
    left = plain.replace(word, "")
    return (
        len(word) <= _CHANCE_LETTERS
        and len(left) >= _STRONG_WITHOUT_CHARACTERS
        and len(set(left)) >= 2 * FEWEST_DIFFERENT_CHARACTERS
    )


def _repeats(value: str) -> str:
    return "repeats a few characters, which is easily guessed" if len(set(value)) < FEWEST_DIFFERENT_CHARACTERS else ""
