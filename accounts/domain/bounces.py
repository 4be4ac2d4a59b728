"""What a refusal says about an address, by its enhanced status code (RFC 3463), and about nothing else.

A mailbox that is full or a server that blocks ours say nothing against an address: only 5.1.x does, and of it not what
is about the sender.
"""

from enum import Enum, auto
from typing import Final

from accounts.enhanced_status import STATUS

#: 5.1.5 is no failure, 5.1.7 and 5.1.8 are about our own address, 5.1.9 about relaying.
_NOT_THE_ADDRESS: Final = frozenset({5, 7, 8, 9})


class BounceVerdict(Enum):
    """What follows from a refusal."""

    #: There is no such address: nothing more is sent to it.
    DEAD = auto()
    #: No way to the domain: the address is dead if the same is said another day (5.4.4).
    UNREACHABLE = auto()
    #: Not the fault of the address, and may be over later.
    LATER = auto()
    #: This mail was not wanted; the next may be.
    REFUSED = auto()


def verdict(status: str, *, code: int = 0) -> BounceVerdict:
    """What an enhanced status code means; where there is none, ``code`` is the reply code of SMTP.

    Without an enhanced code nothing is held against the address.
    """
    parts = [int(part) for part in status.split(".")] if STATUS.fullmatch(status) else []
    if not parts:
        return BounceVerdict.LATER if 400 <= code < 500 else BounceVerdict.REFUSED
    kind, subject, detail = parts
    if kind != 5:
        return BounceVerdict.LATER
    if subject == 1 and detail not in _NOT_THE_ADDRESS:
        return BounceVerdict.DEAD
    if (subject, detail) == (4, 4):
        return BounceVerdict.UNREACHABLE
    return BounceVerdict.LATER if subject in {2, 4, 7} else BounceVerdict.REFUSED
