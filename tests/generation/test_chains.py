"""Which model is asked for what, what a call costs, and what becomes of the models that were seeded before (R-23)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from generation.ai import chains
from generation.ai.question import Usage
from generation.enums import Purpose
from generation.models import AIModel, ChainPlace
from tests.migrating import back_to, forward

MILLION = 1_000_000
TEXTS = ["gpt-6.1-terra", "claude-sonnet-5-5", "gpt-6-luna", "claude-haiku-5-5"]
SMALL = ["gpt-6-luna", "claude-haiku-5-5", "gpt-6.1-terra", "claude-sonnet-5-5"]
OLD = ["gpt-5.1", "claude-sonnet-4-6", "gpt-5-mini", "claude-haiku-4-5"]


def names(purpose: Purpose) -> list[str]:
    return [link.model.name for link in chains.chains().get(purpose, [])]


@pytest.mark.django_db
class TestChains:
    def test_each_purpose_has_its_own_with_the_other_provider_behind_the_first(self) -> None:
        assert names(Purpose.WRITING) == names(Purpose.CORRECTING) == TEXTS
        assert names(Purpose.JUDGING) == names(Purpose.QUERIES) == names(Purpose.GLOSSARY) == SMALL

    def test_staff_move_a_model_in_one_chain_alone(self) -> None:
        ChainPlace.objects.filter(purpose=Purpose.JUDGING, model__name="claude-sonnet-5-5").update(position=1)
        assert names(Purpose.JUDGING)[0] == "claude-sonnet-5-5"
        assert names(Purpose.QUERIES)[0] == "gpt-6-luna"

    def test_what_has_ended_is_gone_or_has_no_key_is_left_out(self, settings: Settings) -> None:
        today = timezone.now().date()
        AIModel.objects.filter(name="gpt-6.1-terra").update(ends_on=today - timedelta(days=1))
        AIModel.objects.filter(name="claude-sonnet-5-5").update(ends_on=today)
        AIModel.objects.filter(name="gpt-6-luna").update(ends_on=today + timedelta(days=1))
        assert names(Purpose.WRITING) == ["gpt-6-luna", "claude-haiku-5-5"]
        AIModel.objects.filter(name="claude-haiku-5-5").update(gone_since=timezone.now())
        assert names(Purpose.WRITING) == ["gpt-6-luna"]
        settings.OPENAI_API_KEYS = []
        assert chains.first_model() is None

    def test_every_question_belongs_to_a_chain(self) -> None:
        assert set(chains.PURPOSES.values()) == set(Purpose)

    @pytest.mark.parametrize(
        ("name", "model", "values"),
        [
            ("chain_purpose_known", ChainPlace, {"purpose": "painting"}),
            ("chain_effort_known", ChainPlace, {"effort": "little"}),
            ("ai_cache_price_not_negative", AIModel, {"cached_price": -1}),
            ("ai_cache_price_not_negative", AIModel, {"cache_write_price": -1}),
            ("ai_long_prompt_has_prices", AIModel, {"long_prompt_tokens": 5, "long_input_price": None}),
        ],
    )
    def test_rows_cannot_be_what_they_must_not(self, name: str, model: Any, values: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            model.objects.update(**values)

    def test_a_model_stands_once_in_a_chain(self) -> None:
        model = AIModel.objects.all()[0]
        with pytest.raises(IntegrityError, match="chain_model_once"), transaction.atomic():
            ChainPlace.objects.create(purpose=Purpose.WRITING, model=model)


class TestCost:
    MODEL = AIModel(
        input_price=Decimal("0.4"), cached_price=Decimal("0.1"), cache_write_price=Decimal("0.5"),
        output_price=Decimal(2), long_prompt_tokens=2 * MILLION, long_input_price=Decimal("0.8"),
        long_output_price=Decimal(3),
    )  # fmt: skip

    def test_each_kind_of_token_has_its_price(self) -> None:
        usage = Usage(MILLION, MILLION, cached_tokens=500_000, cache_write_tokens=100_000, reasoning_tokens=900_000)
        assert usage.cost(self.MODEL) == Decimal("0.16") + Decimal("0.05") + Decimal("0.05") + 2

    def test_a_long_prompt_costs_the_long_prices_in_all_its_parts(self) -> None:
        assert Usage(2 * MILLION, 0).cost(self.MODEL) == Decimal("0.8")
        usage = Usage(3 * MILLION, MILLION, cached_tokens=MILLION)
        assert usage.cost(self.MODEL) == Decimal("1.6") + Decimal("0.2") + 3

    def test_without_prices_of_its_own_cached_input_costs_as_other_input(self) -> None:
        plain = AIModel(input_price=Decimal("0.4"), output_price=Decimal(2))
        assert Usage(MILLION, 0, cached_tokens=MILLION).cost(plain) == Decimal("0.4")
        assert Usage(MILLION, 0, cache_write_tokens=MILLION).cost(plain) == Decimal("0.4")


BEFORE = [("generation", "0008_personal_limits")]


@pytest.fixture
def at_the_old_chain(transactional_db: None) -> Any:
    """The database as it was before; afterwards as new, with what is seeded."""
    old = back_to(BEFORE)
    models = old.get_model("generation", "AIModel")
    models.objects.all().delete()
    seed(models)
    yield old
    forward()


def seed(model: Any) -> None:
    from importlib import import_module

    first = import_module("generation.migrations.0003_first_models")

    class Apps:
        def get_model(self, *_: str) -> Any:
            return model

    first.seed(Apps(), None)


def chain(purpose: str = "writing") -> list[str]:
    rows = ChainPlace.objects.filter(purpose=purpose, model__enabled=True).order_by("position", "id")
    return list(rows.values_list("model__name", flat=True))


class TestMovingWhatIsSeeded:
    def test_a_fresh_install_has_todays_models_alone(self, at_the_old_chain: Any) -> None:
        forward()
        assert set(AIModel.objects.values_list("name", flat=True)) == set(TEXTS)
        assert chain() == TEXTS
        assert chain("judging") == SMALL
        assert set(ChainPlace.objects.values_list("effort", flat=True)) == {"low"}

    def test_no_model_is_seeded_whose_end_is_announced_within_60_days(self, at_the_old_chain: Any) -> None:
        from generation.ai import catalogue

        forward()
        soon = timezone.now().date() + timedelta(days=60)
        for model in AIModel.objects.all():
            end: date | None = catalogue.end_in_sdk(model.provider, model.name)
            assert end is None or end > soon

    def test_rows_that_calls_name_are_switched_off_and_kept(self, at_the_old_chain: Any) -> None:
        old = at_the_old_chain.get_model("generation", "AIModel").objects.get(name="gpt-5-mini")
        attempt_of(at_the_old_chain, old)
        forward()
        kept = AIModel.objects.get(name="gpt-5-mini")
        assert not kept.enabled
        assert not kept.places.exists()
        assert apps.get_model("generation", "Attempt").objects.get().model_id == kept.pk
        assert not AIModel.objects.filter(name="gpt-5.1").exists()
        assert chain() == TEXTS

    @pytest.mark.parametrize(
        ("changes", "place"), [({"output_price": 7}, 1), ({"max_output_tokens": 9_000}, 1), ({"position": 15}, 1)]
    )
    def test_a_row_that_staff_changed_stays_where_it_is(
        self, at_the_old_chain: Any, changes: dict[str, int], place: int
    ) -> None:
        rows = at_the_old_chain.get_model("generation", "AIModel").objects
        rows.filter(name="claude-sonnet-4-6").update(**changes)
        forward()
        kept = AIModel.objects.get(name="claude-sonnet-4-6")
        assert kept.enabled
        assert all(getattr(kept, name) == value for name, value in changes.items())
        for purpose, new in (("writing", TEXTS), ("judging", SMALL)):
            assert chain(purpose) == [*new[:place], "claude-sonnet-4-6", *new[place:]]
        assert set(kept.places.values_list("effort", flat=True)) == {""}

    def test_where_staff_switched_a_model_off_its_successor_is_off_too(self, at_the_old_chain: Any) -> None:
        rows = at_the_old_chain.get_model("generation", "AIModel").objects
        rows.filter(name="claude-sonnet-4-6").update(enabled=False)
        rows.filter(name="claude-haiku-4-5").delete()
        forward()
        assert chain() == ["gpt-6.1-terra", "gpt-6-luna"]
        assert not AIModel.objects.get(name="claude-sonnet-4-6").enabled
        # One switch brings it in, at its place.
        AIModel.objects.filter(name="claude-sonnet-5-5").update(enabled=True)
        assert chain() == ["gpt-6.1-terra", "claude-sonnet-5-5", "gpt-6-luna"]

    def test_rows_that_staff_added_keep_their_place(self, at_the_old_chain: Any) -> None:
        rows = at_the_old_chain.get_model("generation", "AIModel").objects
        figures = {"input_price": 1, "output_price": 2, "context_tokens": 9_000, "max_output_tokens": 4_000}
        for name, position in (("first", 5), ("between", 25), ("last", 100)):
            rows.create(provider="openai", name=name, position=position, **figures)
        forward()
        assert chain() == ["first", *TEXTS[:2], "between", *TEXTS[2:], "last"]
        assert chain("queries") == ["first", *SMALL[:2], "between", *SMALL[2:], "last"]

    def test_one_of_todays_that_staff_added_is_theirs(self, at_the_old_chain: Any) -> None:
        rows = at_the_old_chain.get_model("generation", "AIModel").objects
        figures = {"input_price": 1, "output_price": 2, "context_tokens": 9_000, "max_output_tokens": 4_000}
        rows.create(provider="openai", name="gpt-6-luna", position=1, enabled=False, **figures)
        forward()
        luna = AIModel.objects.get(name="gpt-6-luna")
        assert (luna.input_price, luna.enabled) == (1, False)
        assert chain("judging") == SMALL[1:]
        assert set(luna.places.values_list("position", flat=True)) == {1}


def attempt_of(old: Any, model: Any) -> None:
    """A call that names the model, in the tables as they were."""
    from tests.documents.factories import DocumentFactory

    document = DocumentFactory.create()
    job = old.get_model("generation", "Job").objects.create(kind="document", document_id=document.pk, sort_key=0)
    old.get_model("generation", "Attempt").objects.create(
        job=job, model=model, provider="openai", model_name=model.name, purpose="write",
        idempotency_key="00000000-0000-0000-0000-000000000001",
    )  # fmt: skip
