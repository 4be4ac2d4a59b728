"""Documents with everything that a job needs, as the floors below would leave them."""

import asyncio
from decimal import Decimal
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.utils import timezone

from billing.enums import PaymentState
from billing.models import Payment, PriceList
from demo.source import TEXT
from documents.domain.outline import share_pages
from documents.enums import DocumentState
from documents.models import Document, Passage, Section, Source
from generation.engine.drain import Drain
from generation.engine.queue import Claim
from generation.writing.stages import RUN
from tests.documents.factories import DocumentFactory, SourceFactory

PARAGRAPHS = [
    " ".join(part.split())
    for part in TEXT.read_text(encoding="utf-8").split("\n\n")
    if len(part) > 200 and part[0] != "#"
]


def source_with_passages(document: Document, **fields: Any) -> Source:
    """A source of invented local history, two paragraphs to a page."""
    source: Source = SourceFactory.create(document=document, page_count=len(PARAGRAPHS) // 2 + 1, **fields)
    Passage.objects.bulk_create(
        Passage(source=source, page=1 + number // 2, page_label=str(1 + number // 2), position=number, text=text)
        for number, text in enumerate(PARAGRAPHS)
    )
    Passage.objects.filter(source=source).update(search=SearchVector("text", config="english"))
    return source


def ordered_document(*, pages: int = 2, sections: int = 2, **fields: Any) -> Document:
    """An outlined document with one source and a payment that has succeeded."""
    fields = {"topic": "How lighthouses were kept", "search_for_sources": False} | fields
    document: Document = DocumentFactory.create(
        state=DocumentState.OUTLINED, title="Lighthouses", pages=pages, **fields
    )
    titles = ["The keepers and their nights", "Lamps, lenses and oil", "Wrecks and rescues", "The end of keeping"]
    for number, share in enumerate(share_pages([Decimal(1)] * sections, pages)):
        Section.objects.create(
            document=document,
            position=number,
            title=titles[number % len(titles)] + (f" {number}" if number >= len(titles) else ""),
            covers=f"what the sources say about {titles[number % len(titles)].lower()}",
            pages=share,
        )
    source_with_passages(document)
    pay(document)
    return document


def pay(document: Document) -> Payment:
    """A payment for the document, as Stripe's webhook leaves it."""
    now = timezone.now()
    return Payment.objects.create(
        document=document,
        user=document.owner,
        price_list=PriceList.objects.get(),
        pages=document.pages,
        amount=Decimal("0.50") * document.pages,
        state=PaymentState.SUCCEEDED,
        lines=[],
        consented_at=now,
        succeeded_at=now,
        expires_at=now,
        stripe_session_id=f"cs_test_{document.pk.hex}{document.payments.count() or ''}",
        stripe_payment_intent_id=f"pi_{document.pk.hex}{document.payments.count() or ''}",
    )


def drain(**options: Any) -> int:
    """Works the queue in this process until nothing is claimable."""
    return asyncio.run(Drain(RUN, **options).run())


def work_on(claims: list[Claim]) -> None:
    """Works on these steps at once, and on nothing else."""

    async def together() -> None:
        running = Drain(RUN)
        await asyncio.gather(*(running._step(claim) for claim in claims))
        for gateway in running._gateways.values():
            await gateway.close()

    asyncio.run(together())
