"""What searches of the web have in common: pages with a title, an address, a date and an extract."""

from typing import Any

from documents.sources.connectors.asking import Access, Ask
from documents.sources.found import MAX_TEXT_CHARACTERS, FoundWork, doi_of, entries, part, text, title, url, year
from documents.sources.retractions import judged


def ask_for_pages(body: dict[str, Any], access: Access) -> Ask:
    """The question as both services take it."""
    return Ask(path="/search", method="POST", headers={"Authorization": f"Bearer {access.key}"}, body=body)


def pages(payload: Any, *, service: str, extract: str, date: str) -> list[FoundWork]:
    """The results that have a title and an address; ``extract`` and ``date`` name the service's own fields."""
    found = []
    for one in entries(part(payload, "results")):
        found_title, address = title(one.get("title")), url(one.get("url"))
        if found_title and address:
            standing = judged(found_title)
            found.append(
                FoundWork(
                    title=standing.title,
                    is_retracted=standing.is_retracted,
                    is_notice=standing.is_notice,
                    takes_back=standing.takes_back,
                    kind="webpage",
                    year=year(one.get(date)),
                    doi=doi_of({"URL": address}),
                    url=address,
                    text=text(one.get(extract), MAX_TEXT_CHARACTERS),
                    services=(service,),
                )
            )
    return found
