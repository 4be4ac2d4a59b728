"""The end of a model is known before it comes: from the providers' lists, the SDKs' tables, and told in time (R-25)."""

import logging
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import ProgrammingError
from django.utils import timezone
from pytest_django import Settings

from generation.ai import catalogue, chains, endings
from generation.enums import Purpose
from generation.models import AIModel
from generation.tasks import check_model, check_models
from sandbox.client import Control
from tests.platform.alerting import alerts_away, keys_told, told

pytestmark = pytest.mark.usefixtures("committed")


def model(name: str = "gpt-6.1-terra") -> AIModel:
    return AIModel.objects.get(name=name)


@pytest.mark.parametrize("name", ["gpt-6.1-terra", "claude-sonnet-5-5"])
def test_an_announced_end_is_kept_and_told_60_30_and_7_days_before_once_each(control: Control, name: str) -> None:
    today = timezone.now().date()
    end = today + timedelta(days=90)
    control.model(name, ends=f"{end}")
    expected = {61: 0, 60: 1, 59: 1, 31: 1, 30: 2, 20: 2, 7: 3, 2: 3, 0: 4}
    for left, count in expected.items():
        endings.check(today=end - timedelta(days=left))
        assert len(told()) == count, left
    assert model(name).ends_on == end
    assert "ends in 60 days" in told()[0]
    assert "has ended" in told()[3]


def test_an_end_or_a_loss_that_could_not_be_told_is_told_later(control: Control) -> None:
    today = timezone.now().date()
    control.model("gpt-6-luna", ends=f"{today + timedelta(days=5)}")
    with alerts_away():
        with pytest.raises(ProgrammingError):
            endings.check(today=today)
        with pytest.raises(ProgrammingError):
            endings.mark_gone(model("gpt-6.1-terra"))
    assert (model("gpt-6-luna").end_told_days, model("gpt-6.1-terra").gone_since) == (None, None)
    endings.check(today=today)
    endings.mark_gone(model("gpt-6.1-terra"))
    assert told() == ["OpenAI gpt-6-luna ends in 5 days", "OpenAI has no model gpt-6.1-terra any more"]


def test_a_model_that_is_gone_again_is_told_of_again(control: Control) -> None:
    for _ in range(2):
        endings.mark_gone(model("gpt-6-luna"))
        endings.mark_gone(model("gpt-6-luna"))
        endings.check()
        assert model("gpt-6-luna").gone_since is None
    assert len(set(keys_told("ai-model-gone:openai:gpt-6-luna"))) == 2


def test_an_end_that_is_put_off_is_told_anew(control: Control) -> None:
    today = timezone.now().date()
    for days in (5, 50):
        control.model("gpt-6-luna", ends=f"{today + timedelta(days=days)}")
        endings.check(today=today)
    assert len(told()) == 2
    assert model("gpt-6-luna").ends_on == today + timedelta(days=50)


def test_a_model_that_nobody_asks_warns_nobody(control: Control) -> None:
    control.model("gpt-6-luna", ends=f"{timezone.now().date() + timedelta(days=5)}")
    AIModel.objects.filter(name="gpt-6-luna").update(enabled=False)
    endings.check()
    assert told() == []
    assert model("gpt-6-luna").ends_on is not None


def test_what_has_ended_or_is_not_listed_is_left_out_without_a_call(control: Control) -> None:
    today = timezone.now().date()
    control.model("gpt-6.1-terra", ends=f"{today}")
    control.model("claude-sonnet-5-5", ends=f"{today - timedelta(days=1)}")
    AIModel.objects.create(
        provider="openai", name="unknown-1", input_price=1, output_price=1, context_tokens=9, max_output_tokens=9
    )
    endings.check()
    names = [link.model.name for link in chains.chains()[Purpose.WRITING]]
    assert names == ["gpt-6-luna", "claude-haiku-5-5"]
    assert model("unknown-1").gone_since is not None


