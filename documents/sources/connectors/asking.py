"""The request to a service, as data."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Access:
    """What a service is asked with: the key it gave us, the address at which we can be reached, our site's."""

    key: str = ""
    contact: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """``path`` is appended to the service's base address."""

    path: str
    method: str = "GET"
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    #: Asked with a key of the person's own: a refusal speaks of that key, and of nobody else's.
    is_key_theirs: bool = False


def named_program(access: Access) -> dict[str, str]:
    """Who says how to be reached is asked before anybody is shut out, and gets the faster lane of registers."""
    reach = "; ".join(one for one in (access.site, f"mailto:{access.contact}" if access.contact else "") if one)
    return {"User-Agent": f"TesiGo/1 ({reach})" if reach else "TesiGo/1"}
