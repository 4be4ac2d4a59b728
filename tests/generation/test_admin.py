"""What staff see of the writing: models to change, jobs as a timeline, attempts."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import redis
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from documents.domain import outline
from generation.admin import timeline
from generation.ai import chains
from generation.ai.endings import CHECK_MODEL
from generation.ai.question import Usage
from generation.engine import admission, jobs, queue
from generation.enums import Outcome, Purpose, Scope, Stage, StepState
from generation.models import (
    AIModel,
    Budget,
    BudgetUse,
    ChainPlace,
    Job,
    KeyLimit,
    LanguageFactor,
    PersonalLimit,
    Reservation,
    Step,
)
from generation.spending import attempts, budgets
from generation.spending.periods import period_of
from privacy.models import AuditEvent
from tests.accounts.test_mail_duty import Queue
from tests.documents.factories import UserFactory
from tests.generation.making import ordered_document
from tests.generation.staff import sign_in
from tests.staff import new_window

#: The empty form of a model's places in the chains.
NO_PLACES = {"places-TOTAL_FORMS": "0", "places-INITIAL_FORMS": "0"}

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def boss(shared_rows: None) -> Client:
    """A signed-in superuser, past the second factor."""
    client = Client()
    sign_in(client)
    return client


@pytest.fixture
def staff(boss: Client, db: None) -> Client:
    return new_window(boss)


def job_with_a_call() -> Job:
    document = ordered_document()
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    job = Job.objects.get(document=document)
    model = AIModel.objects.first()
    assert model is not None
    step = Step.objects.get(job=job)
    attempt = attempts.intend(
        job_id=job.pk,
        step_id=step.pk,
        model=model,
        purpose="queries",
        idempotency_key=document.pk,
        expected=Usage(input_tokens=1_000, output_tokens=1_000),
        key_place=1,
    )
    usage = Usage(input_tokens=1_200, output_tokens=300)
    attempts.settle(attempt=attempt, model=model, outcome=Outcome.SUCCEEDED, latency_ms=1_500, usage=usage)
    return job


def test_a_job_is_shown_as_a_timeline_with_its_calls(staff: Client) -> None:
    job = job_with_a_call()
    page = staff.get(reverse("admin:generation_job_change", args=[job.pk]))
    assert page.status_code == 200
    text = page.content.decode()
    for words in ("Gathering the sources", "queries", "1,200 + 300", "answered", "queued"):
        assert words in text
    assert "{" not in text.split("<table>")[1].split("</table>")[0]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_jobs_asks_the_same_number_of_queries(
    staff: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        job_with_a_call()
    staff.get(reverse("admin:generation_job_changelist"))
    with django_assert_num_queries(7):
        page = staff.get(reverse("admin:generation_job_changelist"))
    assert page.status_code == 200


def test_attempts_can_be_read_and_not_changed(staff: Client) -> None:
    job_with_a_call()
    page = staff.get(reverse("admin:generation_attempt_changelist"))
    assert page.status_code == 200
    assert "queries" in page.content.decode()
    assert staff.get(reverse("admin:generation_attempt_add")).status_code == 403


def test_staff_switch_a_model_off_and_change_its_prices(staff: Client) -> None:
    page = staff.get(reverse("admin:generation_aimodel_changelist"))
    assert page.status_code == 200
    model = AIModel.objects.order_by("position").first()
    assert model is not None
    values = {
        "provider": model.provider,
        "name": model.name,
        "input_price": "1.5",
        "output_price": "9",
        "context_tokens": "400000",
        "max_output_tokens": "128000",
        **NO_PLACES,
    }
    answer = staff.post(reverse("admin:generation_aimodel_change", args=[model.pk]), values)
    assert answer.status_code == 302
    model.refresh_from_db()
    assert (model.enabled, model.input_price, model.cached_price) == (False, Decimal("1.5"), None)


def test_which_model_and_key_wrote_what_is_shown_with_what_was_rejected_and_why_it_failed(staff: Client) -> None:
    job = job_with_a_call()
    (attempt,) = job.attempts.all()
    rejected = [{"sentence": "The lamp <b>burned</b>.", "key": "nobody-1999", "problem": "there is no such source"}]
    job.steps.update(
        state=StepState.FAILED, error="NoAnswer: nobody answered", started_at=timezone.now(),
        finished_at=timezone.now(), result={"rejected": rejected},
    )  # fmt: skip
    page = staff.get(reverse("admin:generation_job_change", args=[job.pk])).content.decode()
    for words in (f"{attempt.model_name} · #1", "1 rejected citation", "there is no such source", "nobody-1999",
                  "NoAnswer: nobody answered", "The lamp &lt;b&gt;burned", "estimated (", "<svg"):  # fmt: skip
        assert words in page
    assert "style=" not in page


@pytest.mark.parametrize("sections", [2, 40])
def test_a_job_costs_the_same_queries_whatever_its_steps(
    staff: Client, django_assert_num_queries: DjangoAssertNumQueries, sections: int
) -> None:
    document = ordered_document(pages=sections, sections=sections)
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    job = Job.objects.get(document=document)
    queue.add(job_id=job.pk, sort_key=0, stage=Stage.WRITE, sections=[leaf.pk for leaf in outline.leaves(document)])
    address = reverse("admin:generation_job_change", args=[job.pk])
    staff.get(address)
    with django_assert_num_queries(9):
        page = staff.get(address)
    assert page.content.decode().count('class="steps-name"') == sections + 1


def test_calls_whose_section_is_gone_are_still_counted(staff: Client) -> None:
    job = job_with_a_call()
    job.attempts.update(step=None, cost=Decimal("0.0123"))
    page = staff.get(reverse("admin:generation_job_change", args=[job.pk])).content.decode()
    assert "And 1 call for a section that is gone with an older outline, €0.0123." in page


class TestTimeline:
    def test_bars_lie_within_the_time_of_the_job_and_can_be_seen(self) -> None:
        begin = timezone.now()
        end = begin + timedelta(seconds=100)

        def bar(start: float, stop: float) -> tuple[int, int]:
            found = timeline._bar(begin + timedelta(seconds=start), begin + timedelta(seconds=stop), begin, end)
            return found.x, found.width

        assert bar(0, 100) == (0, 1000)
        assert bar(25, 50) == (250, 250)
        assert bar(10, 10) == (100, 4)
        assert bar(100, 130) == (996, 4)

    def test_waits_are_added_up_from_the_trail(self) -> None:
        job = job_with_a_call()
        now = timezone.now()
        Job.objects.filter(pk=job.pk).update(
            created_at=now - timedelta(hours=1), started_at=now - timedelta(minutes=50)
        )
        for minutes, what in ((40, "waits"), (35, "step failed"), (30, "goes on"), (20, "waits"), (15, "failed")):
            jobs.record(job_id=job.pk, what=what, now=now - timedelta(minutes=minutes))
        job.refresh_from_db()
        found = timeline.waits(job, list(job.events.all()))
        assert found == timeline.Waits(timedelta(minutes=10), timedelta(minutes=15), 2)


def test_interrupted_jobs_are_a_filter_and_the_workers_are_sent_from_the_list(staff: Client) -> None:
    job = job_with_a_call()
    address = reverse("admin:generation_job_changelist") + "?interrupted=yes"
    assert str(job.pk) not in staff.get(address).content.decode()
    then = timezone.now() - timedelta(hours=1)
    Job.objects.filter(pk=job.pk).update(created_at=then)
    job.steps.update(created_at=then)
    assert str(job.pk) in staff.get(address).content.decode()
    answer = staff.post(address, {"action": "set_going", "_selected_action": [str(job.pk)]}, follow=True)
    assert "0 jobs opened, 1 wake-up sent." in answer.content.decode()


def audited(action: str) -> AuditEvent:
    """The one row of this action."""
    return AuditEvent.objects.get(action=action)


class TestWhatCanHardlyBeMeant:
    """It is kept, for it may be meant, and said aloud."""

    def change(self, staff: Client, **changed: str) -> str:
        model = AIModel.objects.order_by("pk")[0]
        values = {
            "provider": model.provider, "name": model.name, "input_price": "1.5", "output_price": "9",
            "context_tokens": "400000", "max_output_tokens": "128000", "enabled": "on", **NO_PLACES,
        }  # fmt: skip
        address = reverse("admin:generation_aimodel_change", args=[model.pk])
        return staff.post(address, values | changed, follow=True).content.decode()

    def test_a_price_of_nothing(self, staff: Client) -> None:
        assert "has a price of 0" not in self.change(staff)
        assert "has a price of 0" in self.change(staff, output_price="0")

    def test_an_end_in_the_past(self, staff: Client) -> None:
        assert "lies in the past" not in self.change(staff, ends_on="2999-01-01")
        assert "lies in the past" in self.change(staff, ends_on=f"{timezone.now().date()}")

    def test_two_models_at_the_same_position(self, staff: Client) -> None:
        listed = reverse("admin:generation_chainplace_changelist")
        assert "the same position" not in staff.get(listed).content.decode()
        ChainPlace.objects.filter(purpose=Purpose.WRITING).update(position=7)
        page = staff.get(listed).content.decode()
        assert page.count("the same position") == 1
        assert f"In the chain of “{Purpose.WRITING.label}”" in page

    def test_a_person_who_is_left_nothing(self, staff: Client) -> None:
        person = UserFactory.create()
        values = {"person": str(person.pk), "tokens": "0"}
        page = staff.post(reverse("admin:generation_personallimit_add"), values, follow=True).content.decode()
        assert "can have nothing written" in page

    def test_what_a_provider_said_is_named_in_plain_words(self, staff: Client) -> None:
        model = AIModel.objects.order_by("pk")[0]
        AIModel.objects.filter(pk=model.pk).update(told_context_tokens=1_050_000)
        page = staff.get(reverse("admin:generation_aimodel_change", args=[model.pk])).content.decode()
        assert "Context window by its provider" in page
        assert "1,050,000 tokens" in page
        assert "not told" in page
        assert "Told context" not in page


class TestControls:
    def test_every_change_of_a_model_is_audited_from_the_list_too(self, staff: Client) -> None:
        user = User.objects.get(email="boss@example.org")
        address = reverse("admin:generation_aimodel_changelist")
        models = list(AIModel.objects.order_by("provider", "name"))
        values: dict[str, object] = {
            "form-TOTAL_FORMS": len(models), "form-INITIAL_FORMS": len(models), "_save": "Save",
        }  # fmt: skip
        for number, model in enumerate(models):
            values |= {
                f"form-{number}-id": model.pk,
                f"form-{number}-cached_price": model.cached_price,
                f"form-{number}-cache_write_price": model.cache_write_price,
                f"form-{number}-enabled": "on" if model.enabled else "",
                f"form-{number}-input_price": model.input_price, f"form-{number}-output_price": model.output_price,
            }  # fmt: skip
        values["form-0-input_price"] = "7.5"
        before = models[0].input_price
        assert staff.post(address, values).status_code == 302
        event = audited("ai_model.changed")
        assert (event.actor_id, event.object_id) == (user.pk, str(models[0].pk))
        assert event.details == {"input_price": [f"{before.normalize():f}", "7.5"]}

    def test_a_model_cannot_answer_more_than_it_can_hold(self, staff: Client) -> None:
        values = {
            "provider": "openai", "name": "tiny", "input_price": "1", "output_price": "1", "context_tokens": "1000",
            "max_output_tokens": "2000", **NO_PLACES,
        }  # fmt: skip
        page = staff.post(reverse("admin:generation_aimodel_add"), values).content.decode()
        assert "The longest answer cannot be longer than the context window." in page
        assert not AIModel.objects.filter(name="tiny").exists()

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"max_output_tokens": "130000"}, "The provider says that the model has 128,000 tokens at most."),
            ({"context_tokens": "2000000"}, "The provider says that the model has 1,000,000 tokens at most."),
            ({"max_output_tokens": "0"}, "A model that answers nothing cannot be asked."),
            ({"cached_price": "1.001"}, "Input that was kept never costs more than new input."),
            ({"long_prompt_tokens": "9"}, "A limit of long prompts and both prices above it belong together."),
        ],
    )
    def test_nothing_above_a_model_s_own_limits_is_taken(
        self, staff: Client, changes: dict[str, str], said: str
    ) -> None:
        model = AIModel.objects.get(name="claude-sonnet-5-5")
        AIModel.objects.filter(pk=model.pk).update(told_output_tokens=128_000, told_context_tokens=1_000_000)
        values = {
            "provider": model.provider, "name": model.name, "input_price": "1", "output_price": "1",
            "context_tokens": "1000000", "max_output_tokens": "128000", "enabled": "on", **NO_PLACES, **changes,
        }  # fmt: skip
        page = staff.post(reverse("admin:generation_aimodel_change", args=[model.pk]), values)
        assert said in page.content.decode()
        model.refresh_from_db()
        assert model.max_output_tokens == 128_000
        assert model.long_prompt_tokens is None

    @pytest.mark.parametrize(
        ("name", "tokens", "most"),
        [("max_output_tokens", "130000", "128,000"), ("context_tokens", "1100000", "1,050,000")],
    )
    def test_nor_above_what_is_known_of_a_model_whose_provider_says_nothing(
        self, staff: Client, name: str, tokens: str, most: str
    ) -> None:
        AIModel.objects.filter(name="gpt-6-luna").delete()
        values = {
            "provider": "openai", "name": "gpt-6-luna", "input_price": "1", "output_price": "1", "enabled": "on",
            "context_tokens": "1050000", "max_output_tokens": "128000", **NO_PLACES, name: tokens,
        }  # fmt: skip
        page = staff.post(reverse("admin:generation_aimodel_add"), values).content.decode()
        assert f"The provider says that the model has {most} tokens at most." in page
        assert not AIModel.objects.filter(name="gpt-6-luna").exists()

    @pytest.mark.parametrize(
        ("model", "effort", "said"),
        [
            ("gpt-6-luna", "minimal", "OpenAI gpt-6-luna does not take this effort, but only: none, low, medium, high"),
            ("claude-haiku-5-5", "none", "Anthropic claude-haiku-5-5 does not take this effort, but only: low, medium"),
            ("gpt-4.1", "low", "OpenAI gpt-4.1 takes no effort: leave it empty."),
            ("gpt-6-luna", "none", ""),
            ("unheard-of-1", "minimal", ""),
            ("gpt-4.1", "", ""),
        ],
    )
    def test_a_place_takes_only_an_effort_that_its_model_takes(
        self, staff: Client, model: str, effort: str, said: str
    ) -> None:
        provider = "anthropic" if model.startswith("claude") else "openai"
        row, _ = AIModel.objects.get_or_create(
            provider=provider, name=model,
            defaults={"input_price": 1, "output_price": 1, "context_tokens": 9, "max_output_tokens": 9},
        )  # fmt: skip
        ChainPlace.objects.filter(model=row, purpose="judging").delete()
        values = {"purpose": "judging", "model": row.pk, "position": "7", "effort": effort}
        answer = staff.post(reverse("admin:generation_chainplace_add"), values)
        assert (answer.status_code == 302) == (not said)
        assert said in answer.content.decode()
        assert ChainPlace.objects.filter(model=row, purpose="judging").exists() == (not said)

    def test_a_place_whose_model_does_not_take_its_effort_keeps_no_model_from_being_changed(
        self, staff: Client
    ) -> None:
        model = AIModel.objects.get(name="gpt-6-luna")
        model.places.update(effort="minimal")
        page = staff.get(reverse("admin:generation_aimodel_change", args=[model.pk])).content.decode()
        fields = dict(re.findall(r'name="(places-(?:\w+-)+\w+)"[^>]*?value="([^"]*)"', page))
        values = {
            "provider": model.provider, "name": model.name, "input_price": "1", "output_price": "1",
            "context_tokens": "1000000", "max_output_tokens": "9000", "enabled": "on", **NO_PLACES, **fields,
        }  # fmt: skip
        assert staff.post(reverse("admin:generation_aimodel_change", args=[model.pk]), values).status_code == 302

    def test_a_model_that_was_added_is_checked_at_once_and_one_with_another_price_is_not(
        self,
        staff: Client,
        redis_client: redis.Redis,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        values = {
            "provider": "openai", "name": "gpt-6-sol", "input_price": "1", "output_price": "1", "enabled": "on",
            "context_tokens": "1050000", "max_output_tokens": "128000", **NO_PLACES,
        }  # fmt: skip
        tasks = Queue(redis_client)
        with django_capture_on_commit_callbacks(execute=True):
            staff.post(reverse("admin:generation_aimodel_add"), values)
        model = AIModel.objects.get(name="gpt-6-sol")
        assert (CHECK_MODEL, f"('{model.pk}',)") in tasks.take()
        with django_capture_on_commit_callbacks(execute=True):
            staff.post(reverse("admin:generation_aimodel_change", args=[model.pk]), values | {"input_price": "2"})
        model.refresh_from_db()
        assert model.input_price == 2
        assert CHECK_MODEL not in [name for name, _ in tasks.take()]

    def test_staff_see_each_chain_and_move_its_models(self, staff: Client) -> None:
        address = reverse("admin:generation_chainplace_changelist")
        page = staff.get(address, {"purpose__exact": "judging"}).content.decode()
        assert page.index("gpt-6-luna") < page.index("claude-haiku-5-5") < page.index("gpt-6.1-terra")
        places = list(ChainPlace.objects.filter(purpose="judging").order_by("position", "id"))
        values: dict[str, object] = {
            "form-TOTAL_FORMS": len(places), "form-INITIAL_FORMS": len(places), "_save": "Save",
        }  # fmt: skip
        for number, place in enumerate(places):
            values |= {
                f"form-{number}-id": place.pk, f"form-{number}-position": place.position,
                f"form-{number}-effort": place.effort,
            }  # fmt: skip
        values |= {"form-1-position": 1, "form-1-effort": "medium"}
        assert staff.post(f"{address}?purpose__exact=judging", values).status_code == 302
        assert audited("chain_place.changed").details == {"position": [20, 1], "effort": ["low", "medium"]}
        link = chains.chains()[Purpose.JUDGING][0]
        assert (link.model.name, link.effort) == ("claude-haiku-5-5", "medium")

    def test_a_purpose_that_nobody_can_be_asked_for_is_said_so(self, staff: Client) -> None:
        ChainPlace.objects.filter(purpose="glossary").delete()
        for name in ("aimodel", "chainplace"):
            page = staff.get(reverse(f"admin:generation_{name}_changelist")).content.decode()
            assert "No model can be asked for “terms of the work”" in page

    def test_adding_and_deleting_a_model_is_audited(self, staff: Client) -> None:
        values = {
            "provider": "openai", "name": "tiny", "input_price": "1", "output_price": "1", "context_tokens": "1000",
            "max_output_tokens": "500", "enabled": "on", **NO_PLACES,
        }  # fmt: skip
        staff.post(reverse("admin:generation_aimodel_add"), values)
        model = AIModel.objects.get(name="tiny")
        assert audited("ai_model.added").details["name"] == "tiny"
        chosen = {"action": "delete_selected", "_selected_action": [model.pk], "post": "yes"}
        staff.post(reverse("admin:generation_aimodel_changelist"), chosen)
        assert audited("ai_model.dropped").object_id == str(model.pk)
        assert not AIModel.objects.filter(name="tiny").exists()

    def test_a_chain_that_cannot_write_is_said_so(self, staff: Client, settings: Settings) -> None:
        address = reverse("admin:generation_aimodel_changelist")
        assert "nothing can be written" not in staff.get(address).content.decode()
        settings.ANTHROPIC_API_KEYS = []
        assert "There is no key for Anthropic" in staff.get(address).content.decode()
        AIModel.objects.update(enabled=False)
        assert "No model is enabled: nothing can be written." in staff.get(address).content.decode()

    @pytest.mark.parametrize(
        ("scope", "euros", "tokens", "said"),
        [
            (Scope.USER_DAY, "", "", "needs a limit in tokens"),
            (Scope.USER_DAY, "5", "1000", "leave the field empty"),
            (Scope.HOUSE_DAY, "", "1000", "needs a limit in euros"),
            (Scope.HOUSE_DAY, "-1", "", "greater than or equal to 0"),
        ],
    )
    def test_a_budget_says_what_is_wrong_in_words(
        self, staff: Client, scope: Scope, euros: str, tokens: str, said: str
    ) -> None:
        budget = Budget.objects.get(scope=scope)
        address = reverse("admin:generation_budget_change", args=[budget.pk])
        page = staff.post(address, {"euros": euros, "tokens": tokens}).content.decode()
        assert said in page
        assert "is violated" not in page
        assert not AuditEvent.objects.filter(action="budget.changed").exists()

    def test_a_budget_is_changed_audited_and_never_dropped(self, staff: Client) -> None:
        budget = Budget.objects.get(scope=Scope.HOUSE_DAY)
        address = reverse("admin:generation_budget_change", args=[budget.pk])
        assert staff.post(address, {"euros": "150.50", "tokens": ""}).status_code == 302
        budget.refresh_from_db()
        assert budget.euros == Decimal("150.50")
        assert audited("budget.changed").details == {"euros": ["200", "150.5"]}
        staff.post(address, {"euros": "150.50", "tokens": ""})
        assert AuditEvent.objects.filter(action="budget.changed").count() == 1
        assert staff.post(reverse("admin:generation_budget_delete", args=[budget.pk])).status_code == 403
        page = staff.post(
            reverse("admin:generation_budget_add"), {"scope": Scope.HOUSE_DAY, "euros": "1", "tokens": ""}
        )
        assert "already exists" in page.content.decode()

    def test_a_limit_below_what_is_gone_is_saved_with_a_warning(self, staff: Client) -> None:
        BudgetUse.objects.create(
            scope=Scope.HOUSE_DAY, period=period_of(Scope.HOUSE_DAY, timezone.now()), spent_euros=Decimal(50)
        )
        budget = Budget.objects.get(scope=Scope.HOUSE_DAY)
        address = reverse("admin:generation_budget_change", args=[budget.pk])
        page = staff.post(address, {"euros": "40", "tokens": ""}, follow=True).content.decode()
        assert "More than this is spent or reserved already." in page

    def test_limits_of_keys_are_changed_and_one_for_a_missing_key_is_pointed_out(self, staff: Client) -> None:
        values = {"provider": "openai", "place": "9", "requests_per_minute": "10", "tokens_per_minute": "1000"}
        page = staff.post(reverse("admin:generation_keylimit_add"), values, follow=True).content.decode()
        assert "for one that is not there" in page
        assert audited("key_limit.added").details["place"] == 9
        again = staff.post(reverse("admin:generation_keylimit_add"), values).content.decode()
        assert "already exists" in again
        values["requests_per_minute"] = "0"
        address = reverse("admin:generation_keylimit_change", args=[KeyLimit.objects.get(place=9).pk])
        assert "greater than or equal to 1" in staff.post(address, values).content.decode()

    def test_tokens_of_a_language_are_changed_and_audited(self, staff: Client) -> None:
        factor = LanguageFactor.objects.get(language="de")
        address = reverse("admin:generation_languagefactor_change", args=[factor.pk])
        assert staff.post(address, {"factor": "1.35"}).status_code == 302
        assert audited("language_factor.changed").details == {"factor": ["1.3", "1.35"]}

    def test_a_persons_limit_is_added_changed_and_dropped_and_the_trail_says_so(self, staff: Client) -> None:
        person = UserFactory.create()
        values = {"person": person.pk, "tokens": 500}
        assert staff.post(reverse("admin:generation_personallimit_add"), values).status_code == 302
        limit = PersonalLimit.objects.get(person=person)
        change = reverse("admin:generation_personallimit_change", args=[limit.pk])
        assert staff.post(change, {"tokens": 700}).status_code == 302
        assert budgets.tokens_of_day(person.pk) == 700
        drop = reverse("admin:generation_personallimit_delete", args=[limit.pk])
        assert staff.post(drop, {"post": "yes"}).status_code == 302
        events = AuditEvent.objects.filter(action__startswith="personal_limit.").order_by("pk")
        assert [(event.action, event.details) for event in events] == [
            ("personal_limit.added", {"person": person.pk, "tokens": 500}),
            ("personal_limit.changed", {"tokens": [500, 700]}),
            ("personal_limit.dropped", {"person": person.pk, "tokens": 700}),
        ]

    @pytest.mark.parametrize("count", [1, 3])
    def test_limits_of_people_are_listed_with_what_they_used_today(
        self, staff: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
    ) -> None:
        for person in UserFactory.create_batch(count):
            PersonalLimit.objects.create(person=person, tokens=9_000)
            period = period_of(Scope.USER_DAY, timezone.now())
            BudgetUse.objects.create(
                scope=Scope.USER_DAY, subject=str(person.pk), period=period, spent_tokens=1_200, reserved_tokens=34
            )
        listed = reverse("admin:generation_personallimit_changelist")
        staff.get(listed)
        with django_assert_num_queries(5):
            page = staff.get(listed)
        assert "1,234" in page.content.decode()

    def test_only_who_may_change_a_budget_changes_it(self, client: Client) -> None:
        sign_in(client, "view_budget")
        budget = Budget.objects.get(scope=Scope.HOUSE_DAY)
        address = reverse("admin:generation_budget_change", args=[budget.pk])
        assert client.get(address).status_code == 200
        assert client.post(address, {"euros": "1"}).status_code == 403
        assert client.get(reverse("admin:generation_aimodel_changelist")).status_code == 403


def test_what_was_used_and_what_is_held_can_be_read_and_not_changed(staff: Client) -> None:
    BudgetUse.objects.create(scope=Scope.HOUSE_DAY, period="2026-11-21", spent_euros=Decimal("1.25"))
    now = timezone.now()
    Reservation.objects.create(
        document=ordered_document(), tokens=3_000, cost=Decimal("0.1234"), expires_at=now + timedelta(hours=1)
    )
    for name, words in (("budgetuse", "1.25"), ("reservation", "€0.1234")):
        assert words in staff.get(reverse(f"admin:generation_{name}_changelist")).content.decode()
        assert staff.get(reverse(f"admin:generation_{name}_add")).status_code == 403
