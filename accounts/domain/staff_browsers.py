"""Browsers that passed a second factor of an account before: strangers who guess its name cannot shut them out (R-55).

The cookie is signed and names no address. A browser's wrong passwords are counted under a name of its own, so that it
has its own allowance, and is locked by its own guesses only.
"""

import secrets
from typing import Final

from django.conf import settings
from django.core import signing

from tesigo.platform.crypto import keyed_hash, keyed_hashes, same

COOKIE: Final = f"{settings.COOKIE_PREFIX}tesigo-staff"
KNOWN_SECONDS: Final = 90 * 86_400
_SALT: Final = "accounts.staff-browser"


def remember(address: str) -> str:
    """The cookie's value for a browser that has just passed the second factor of this canonical address."""
    return signing.dumps([keyed_hash("staff-browser", address).hex()[:32], secrets.token_hex(8)], salt=_SALT)


def name_of(cookie: str, address: str) -> str:
    """The browser's own name, of 16 letters, if it passed a second factor of the address before; else empty."""
    try:
        mark, name = signing.loads(cookie, salt=_SALT, max_age=KNOWN_SECONDS)
    except (signing.BadSignature, TypeError, ValueError):
        return ""
    mine = [one.hex()[:32] for one in keyed_hashes("staff-browser", address)]
    return str(name) if any(same(one.encode(), str(mark).encode()) for one in mine) else ""
