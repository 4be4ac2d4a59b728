"""What a call may take of tokens and time."""

import pytest
from pytest_django import Settings

from benchmarks.orders import order
from generation.ai.question import Question, expected_usage, seconds_allowed
from generation.models import AIModel
from generation.writing import assignments
from generation.writing.prompts import writing

MODEL = AIModel(provider="openai", name="any", context_tokens=30_000, max_output_tokens=16_000)


def question(characters: int, prompt: str = "Write.") -> Question:
    return Question(purpose="section", system="", prompt=prompt, schema={}, characters=characters)


def test_a_long_answer_gets_more_time_than_a_short_one(settings: Settings) -> None:
    settings.AI_TIMEOUT, settings.AI_TOKENS_PER_SECOND = 120, 30
    assert 120 < seconds_allowed(question(600)) < 130
    assert seconds_allowed(question(54_000)) == 120 + 600


def test_more_is_reserved_than_an_answer_of_that_length_can_take() -> None:
    # No language we write in needs a token for every two characters.
    usage = expected_usage(question(10_000, "x" * 3_000), MODEL)
    assert usage.output_tokens > 10_000 / 2
    assert usage.input_tokens >= 3_000 / 3


def test_nothing_is_asked_of_a_model_that_it_cannot_give() -> None:
    assert expected_usage(question(100_000), MODEL).output_tokens == MODEL.max_output_tokens


def test_question_and_answer_fit_into_the_window_of_the_model() -> None:
    usage = expected_usage(question(100_000, "x" * 60_000), MODEL)
    assert usage.input_tokens + usage.output_tokens == MODEL.context_tokens
    assert expected_usage(question(100_000, "x" * 120_000), MODEL).output_tokens == 0


def test_what_a_question_shares_with_others_counts_as_asked() -> None:
    alone = question(600)
    shared = Question(**{**alone.__dict__, "shared": ("x" * 3_000, "y" * 3_000)})
    more = expected_usage(shared, MODEL).input_tokens - expected_usage(alone, MODEL).input_tokens
    assert more >= 2_000


@pytest.mark.django_db
def test_what_is_shown_for_a_section_is_bounded() -> None:
    """Input is paid for with every call: who shows more here measures what it costs (docs/benchmarks.md)."""
    document = order(pages=10, sections=4)
    (section, *_) = document.sections.order_by("position")
    assignment = assignments.load(document_id=document.pk, section_id=section.pk)
    asked = writing.write(assignment, characters=assignments.target_characters(assignment))
    assert len(assignment.passages) >= 6
    shown = len(asked.system) + sum(map(len, asked.shared)) + len(asked.prompt)
    assert shown <= 6_000, (len(asked.system), [len(block) for block in asked.shared], len(asked.prompt))
