"""The source desk with 10,000 sources ÷ with 10: time of a page, and its queries.

Pages are asked for in turn, in this process, once each source on them was set as it will print; medians. SOURCES=
(10000), ROUNDS= (60).
"""

import os
import statistics
import time
from typing import TYPE_CHECKING, Final

from benchmarks import tables
from benchmarks.site import site

if TYPE_CHECKING:
    from django.test import Client

_FEW: Final = 10
_HEAD: Final = ("page", "time", "÷ with 10", "queries", "to reach")


def main() -> None:
    """The same pages of both documents in turn."""
    many, rounds = int(os.environ.get("SOURCES", "10000")), int(os.environ.get("ROUNDS", "60"))
    with site():
        from django.conf import settings
        from django.core.management import call_command
        from django.test import Client

        from benchmarks.signed_in import cookie_of
        from tests.documents.factories import UserFactory

        call_command("collectstatic", interactive=False, verbosity=0)
        user = UserFactory.create()
        few, large = _desk(user, _FEW), _desk(user, many)
        pages = {
            f"{_FEW} sources": few,
            f"{many:,} sources": large,
            "the last page of them": f"{large}?page={many // _FEW}",
            "those of a year": f"{large}?first_year=1990&last_year=1990",
            "words of a title": f"{large}?q=number+0007",
        }
        name, _, value = cookie_of(user).partition("=")
        client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
        client.cookies[name] = value
        queries = {words: _queries(client, address) for words, address in pages.items()}
        taken: dict[str, list[float]] = {words: [] for words in pages}
        for _round in range(rounds):
            for words, address in pages.items():
                taken[words].append(_timed(client, address))
    medians = {words: statistics.median(times) for words, times in taken.items()}
    least = medians[f"{_FEW} sources"]
    aims = {f"{many:,} sources": "≤ 1.2, ≤ 12 queries"}
    rows = [
        (words, f"{1000 * median:.1f} ms", f"{median / least:.2f}", str(queries[words]), aims.get(words, ""))
        for words, median in medians.items()
    ]
    tables.show("A page of the source desk", _HEAD, rows)


def _desk(user: object, number: int) -> str:
    """The address of a desk with ``number`` sources, each with a passage."""
    from django.db import connection
    from django.urls import reverse

    from documents.enums import SourceOrigin
    from documents.models import Passage, Source
    from tests.documents.factories import outlined_document

    document = outlined_document(owner=user)
    sources = [
        Source(
            document=document, key=f"lind-{place}", origin=SourceOrigin.BIBLIOGRAPHY, title=f"Work number {place:05}",
            csl={
                "id": f"lind-{place}", "type": "article-journal", "title": f"Work number {place:05}",
                "author": [{"family": f"Lind {place}", "given": "Ada"}, {"family": "Berg", "given": "Jan"}],
                "issued": {"date-parts": [[1950 + place % 70]]}, "container-title": "Annals of Light",
                "volume": str(place % 40), "page": "12-31", "language": "en",
            },
        )
        for place in range(number)
    ]  # fmt: skip
    Source.objects.bulk_create(sources, batch_size=1_000)
    Passage.objects.bulk_create([Passage(source=source, position=0, text="Words.") for source in sources])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE documents_source, documents_passage")
    return reverse("documents:desk", args=[document.pk])


def _queries(client: "Client", address: str) -> int:
    """The second time: the first one sets what is on the page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


def _timed(client: "Client", address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    taken = time.perf_counter() - began
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code}")
    return taken


if __name__ == "__main__":
    main()
