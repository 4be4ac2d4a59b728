"""What any provider tells about one mail, in our words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from accounts.enhanced_status import status_in
from accounts.enums import MailEventKind
from accounts.errors import EventRefused

#: Names of headers are looked up in any letter case.
Headers = Mapping[str, str]
#: Our own header, which comes back with reports: the id of the mail's row.
MAIL_HEADER: Final = "X-TesiGo-Mail"
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2200, 1, 1, tzinfo=UTC)
_ID: Final = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True)
class Told:
    """One report. ``event_id`` is the provider's name for it; ``status`` an enhanced status code or empty."""

    event_id: str
    kind: MailEventKind
    mail_id: UUID | None
    happened_at: datetime
    status: str = ""
    nonce: str | None = None
    confirm_url: str = ""


def name_of(value: object) -> str:
    """The provider's name for an event, fit to be kept. Raises EventRefused."""
    text = str(value) if isinstance(value, str | int) else ""
    if not _ID.fullmatch(text):
        raise EventRefused("unreadable")
    return text


def mail_of(value: object) -> UUID | None:
    """The id that came back; None where nothing of ours did."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def status_of(*values: object) -> str:
    """The first enhanced status code in what was told, the most exact first."""
    return next((found for value in values if isinstance(value, str) and (found := status_in(value))), "")


def moment(value: object, *, otherwise: datetime) -> datetime:
    """A time as providers write it: ISO 8601, or seconds since 1970."""
    found = otherwise
    try:
        if isinstance(value, int | float):
            found = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, str):
            found = datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        return otherwise
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    # A time that no database reads back is none.
    return found if _FIRST <= found.replace(tzinfo=UTC) <= _LAST else otherwise


def within(data: object, *keys: str) -> Any:
    """What lies at a path of names in JSON; None where something else is."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data
