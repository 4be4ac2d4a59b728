"""The codes of an authenticator app (RFC 6238), for a member of staff who is a program."""

import base64
import hmac
import struct
import time
from hashlib import sha1


def code(secret: str) -> str:
    """The six digits that an app with this secret, in base 32, shows now."""
    step = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), step, sha1)
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
