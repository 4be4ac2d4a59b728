"""What R-12, R-14 and R-36 promise of a document, whatever happened to the processes that wrote it."""

from decimal import Decimal

from django.db.models import Sum

from billing.enums import PaymentState
from billing.models import Payment, Refund
from documents.domain import outline
from documents.models import Document, SectionRevision
from generation.engine import admission, queue
from generation.enums import OPEN_JOB_STATES, Outcome, Scope, Stage, StepState
from generation.models import Attempt, BudgetUse, Job, Step
from tests.faults.watching import Watch
from tests.faults.workers import wait_until
from tests.generation.making import ordered_document
from tests.generation.test_pipeline import assert_delivered

#: A writing that is killed, taken over and done again, on a machine with other things to do.
PATIENCE = 120.0


def ordered(*, pages: int = 2, sections: int = 2, **fields: object) -> Document:
    """A small paid document that waits for a worker."""
    document = ordered_document(pages=pages, sections=sections, **fields)
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    return document


def wait_for_end(*documents: Document, nudged: bool = True, seconds: float = PATIENCE) -> None:
    """Returns when their jobs are over. Lost work is nudged here as beat does it, unless a beat runs."""
    jobs = Job.objects.filter(document__in=documents)

    def is_over() -> bool:
        if nudged:
            queue.wake_for_lost_work()
        return not jobs.filter(state__in=OPEN_JOB_STATES).exists()

    def where_they_stand() -> str:
        steps = Step.objects.filter(job__in=jobs).exclude(state=StepState.DONE)
        told = steps.values_list("stage", "state", "tries", "not_before", "lease_until", "error")
        return f"the jobs did not go on by themselves: {list(told)}"

    wait_until(is_over, where_they_stand, seconds=seconds)
    for document in documents:
        document.refresh_from_db()


def assert_promises_kept(document: Document, watch: Watch) -> None:
    """Delivered whole, each section's revisions committed once, paid once, and every call accounted for."""
    assert_delivered(document)
    assert_complete(document)
    assert_committed_once(document, watch)
    assert_paid_once(document)
    assert_calls_add_up(document)


def assert_complete(document: Document) -> None:
    """Every section of the outline has its text, and no step was left behind."""
    assert [leaf.title for leaf in outline.leaves(document) if not leaf.text.strip()] == []
    steps = Step.objects.filter(job__document=document)
    assert set(steps.values_list("state", flat=True)) == {"done"}
    written = steps.filter(stage=Stage.WRITE).values_list("section_id", flat=True)
    assert sorted(written) == sorted(leaf.pk for leaf in outline.leaves(document))


def assert_committed_once(document: Document, watch: Watch) -> None:
    """One commit for each (section, revision), and one for each step that checked a text."""
    # Asserts of this module are not rewritten: it says itself what it saw.
    twice = watch.committed_twice()
    assert twice == [], twice
    commits = watch.commits_by_section(document.pk)
    for leaf in outline.leaves(document):
        assert commits[leaf.pk] == list(range(1, leaf.revision + 1))
        assert SectionRevision.objects.filter(section=leaf).count() == leaf.revision
        checks = Step.objects.filter(section=leaf, stage__in=[Stage.CHECK, Stage.RECHECK]).count()
        assert leaf.revision == checks


def assert_paid_once(document: Document) -> None:
    """One payment, and none of it given back."""
    assert [payment.state for payment in Payment.objects.filter(document=document)] == [PaymentState.SUCCEEDED]
    assert not Refund.objects.filter(payment__document=document).exists()


def assert_calls_add_up(document: Document) -> None:
    """No call is left open, and what they cost is what the job cost and what its budget was charged (R-21, R-22)."""
    job = Job.objects.get(document=document)
    calls = Attempt.objects.filter(job=job)
    assert not calls.filter(outcome=Outcome.INTENT).exists()
    spent = calls.aggregate(cost=Sum("cost"), input=Sum("input_tokens"), output=Sum("output_tokens"))
    assert (job.cost, job.input_tokens, job.output_tokens) == (spent["cost"], spent["input"], spent["output"])
    assert job.cost > Decimal(0)
    # A lost call counts with what was held for it: it may have been answered.
    lost = calls.filter(outcome=Outcome.ABANDONED).aggregate(cost=Sum("reserved_cost", default=Decimal(0)))
    budget = BudgetUse.objects.get(scope=Scope.JOB, subject=str(job.pk))
    assert (budget.spent_euros, budget.reserved_euros) == (job.cost + lost["cost"], 0)


def asked_again(document: Document, stage: Stage) -> list[Attempt]:
    """Calls of this stage whose answer was lost, each with an answered one under the same key (R-36)."""
    calls = Attempt.objects.filter(step__job__document=document, step__stage=stage)
    lost = list(calls.filter(outcome=Outcome.ABANDONED))
    answered = set(calls.filter(outcome=Outcome.SUCCEEDED).values_list("idempotency_key", flat=True))
    assert {call.idempotency_key for call in lost} <= answered
    return lost
