"""A person's Zotero library, read by a key of theirs: https://www.zotero.org/support/dev/web_api/v3/basics

The key is theirs: it goes in a header, for as long as the library is read, and is kept nowhere.
"""

import asyncio
import re
from typing import Any, Final

from documents.errors import DocumentError
from documents.sources.asking import NoAnswer, NotThere, Service, line
from documents.sources.connectors import Connector
from documents.sources.connectors.asking import Ask
from documents.sources.found import entries, part

#: Items of one library that are read; a page holds at most 100.
MAX_ITEMS: Final = 2_000
_PAGE_ITEMS: Final = 100
#: Seconds for all of it; somebody waits for the answer.
LONGEST_SECONDS: Final = 20.0
_KEY: Final = re.compile(r"[A-Za-z0-9]{24}")
_CONNECTOR: Final = Connector("zotero")


class ZoteroRefused(DocumentError):
    """The library was not read; the text is a word for why: key, access, silent."""


async def library(*, key: str, url: str, seconds: float = LONGEST_SECONDS) -> tuple[list[dict[str, Any]], bool]:
    """The items as CSL JSON, at most `MAX_ITEMS`, and whether these are all. Raises ZoteroRefused."""
    if not _KEY.fullmatch(key):
        raise ZoteroRefused("key")
    service = Service(connector=_CONNECTOR, url=url, per_second=5.0, at_once=1)
    headers = {"Zotero-API-Key": key, "Zotero-API-Version": "3"}
    try:
        async with asyncio.timeout(seconds), line([service]) as asked:
            whose = await asked.ask(service, Ask("/keys/current", headers=headers, is_key_theirs=True))
            user = part(whose, "userID")
            if not isinstance(user, int) or part(whose, "access", "user", "library") is not True:
                raise ZoteroRefused("access")
            found: list[dict[str, Any]] = []
            while len(found) < MAX_ITEMS:
                params = {
                    "format": "csljson",
                    "itemType": "-attachment || note || annotation",  # none of these
                    "limit": str(_PAGE_ITEMS),
                    "start": str(len(found)),
                }
                ask = Ask(f"/users/{user}/items", params=params, headers=headers, is_key_theirs=True)
                page = entries(part(await asked.ask(service, ask), "items"))
                found += page
                if len(page) < _PAGE_ITEMS:
                    return found, True
    except NoAnswer as failure:
        raise ZoteroRefused("key" if str(failure) == "refused" else "silent") from failure
    except (TimeoutError, NotThere) as failure:
        raise ZoteroRefused("silent") from failure
    return found[:MAX_ITEMS], False
