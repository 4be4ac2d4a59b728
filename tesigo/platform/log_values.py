"""What a log line may say beside the words that stand in the code: ids, numbers, moments, kinds of things (R-75).

People's names, numbers and words cannot be told from others by their looks, so nothing is sorted out: what is not known
to be harmless is left out. Code of ours says that a text is one of its own words by `word`; a test lists where. Errors
are told by their class and their codes; where they were raised, the line of code there says the rest.
"""

import datetime
import os
import re
import traceback
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

OURS: Final = frozenset(
    {
        "accounts", "benchmarks", "billing", "documents", "generation", "local", "privacy", "reading", "tesigo",
        "typesetting",
    }
)  # fmt: skip
LEFT_OUT: Final = "[text]"
_PLAIN: Final = (bool, int, float, Decimal, UUID, datetime.date, datetime.time, datetime.timedelta, type(None))
#: Ids as we and Stripe write them, and amounts. Nine digits at most: a telephone number has more.
_ID: Final = re.compile(
    r"-?\d{1,9}(?:\.\d{1,12})?|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?:ch|cs|cus|dp|du|evt|in|pi|pm|py|re|txn)_[A-Za-z0-9_]{1,100}"
)
#: What libraries name: tasks, paths, addresses of servers, versions. Nothing that is quoted, and no sentence.
_NAME: Final = re.compile(r"[A-Za-z0-9_./:@+=&?%~#,*^-]{0,300}")
_PHRASES: Final = frozenset(status.phrase for status in HTTPStatus)
#: Attributes of errors that are codes, by the libraries that we use.
_CODES: Final = ("sqlstate", "http_status", "status_code", "code", "returncode")
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
#: Errors whose words Python makes of names in the code. A class of ours joins them by ``is_loggable``.
_HARMLESS: Final = (AttributeError, NameError, ImportError)
_MOST_LEVELS: Final = 4


class Word(str):
    """A text of the code's own."""

    __slots__ = ()


def word(text: str) -> Word:
    """Says that the text stands in the code, or was judged; never what a person or a service has written."""
    return Word(text)


def shown(value: Any, *, is_ours: bool, depth: int = 0) -> Any:
    """The value as a log may hold it."""
    if isinstance(value, Enum):
        return shown(value.value if isinstance(value.value, int) else Word(value.value), is_ours=is_ours)
    if isinstance(value, (Word, *_PLAIN)):
        return value
    if isinstance(value, str):
        is_known = value in _PHRASES or (_ID if is_ours else _NAME).fullmatch(value)
        return value if is_known else LEFT_OUT
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, BaseException):
        return described(value)
    if depth >= _MOST_LEVELS:
        return LEFT_OUT
    if isinstance(value, Mapping):
        return {
            str(shown(key, is_ours=is_ours)): shown(one, is_ours=is_ours, depth=depth + 1) for key, one in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [shown(one, is_ours=is_ours, depth=depth + 1) for one in value]
    # Its text may be a title or a name: models have such.
    return f"[{type(value).__name__}]"


def described(error: BaseException) -> str:
    """The error's class with its codes; its words only where they can hold nobody's."""
    kind = type(error)
    name = kind.__name__ if kind.__module__ in {"builtins", "__main__"} else f"{kind.__module__}.{kind.__qualname__}"
    if kind in _HARMLESS or vars(kind).get("is_loggable"):
        return f"{name}: {error}"
    facts = []
    if isinstance(error, OSError) and isinstance(error.errno, int):
        facts.append(os.strerror(error.errno))
    for code in _CODES:
        value = getattr(error, code, None)
        if isinstance(value, int | str) and _CODE.fullmatch(str(value)):
            facts.append(f"{code}={value}")
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    if constraint:
        facts.append(f"constraint={constraint}")
    return f"{name} ({', '.join(facts)})" if facts else name


def trace(error: BaseException) -> str:
    """The traceback as Python prints it, with causes, in which each error is only described."""
    parts: list[str] = []
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        frames = "".join(traceback.format_list(traceback.extract_tb(link.__traceback__)))
        parts.append(f"Traceback (most recent call last):\n{frames}{described(link)}")
        if isinstance(link, BaseExceptionGroup):
            parts[-1] += "".join(f"\n  of which: {described(one)}" for one in link.exceptions)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\n\nwhich followed from the one above:\n\n".join(reversed(parts))
