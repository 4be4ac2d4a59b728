"""What a job will take and cost, before it starts: by purpose, and learned from past jobs (R-20, R-26)."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing import gates
from documents.enums import DocumentState
from documents.models import Document
from generation.engine import admission
from generation.enums import JobKind, JobState
from generation.models import AIModel, Attempt, Job, JobUsage, LanguageFactor
from generation.spending import estimates, prior, usage
from generation.spending.estimates import Estimate
from generation.spending.prior import Figures
from sandbox.client import Control
from tests.documents.factories import DocumentFactory, outlined_document
from tests.generation.making import drain, ordered_document
from tests.generation.staff import sign_in
from tests.generation.test_spending import job_of


def of(pages: int, *, language: str = "en", sections: int = 0) -> Estimate:
    return estimates.of(kind=JobKind.DOCUMENT, language=language, pages=pages, sections=sections)


def past(
    pages: int, times: float, *, language: str = "en", ago: int = 0, only: str = "", kind: JobKind = JobKind.DOCUMENT
) -> None:
    """A job that took ``times`` times what is shipped for it; with ``only``, for this purpose alone."""
    factor = float(LanguageFactor.objects.get(language=language).factor)
    sections = estimates.usual_sections(pages)
    key = uuid.uuid4()
    for purpose, figures in prior.figures(kind, pages=pages, sections=sections, factor=factor).items():
        more = times if only in ("", purpose) else 1.0
        took = Figures(max(1, round(figures.calls)), *(round(value * more) for value in figures[1:]))
        JobUsage.objects.create(
            job_key=key, kind=kind, language=language, pages=pages, sections=sections, purpose=purpose,
            ended_at=timezone.now() - timedelta(hours=ago), **took._asdict(),
        )  # fmt: skip


@pytest.mark.django_db
class TestShipped:
    def test_it_counts_every_purpose_by_pages_sections_and_language(self) -> None:
        small, large, fine = of(10), of(100), of(10, sections=10)
        assert set(small.parts) == set(prior.figures(JobKind.DOCUMENT, pages=10, sections=4, factor=1))
        assert small.tokens == sum(part.usage.input_tokens + part.usage.output_tokens for part in small.parts.values())
        # More than in proportion: each section is shown the outline of all, and may say what another says.
        assert 10 * small.tokens < large.tokens < 13 * small.tokens
        assert fine.tokens > small.tokens
        czech = float(LanguageFactor.objects.get(language="cs").factor)
        assert of(10, language="cs").tokens == pytest.approx(czech * small.tokens, rel=0.01)
        outline = estimates.of(kind=JobKind.OUTLINE, language="en", pages=10)
        assert set(outline.parts) == {"outline", "sheet"}

    def test_a_document_is_estimated_by_its_own_outline(self) -> None:
        document = outlined_document(pages=10)
        leaves = len([section for section in document.sections.all() if not section.children.exists()])
        told = estimates.estimate(document, kind=JobKind.DOCUMENT)
        assert told == of(10, language=document.language, sections=leaves)

    def test_each_purpose_is_priced_call_by_call_at_the_model_asked_first_for_it(self) -> None:
        told = of(40)
        for purpose, part in told.parts.items():
            model = estimates._models([purpose])[purpose]
            assert model is not None
            assert part.cost == pytest.approx(part.usage.cost(model), rel=Decimal("0.01"), abs=Decimal("0.001"))
        assert told.cost == sum(part.cost for part in told.parts.values())
        AIModel.objects.update(enabled=False)
        assert of(40).cost == 0
        assert of(40).tokens == told.tokens

    def test_staff_change_how_many_tokens_a_language_takes(self) -> None:
        before = of(10, language="de").tokens
        LanguageFactor.objects.filter(language="de").update(factor=Decimal("2.60"))
        assert of(10, language="de").tokens == pytest.approx(2 * before, rel=0.01)
        LanguageFactor.objects.all().delete()
        assert of(10, language="de").tokens == pytest.approx(before, rel=0.01)

    def test_what_pages_cost_is_that_of_the_language_that_takes_most(self) -> None:
        dearest = LanguageFactor.objects.order_by("-factor")[0].language
        assert gates.cost_of(60) == of(60, language=dearest).cost.quantize(Decimal("0.01"))


@pytest.mark.django_db
class TestLearned:
    @pytest.mark.parametrize("pages", [4, 12, 60, 200])
    @pytest.mark.parametrize("times", [0.4, 1.0, 2.5])
    def test_ten_jobs_of_short_documents_put_the_estimate_of_any_length_right(self, pages: int, times: float) -> None:
        shipped = of(pages).tokens
        for number in range(10):
            past((2, 4, 6, 12, 30)[number % 5], times)
        assert 0.8 <= of(pages).tokens / (times * shipped) <= 1.25

    def test_a_purpose_that_takes_more_raises_that_one(self) -> None:
        before = of(12)
        for _ in range(10):
            past(12, 3.0, only="judge")
        after = of(12)
        assert after.parts["judge"].usage.input_tokens > 2.5 * before.parts["judge"].usage.input_tokens
        assert after.parts["write"].usage.input_tokens == pytest.approx(
            before.parts["write"].usage.input_tokens, rel=0.01
        )

    def test_purposes_and_figures_that_nothing_was_shipped_for_are_learned_and_others_forgotten(self) -> None:
        for _ in range(10):
            past(12, 0.0, only="judge")
        for row in JobUsage.objects.filter(purpose="write"):
            JobUsage.objects.filter(pk=row.pk).update(
                cached_tokens=row.input_tokens // 2, reasoning_tokens=row.output_tokens // 4
            )
            JobUsage.objects.create(
                job_key=row.job_key, kind=row.kind, language="en", pages=12, sections=5, purpose="new", calls=5,
                input_tokens=6_000, output_tokens=600,
            )  # fmt: skip
        told = of(12).parts
        assert told["judge"].usage.input_tokens < 0.15 * of(12, sections=5).parts["write"].usage.input_tokens
        assert told["new"].usage.input_tokens == pytest.approx(6_000, rel=0.15)
        assert told["write"].usage.cached_tokens == pytest.approx(told["write"].usage.input_tokens / 2, rel=0.15)
        assert told["write"].usage.reasoning_tokens == pytest.approx(told["write"].usage.output_tokens / 4, rel=0.15)

    def test_jobs_of_the_same_length_and_language_come_first_where_they_are_enough(self) -> None:
        kinds = [(pages, language) for pages in (12, 60) for language in ("en", "de")]
        shipped = {(pages, language): of(pages, language=language).tokens for pages, language in kinds}
        for _ in range(6):
            past(12, 0.5)
            past(12, 1.0, language="de")
            past(60, 1.6)
        for pages, language, times in ((12, "en", 0.5), (12, "de", 1.0), (60, "en", 1.6), (60, "de", 1.6)):
            ratio = of(pages, language=language).tokens / shipped[pages, language]
            assert ratio == pytest.approx(times, rel=0.2), (pages, language)

    def test_one_job_far_off_the_others_spoils_nothing(self) -> None:
        for _ in range(9):
            past(12, 1.0)
        before = of(12).tokens
        past(12, 40.0)
        assert of(12).tokens == pytest.approx(before, rel=0.02)

    def test_the_newest_jobs_count(self) -> None:
        shipped = of(12).tokens
        for number in range(45):
            past(12, 0.8, ago=100 + number)
        for _ in range(40):
            past(12, 1.5)
        assert of(12).tokens / shipped == pytest.approx(1.5, rel=0.05)


@pytest.mark.django_db
class TestKept:
    def ended(self, document: Document) -> Job:
        job = job_of(document)
        for purpose, asked in (("write", 1_000), ("write", 500), ("judge", 200)):
            Attempt.objects.create(
                job=job, provider="openai", model_name="alpha", purpose=purpose, idempotency_key=uuid.uuid4(),
                outcome="succeeded", input_tokens=asked, output_tokens=asked // 10,
            )  # fmt: skip
        return job

    def test_a_job_is_summed_up_by_purpose_once(self) -> None:
        job = self.ended(outlined_document(pages=4))
        usage.keep(job)
        usage.keep(job)
        rows = JobUsage.objects.order_by("purpose").values_list("purpose", "calls", "input_tokens", "output_tokens")
        assert list(rows) == [("judge", 1, 200, 20), ("write", 2, 1_500, 150)]
        assert set(JobUsage.objects.values_list("pages", "language")) == {(4, job.document.language)}

    def test_one_that_took_up_a_failed_order_is_no_example(self) -> None:
        document = outlined_document(pages=4)
        job_of(document, state=JobState.FAILED)
        usage.keep(self.ended(document))
        assert not JobUsage.objects.exists()

    def test_it_outlives_its_document_and_says_nothing_of_it(self) -> None:
        document = outlined_document(pages=4)
        usage.keep(self.ended(document))
        Document.objects.filter(pk=document.pk).delete()
        assert JobUsage.objects.filter(job=None).count() == 2

    def test_rows_are_of_something_and_there_once(self) -> None:
        usage.keep(self.ended(outlined_document(pages=4)))
        row = JobUsage.objects.filter(purpose="write").get()
        for change in ({"calls": 0}, {"kind": "poem"}, {"purpose": "judge"}):
            with pytest.raises(IntegrityError, match="usage_"), transaction.atomic():
                JobUsage.objects.filter(pk=row.pk).update(**change)


@pytest.mark.usefixtures("committed")
def test_after_ten_jobs_the_estimate_of_small_documents_is_near_what_they_use(control: Control) -> None:
    """Through the whole pipeline; ``benchmarks.estimates`` does so for 4 to 200 pages."""

    def written(pages: int, sections: int) -> Job:
        document = ordered_document(pages=pages, sections=sections)
        admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
        drain()
        job = Job.objects.get(document=document)
        assert job.state == JobState.SUCCEEDED, job.failure
        return job

    for number in range(10):
        written(*((1, 1), (2, 1), (2, 2))[number % 3])
    assert JobUsage.objects.values("job_key").distinct().count() == 10
    for pages, sections in ((2, 2), (4, 2)):
        job = written(pages, sections)
        assert 0.8 <= job.estimated_tokens / (job.input_tokens + job.output_tokens) <= 1.25
        assert 0.8 <= job.estimated_cost / job.cost <= 1.25
        kept = job.estimated_parts["write"]
        assert kept["input_tokens"] > 0
        assert Decimal(kept["cost"]) > 0


@pytest.mark.django_db
def test_staff_see_estimate_and_use_side_by_side_by_purpose(client: Client) -> None:
    sign_in(client)
    document = DocumentFactory.create(state=DocumentState.WRITING)
    job = job_of(document, estimated_parts=of(10).as_json())
    Attempt.objects.create(
        job=job, provider="openai", model_name="alpha", purpose="extend", idempotency_key=uuid.uuid4(),
        outcome="succeeded", input_tokens=12_345, output_tokens=678, cost=Decimal("0.1234"),
    )  # fmt: skip
    page = client.get(reverse("admin:generation_job_change", args=[job.pk])).content.decode()
    planned = of(10).parts["write"].usage.input_tokens
    for words in ("extend", "12,345", "€0.1234", f"{planned:,}"):
        assert words in page
