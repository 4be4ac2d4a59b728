"""The table at the end of `make chaos`: what was promised, counted in the database and in Stripe's books."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Sum

from billing.models import Payment, Refund
from documents.domain import outline, page_count
from documents.enums import DocumentState
from documents.models import Document
from generation.enums import JobKind, Outcome
from generation.models import Attempt, Job
from sandbox.client import Control
from tests.faults.watching import Watch

_CENT: Final = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One row of the table; ``broken`` where the number breaks a promise."""

    name: str
    value: str
    broken: bool = False


@dataclass(frozen=True)
class Money:
    """What Stripe has for one document, in cents."""

    charged: tuple[int, ...] = ()
    refunded: int = 0


def money_by_document(control: Control) -> dict[UUID, Money]:
    """Charges that succeeded and what was given back, by Stripe's own objects."""
    charges: dict[UUID, list[int]] = {}
    documents: dict[str, UUID] = {}
    for intent in control.get("stripe/objects", kind="payment_intent")["objects"]:
        if intent["status"] == "succeeded":
            documents[intent["id"]] = UUID(intent["metadata"]["document_id"])
            charges.setdefault(documents[intent["id"]], []).append(intent["amount_received"])
    refunds: Counter[UUID] = Counter()
    for refund in control.get("stripe/objects", kind="refund")["objects"]:
        if refund["status"] == "succeeded":
            refunds[documents[refund["payment_intent"]]] += refund["amount"]
    return {document: Money(tuple(amounts), refunds[document]) for document, amounts in charges.items()}


def charged_wrongly(documents: Sequence[Document], money: Mapping[UUID, Money]) -> list[str]:
    """Documents for which more than their price was kept, or anything at all for a failed one."""
    wrong = []
    for document in documents:
        booked = money.get(document.pk, Money())
        kept = sum(booked.charged) - booked.refunded
        price = document.payments.order_by("created_at").values_list("amount", flat=True).first() or Decimal(0)
        most = int(price * 100) if document.state == DocumentState.READY else 0
        least = 1 if document.state == DocumentState.READY else 0
        if not least <= kept <= most:
            wrong.append(f"{document.pk}: charged {booked.charged}, given back {booked.refunded}")
    return wrong


def sections_lost(documents: Sequence[Document]) -> tuple[int, int]:
    """Sections of the outlines of all that were delivered, and how many of them have no text."""
    leaves = [leaf for document in documents for leaf in outline.leaves(document)]
    return len(leaves), sum(not leaf.text.strip() for leaf in leaves)


def lost_calls() -> tuple[int, Decimal, Decimal]:
    """Calls whose answer was lost with their process; what asking again cost, and the most that they may have cost."""
    lost = Attempt.objects.filter(outcome=Outcome.ABANDONED)
    answered = Attempt.objects.filter(outcome=Outcome.SUCCEEDED)
    prices = dict(answered.values_list("idempotency_key", "cost"))
    again = sum((prices.get(key, Decimal(0)) for key in lost.values_list("idempotency_key", flat=True)), Decimal(0))
    most = lost.aggregate(cost=Sum("reserved_cost", default=Decimal(0)))["cost"]
    return lost.count(), again, most


def books_that_do_not_add_up() -> int:
    """Jobs whose cost is not the sum of their calls (R-22)."""
    jobs = Job.objects.annotate(calls=Sum("attempts__cost"))
    return jobs.exclude(cost=F("calls")).exclude(calls=None, cost=0).count()


def lines(ordered: Sequence[UUID], *, watch: Watch, control: Control) -> list[Line]:
    """Everything that was promised of the documents that students meant to have."""
    documents = list(Document.objects.filter(pk__in=ordered))
    by_state = Counter(document.state for document in documents)
    delivered = [document for document in documents if document.state == DocumentState.READY]
    failed = [document for document in documents if document.state == DocumentState.FAILED]
    money = money_by_document(control)
    refunded = sum(
        Refund.objects.filter(payment__document=document, amount=F("payment__amount"), state="succeeded").count() == 1
        for document in failed
    )
    sections, lost = sections_lost(delivered)
    twice = watch.committed_twice()
    wrong = charged_wrongly(documents, money)
    doubled = sum(len(booked.charged) > 1 for booked in money.values())
    lost_count, again, most = lost_calls()
    calls = Attempt.objects.count()
    left_open = Attempt.objects.filter(outcome=Outcome.INTENT).count()
    short = [document for document in delivered if not _fills_its_pages(document)]
    failures = Job.objects.filter(kind=JobKind.DOCUMENT).exclude(failure="").values_list("failure", flat=True)
    return [
        Line("documents ordered", str(len(ordered)), len(documents) < len(ordered)),
        Line("  delivered", str(len(delivered)), len(delivered) < len(ordered)),
        Line("  failed", f"{len(failed)}, of them refunded in full {refunded}", refunded < len(failed)),
        Line(
            "  anywhere else", str(len(documents) - len(delivered) - len(failed)), set(by_state) > {"ready", "failed"}
        ),
        Line("  why they failed", "; ".join(sorted(set(failures))) or "–"),
        Line("sections of delivered documents", str(sections)),
        Line("  lost", str(lost), lost > 0),
        Line("  not of the pages paid, nor refunded", str(len(short)), bool(short)),
        Line("texts committed", str(watch.commits())),
        Line("  steps or (section, revision) twice", "; ".join(twice) or "0", bool(twice)),
        Line("payments", f"{Payment.objects.count()}, charged at Stripe {sum(len(m.charged) for m in money.values())}"),
        Line("  documents charged twice", str(doubled), doubled > 0),
        Line("  documents for which too much was kept", "; ".join(wrong) or "0", bool(wrong)),
        Line("calls to models", str(calls)),
        Line(
            "  lost with their process",
            f"{lost_count}; asked again for € {again.quantize(_CENT)}, € {most.quantize(_CENT)} at most",
        ),
        Line("  left open", str(left_open), left_open > 0),
        Line("jobs whose costs do not add up", str(books_that_do_not_add_up()), books_that_do_not_add_up() > 0),
    ]


def _fills_its_pages(document: Document) -> bool:
    """R-11; where it does not, the missing pages were given back."""
    assert document.body_pages is not None
    is_refunded = Refund.objects.filter(payment__document=document).exists()
    is_enough = page_count.least_pages(document.pages) <= document.body_pages or is_refunded
    return document.body_pages <= document.pages and is_enough


def table(found: Sequence[Line], **more: Any) -> str:
    """The lines in two columns; a broken promise bears a mark."""
    width = max(len(line.name) for line in found)
    rows = [f"{line.name:<{width}}  {'BROKEN  ' if line.broken else ''}{line.value}" for line in found]
    return "\n".join(rows)
