"""What consent is asked for: what exists, and nothing that does not (R-70).

Whoever begins to do something that needs consent registers its purpose in `AppConfig.ready()`, and people are asked
from then on. Nothing counts visits and nobody sends news today, so that only the terms are asked for.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from privacy.enums import ConsentKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Purpose:
    """One box: what is allowed by ticking it, and what follows from it."""

    kind: ConsentKind
    question: "StrOrPromise"
    explanation: "StrOrPromise"


_asked: dict[ConsentKind, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Has people asked for it; registering a kind again replaces its words."""
    _asked[purpose.kind] = purpose


def asked() -> list[Purpose]:
    """What is asked for today, the needed one first."""
    return [_asked[kind] for kind in ConsentKind if kind in _asked]


def is_asked(kind: ConsentKind) -> bool:
    """Whether there is anything that this kind of consent would allow."""
    return kind in _asked