def test_a_name_without_its_date_is_found_although_the_list_has_it_with_one(control: Control) -> None:
    AIModel.objects.create(
        provider="anthropic", name="claude-haiku-4-5", input_price=1, output_price=1, context_tokens=9,
        max_output_tokens=9,
    )  # fmt: skip
    endings.check()
    assert model("claude-haiku-4-5").gone_since is None


def test_the_model_s_own_limits_are_kept_and_held_to(control: Control) -> None:
    AIModel.objects.filter(name="claude-haiku-5-5").update(max_output_tokens=500_000, context_tokens=2_000_000)
    endings.check()
    found = model("claude-haiku-5-5")
    assert (found.told_output_tokens, found.told_context_tokens) == (128_000, 1_000_000)
    assert (found.longest_answer, found.window) == (128_000, 1_000_000)
    # OpenAI's list says nothing of it, but its pages do.
    other = model("gpt-6-luna")
    other.max_output_tokens, other.context_tokens = 500_000, 2_000_000
    assert (other.longest_answer, other.window) == (128_000, 1_050_000)
    assert len(told()) == 1
    assert "gives less than its row says" in told()[0]


def test_lists_that_cannot_be_read_change_nothing_and_are_told_after_three_nights(
    control: Control, caplog: pytest.LogCaptureFixture
) -> None:
    endings.check()
    before = list(AIModel.objects.order_by("pk").values_list("name", "ends_on", "gone_since", "told_output_tokens"))
    control.fault("ai", "500")
    caplog.set_level(logging.WARNING)
    today = timezone.now().date()
    for night in range(3):
        endings.check(today=today + timedelta(days=night))
    assert told() == []
    assert before == list(
        AIModel.objects.order_by("pk").values_list("name", "ends_on", "gone_since", "told_output_tokens")
    )
    AIModel.objects.update(checked_at=None)
    check_models()
    assert any("not known of a model" in record.getMessage() for record in caplog.records)
    endings.check(today=today + timedelta(days=3))
    assert len(told()) == 2
    control.clear_faults()
    endings.check(today=today + timedelta(days=4))
    assert not AIModel.objects.exclude(unread_since=None).exists()


def test_a_night_that_was_missed_is_caught_up_once(control: Control) -> None:
    night = datetime.combine(timezone.now().date(), time(4, 23), UTC)
    AIModel.objects.update(checked_at=night - timedelta(hours=20))
    assert endings.check_due(now=night - timedelta(minutes=1)) == []
    AIModel.objects.update(checked_at=night - timedelta(hours=30))
    assert len(endings.check_due(now=night - timedelta(minutes=1))) == AIModel.objects.count()
    AIModel.objects.update(checked_at=night - timedelta(minutes=1))
    assert len(endings.check_due(now=night + timedelta(hours=9))) == AIModel.objects.count()
    AIModel.objects.update(checked_at=night + timedelta(hours=9))
    for hours in (10, 20, 23):
        assert endings.check_due(now=night + timedelta(hours=hours)) == []
    assert endings.check_due(now=night + timedelta(days=1))


def test_lists_that_could_not_be_read_are_read_an_hour_later(control: Control) -> None:
    later = timezone.now() + timedelta(days=1)
    control.fault("ai", "500")
    assert all(one.note for one in endings.check_due(now=later))
    assert not AIModel.objects.exclude(checked_at=None).exists()
    control.clear_faults()
    assert not any(one.note for one in endings.check_due(now=later + timedelta(hours=1)))
    assert not AIModel.objects.filter(checked_at=None).exists()


def test_without_any_key_the_sdks_are_looked_at_once_a_night(control: Control, settings: Settings) -> None:
    settings.OPENAI_API_KEYS = settings.ANTHROPIC_API_KEYS = []
    assert endings.check_due()
    assert endings.check_due() == []


