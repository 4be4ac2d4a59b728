"""Mail providers that report what became of a mail: each checks its own signature and speaks in our words (R-54)."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from accounts.errors import EventRefused, UnknownProvider
from accounts.providers import generic, mailgun, postmark, sns
from accounts.providers.sns import confirm
from accounts.providers.told import Headers, Told

__all__ = ["Headers", "confirm", "headers_for", "read"]

_Read = Callable[[bytes, Any, Headers, datetime], list[Told]]
_PROVIDERS: Final[dict[str, tuple[Callable[[], bool], _Read]]] = {
    "json": (generic.is_set_up, generic.read),
    "ses": (sns.is_set_up, sns.read),
    "mailgun": (mailgun.is_set_up, mailgun.read),
    "postmark": (postmark.is_set_up, postmark.read),
}
_WAYS_BACK: Final = ((sns.is_set_up, sns.way_back), (mailgun.is_set_up, mailgun.way_back))


def read(provider: str, body: bytes, headers: Headers, now: datetime) -> list[Told]:
    """What a provider tells, once its signature was checked. Raises UnknownProvider, EventRefused or TryLater."""
    is_set_up, reader = _PROVIDERS.get(provider, (lambda: False, generic.read))
    if not is_set_up():
        raise UnknownProvider
    try:
        # Whatever the content type says: SNS sends JSON as text/plain.
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise EventRefused("unreadable") from error
    if not isinstance(data, dict):
        raise EventRefused("unreadable")
    try:
        return reader(body, data, headers, now)
    except (TypeError, ValueError) as error:
        # A value of the wrong type or half a character: the provider did not sign this.
        raise EventRefused("unreadable") from error


def headers_for(mail_id: str) -> dict[str, str]:
    """What a mail carries so that the providers that are set up bring its id back, each in its own way."""
    found: dict[str, str] = {}
    for is_set_up, way_back in (*_WAYS_BACK, (postmark.is_set_up, postmark.way_back)):
        if is_set_up():
            found |= way_back(mail_id)
    return found
