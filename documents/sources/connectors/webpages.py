"""What searches of the web have in common: pages with a title, an address, a date and an extract."""

from typing import Any

from documents.sources.connectors.asking import Ask
from documents.sources.found import MAX_TEXT, FoundWork, doi, entries, part, text, url, year


def ask_for_pages(body: dict[str, Any], key: str) -> Ask:
    """The question as both services take it."""
    return Ask(path="/search", method="POST", headers={"Authorization": f"Bearer {key}"}, body=body)


def pages(payload: Any, *, service: str, extract: str, date: str) -> list[FoundWork]:
    """The results that have a title and an address; ``extract`` and ``date`` name the service's own fields."""
    found = []
    for one in entries(part(payload, "results")):
        title, address = text(one.get("title")), url(one.get("url"))
        if title and address:
            found.append(
                FoundWork(
                    title=title,
                    kind="webpage",
                    year=year(one.get(date)),
                    doi=doi(address) if "doi.org/" in address else "",
                    url=address,
                    text=text(one.get(extract), MAX_TEXT),
                    services=(service,),
                )
            )
    return found