def test_a_model_added_by_day_is_checked_at_once(control: Control) -> None:
    values = {"input_price": 1, "output_price": 1, "context_tokens": 9, "max_output_tokens": 9}
    added = AIModel.objects.create(provider="anthropic", name="claude-opus-5-5", **values)
    check_model(str(added.pk))
    added.refresh_from_db()
    assert (added.told_context_tokens, added.told_output_tokens) == (1_000_000, 128_000)
    assert list(AIModel.objects.exclude(checked_at=None)) == [added]
    unknown = AIModel.objects.create(provider="openai", name="unknown-1", **values)
    check_model(str(unknown.pk))
    assert told() == ["OpenAI has no model unknown-1 any more"]
    check_model("0")


@pytest.mark.parametrize("mode", ["html", "malformed_body", "empty_body"])
def test_a_list_of_another_shape_says_nothing_of_any_model(control: Control, mode: str) -> None:
    control.fault("ai", mode)
    assert all(one.note for one in endings.check())
    assert not AIModel.objects.exclude(gone_since=None).exists()


def test_a_model_that_could_not_be_asked_for_is_not_called_gone(control: Control) -> None:
    AIModel.objects.create(
        provider="openai", name="unknown-1", input_price=1, output_price=1, context_tokens=9, max_output_tokens=9
    )
    control.fault("openai", "500", path="/models/unknown-1")
    (checked,) = [one for one in endings.check() if one.model.name == "unknown-1"]
    assert checked.note.startswith("not asked: InternalServerError")
    assert not checked.is_over
    assert model("unknown-1").gone_since is None


def test_the_command_prints_every_model(control: Control, settings: Settings) -> None:
    settings.ANTHROPIC_API_KEYS = []
    AIModel.objects.filter(name="gpt-6-luna").update(enabled=False)
    control.model("gpt-6.1-terra", ends="2099-01-02")
    out = StringIO()
    call_command("check_models", stdout=out)
    lines = {line.split()[1]: line for line in out.getvalue().splitlines()[1:]}
    assert set(lines) == {"gpt-6.1-terra", "gpt-6-luna", "claude-sonnet-5-5", "claude-haiku-5-5"}
    assert "asked" in lines["gpt-6.1-terra"]
    assert "2099-01-02" in lines["gpt-6.1-terra"]
    assert " off " in lines["gpt-6-luna"]
    assert "no key" in lines["claude-sonnet-5-5"]


def test_a_list_that_cannot_be_read_is_named_by_its_address(control: Control, settings: Settings) -> None:
    control.fault("ai", "500", times=40)
    out = StringIO()
    call_command("check_models", stdout=out)
    for address in (f"{settings.OPENAI_BASE_URL}/models", f"{settings.ANTHROPIC_BASE_URL}/v1/models"):
        assert out.getvalue().count(f"list not read at {address}: ") == 2


class TestTables:
    """What the installed SDKs know."""

    @pytest.mark.parametrize(
        ("provider", "name", "end"),
        [
            ("openai", "gpt-5-mini", date(2026, 12, 11)),
            ("openai", "gpt-5.1", date(2027, 4, 1)),
            ("anthropic", "claude-sonnet-4-5", date(2026, 11, 30)),
            ("openai", "gpt-6-luna", None),
            ("anthropic", "claude-sonnet-5-5", None),
        ],
    )
    def test_ends_are_read_from_both(self, provider: str, name: str, end: date | None) -> None:
        assert catalogue.end_in_sdk(provider, name) == end

    def test_text_in_another_shape_says_nothing(self) -> None:
        for source in ("", "x = 1\n'''No dates.'''", "'''- \"a\": shutdown date: soon\n- \"b\": date: 2026-13-45'''"):
            assert catalogue.read_openai_table(source) == {}

    def test_a_row_whose_end_only_the_sdk_knows_gets_it(self, control: Control) -> None:
        AIModel.objects.create(
            provider="openai", name="gpt-5-nano", input_price=1, output_price=1, context_tokens=9, max_output_tokens=9
        )
        control.fault("openai", "500")
        endings.check()
        assert model("gpt-5-nano").ends_on == date(2026, 12, 11)
