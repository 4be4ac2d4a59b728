"""A source in the shape in which works are compared."""

from documents.models import Source
from documents.sources.found import FoundWork, doi, entries, frozen_names, year
from documents.sources.retractions import by_title


def as_work(source: Source) -> FoundWork:
    """What a source says of its work, to be held beside another."""
    dates = (source.csl.get("issued") or {}).get("date-parts") or [[]]
    return FoundWork(
        title=by_title(source.title).title,
        doi=doi(source.doi),
        year=year(dates[0][0]) if dates[0] else None,
        authors=frozen_names(entries(source.csl.get("author"))),
    )
