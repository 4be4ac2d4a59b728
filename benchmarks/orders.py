"""Documents that are about to be paid for and written, with an invented source large enough for 200 pages.

Imported once Django is set up. Nothing of it is real: the stations, the figures, the money.
"""

import itertools
import random
import time
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from billing.enums import PaymentState
from billing.models import Payment, PriceList
from documents.domain.outline import share_pages
from documents.enums import DocumentState, Language, SourceOrigin
from documents.models import Document, Passage, Section, Source
from generation.engine import admission
from generation.enums import OPEN_JOB_STATES, JobKind
from generation.models import Job

TOPICS: Final = {
    "en": "How lighthouses were kept, and what became of their keepers",
    "de": "Wie Leuchttürme betrieben wurden und was aus ihren Wärtern wurde",
    "it": "Come si custodivano i fari e che cosa ne è stato dei loro guardiani",
    "es": "Cómo se atendían los faros y qué fue de sus guardianes",
    "fr": "Comment on gardait les phares et ce que sont devenus leurs gardiens",
    "pl": "Jak prowadzono latarnie morskie i co się stało z latarnikami",
    "pt": "Como se guardavam os faróis e o que foi feito dos seus guardiães",
    "nl": "Hoe vuurtorens werden bediend en wat er van hun wachters werd",
    "cs": "Jak se staralo o majáky a co se stalo s jejich strážci",
    "ro": "Cum erau îngrijite farurile și ce s-a ales de paznicii lor",
}
_PLACES: Final = (
    "Grimholm", "Aldervik", "Sorland", "Tarnskjær", "Ulvsund", "Hestmar", "Kvitøy", "Brandnes", "Ravnfjord", "Skarvik",
    "Lyngstad", "Måkeholm", "Stormvik", "Eidsund", "Fagernes", "Haugvær", "Nordmar", "Osterøy", "Rundholm", "Vestnes",
)  # fmt: skip
_WHO: Final = ("keeper", "second assistant", "inspector", "engineer", "harbour master", "parish clerk", "ferryman")
_DID: Final = ("counted", "wrote down", "paid for", "asked the board for", "reported the loss of", "sent away")
_WHAT: Final = (
    "barrels of oil", "ships in distress", "panes of glass", "hours of fog", "sacks of flour", "letters from ashore",
    "wicks for the great lamp", "feet of rope", "migrating birds", "days without a boat",
)  # fmt: skip
_WHY: Final = (
    "because the autumn gales had come early",
    "although the instructions of the board forbade it",
    "after the boat had failed to land for the third time",
    "while the lantern was being rebuilt in iron",
    "so that the families would not have to leave the rock",
    "which the register of the following year calls too few",
)
_PASSAGES: Final = 400
_SENTENCES: Final = 4
_numbers = itertools.count(1)


def order(*, pages: int, sections: int, language: str = "en", searches: bool = False) -> Document:
    """A document with an outline and a source that nobody has paid for yet: what is paid for, beat starts by itself.

    ``searches``: the search services are asked for further sources, as they are unless a student says no.
    """
    number = next(_numbers)
    with transaction.atomic():
        owner = User.objects.create_user(f"writer{number}@example.org")
        document = Document.objects.create(
            owner=owner,
            topic=TOPICS[language],
            title=TOPICS[language],
            language=Language(language),
            pages=pages,
            state=DocumentState.OUTLINED,
            search_for_sources=searches,
        )
        _outline(document, sections)
        _source(document)
    return document


def look_ahead(documents: Sequence[Document], *, seconds: float = 120) -> None:
    """What happens once there is an outline, before anybody pays. Raises TimeoutError."""
    for document in documents:
        admission.start_search(document_id=document.pk)
    ends_at = time.monotonic() + seconds
    searches = Job.objects.filter(document__in=documents, kind=JobKind.SOURCES, state__in=OPEN_JOB_STATES)
    while searches.exists():
        if time.monotonic() > ends_at:
            raise TimeoutError(f"sources were still looked for after {seconds:g} s")
        time.sleep(0.05)


def start(document: Document) -> None:
    """Pays for it and puts it into the queue, as the payment's success does."""
    with transaction.atomic():  # or beat may be faster
        pay(document)
        admission.start(document_id=document.pk, payment_id=document.payments.get().pk)


def _outline(document: Document, sections: int) -> None:
    shares = share_pages([Decimal(1)] * sections, document.pages)
    for position, (share, title) in enumerate(zip(shares, _titles(), strict=False)):
        Section.objects.create(
            document=document, position=position, title=title, covers=f"{title}: {document.topic}", pages=share
        )


def _titles() -> "itertools.chain[str]":
    """Titles that are the same in every language; more than any document has sections."""
    years = range(1871, 1991, 10)
    return itertools.chain.from_iterable((f"{place}, {year}–{year + 9}" for place in _PLACES) for year in years)


def _source(document: Document) -> None:
    """A register of the stations: every sentence another fact, so that sections have something of their own to cite."""
    key = "ellingsen-2019"
    csl: dict[str, Any] = {"id": key, "type": "book", "title": "Registers of the Outer Sound"}
    csl |= {"author": [{"family": "Ellingsen", "given": "Mara"}], "issued": {"date-parts": [[2019]]}}
    source = Source.objects.create(
        document=document, key=key, origin=SourceOrigin.UPLOAD, title=csl["title"], csl=csl, page_count=_PASSAGES
    )
    chance = random.Random(document.pages)
    Passage.objects.bulk_create(
        Passage(source=source, page=place + 1, page_label=str(place + 1), position=place, text=_passage(chance, place))
        for place in range(_PASSAGES)
    )
    Passage.objects.filter(source=source).update(search=SearchVector("text", config="english"))


def _passage(chance: random.Random, place: int) -> str:
    where, decade = _PLACES[place % len(_PLACES)], 1871 + 10 * (place // len(_PLACES) % 12)
    return " ".join(
        f"In {decade + chance.randrange(10)} the {chance.choice(_WHO)} of {where} {chance.choice(_DID)} "
        f"{chance.randrange(11, 990)} {chance.choice(_WHAT)}, {chance.choice(_WHY)}."
        for _ in range(_SENTENCES)
    )


def pay(document: Document) -> None:
    """A payment that has succeeded."""
    now = timezone.now()
    Payment.objects.create(
        document=document,
        user=document.owner,
        price_list=PriceList.objects.get(),
        pages=document.pages,
        amount=Decimal("0.50") * document.pages,
        state=PaymentState.SUCCEEDED,
        lines=[],
        consented_at=now,
        succeeded_at=now,
        expires_at=now + timedelta(hours=24),
        stripe_session_id=f"cs_test_{document.pk.hex}",
        stripe_payment_intent_id=f"pi_{document.pk.hex}",
    )
