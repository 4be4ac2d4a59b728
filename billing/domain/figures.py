"""Our figures, as the landing page shows them: what was seen, and the command that shows it again.

Each is written down in `docs/benchmarks.md`; a test holds that it says the same there.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Figure:
    """``found`` of ``total``, or alone; ``seen`` are the words of `docs/benchmarks.md` that it rests on."""

    found: str
    label: str | Promise
    note: str | Promise
    command: str
    seen: str
    total: str = ""


FIGURES: Final = (
    Figure(
        found="342",
        total="342",
        label=_("citations lead to a source"),
        note=_("as delivered, while every fifth answer of the writer named works that nobody had handed in"),
        command="make bench FIGURE=citations",
        seen="342 of 342 resolved",
    ),
    Figure(
        found="348",
        total="348",
        label=_("quotations stand word for word in their passage"),
        note=_("looked up again after delivery, by another program than the one that checks them"),
        command="make bench FIGURE=citations",
        seen="348 of 348 quotations word for word",
    ),
    Figure(
        found="111",
        total="111",
        label=_("documents have the pages that were paid"),
        note=_(
            "in ten languages, with a writer that gives up to 40 % too little or too much; no file takes a sheet more"
        ),
        command="make bench FIGURE=pages",
        seen="111 of 111 within R-11",
    ),
    Figure(
        found="100",
        label=_("kills survived"),
        note=_(
            "of web, workers, Redis and PostgreSQL while 20 documents were written: all delivered, none charged twice"
        ),
        command="make chaos",
        seen="100 × `kill -9`",
    ),
)
