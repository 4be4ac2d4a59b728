"""Two cookies: which browser asked to sign in (R-51), and to which addresses it has signed in before (R-53)."""

import secrets

from django.conf import settings
from django.core import signing

from tesigo.platform.crypto import is_hash_of, keyed_hash, keyed_hashes, same

#: Seconds the asking browser is remembered; longer than its mail works.
ASKING_SECONDS = 3600
KNOWN_SECONDS = 365 * 86_400
_MOST_KNOWN_BROWSERS = 10
_SALT = "accounts.known-browser"
ASKING_COOKIE = f"{settings.COOKIE_PREFIX}tesigo-asking"
KNOWN_COOKIE = f"{settings.COOKIE_PREFIX}tesigo-known"


def new_browser() -> str:
    """A random name for a browser, 256 bits."""
    return secrets.token_urlsafe(32)


def browser_hash(browser: str) -> bytes:
    """How an asking browser is kept in the database."""
    return keyed_hash("browser", browser)


def browser_hashes(browser: str) -> list[bytes]:
    """Each way in which it may be kept there while the secret rotates."""
    return keyed_hashes("browser", browser)


def is_browser(stored: bytes | memoryview, browser: str) -> bool:
    """Whether what is kept is this browser's hash."""
    return is_hash_of(stored, "browser", browser)


def knows(cookie: str, canonical: str) -> bool:
    """Whether the cookie proves that this browser has signed in to the address before."""
    mine = _marks_of(canonical)
    return any(same(mark.encode(), known.encode()) for known in _marks(cookie) for mark in mine)


def remember(cookie: str, canonical: str) -> str:
    """The cookie's next value: with this address first, the oldest forgotten. It names no address in plain text."""
    mine = _marks_of(canonical)
    marks = [mine[0], *(known for known in _marks(cookie) if known not in mine)]
    return signing.dumps(marks[:_MOST_KNOWN_BROWSERS], salt=_SALT)


def _marks_of(canonical: str) -> list[str]:
    """The address's mark, and those that an older secret gave it."""
    return [one.hex()[:32] for one in keyed_hashes("known-browser", canonical)]


def _marks(cookie: str) -> list[str]:
    try:
        marks = signing.loads(cookie, salt=_SALT, max_age=KNOWN_SECONDS)
    except signing.BadSignature:
        return []
    return [str(mark) for mark in marks]
