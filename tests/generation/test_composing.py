"""Reaching a length by asking again, with a writer that gives more or less than it is asked for."""

import asyncio
import json
import re
from collections.abc import Callable
from itertools import accumulate
from typing import Any

import pytest

from documents.domain.text import body_characters
from documents.models import Document, Section
from generation.ai import answers
from generation.ai.errors import NoAnswer
from generation.ai.question import Answer, Question
from generation.enums import Outcome
from generation.writing.composing import reach, trimmed
from generation.writing.drafts import Draft
from generation.writing.prompts.writing import SectionAssignment

ASSIGNMENT = SectionAssignment(
    document=Document(topic="Light", language="en"), section=Section(title="Lamps"), outline=[], passages=[]
)
Writer = Callable[[Question], str]


def asked_for(question: Question) -> int:
    """The characters that a prompt names."""
    words = question.text.replace(",", "").split("about ")[-1]
    return int(words.split()[0])


def words(length: int) -> str:
    return ("Word after word. " * (length // 17 + 1))[: max(1, length)].strip()


def answered(question: Question, writer: Writer) -> Answer:
    """The writer's text as an answer; of a text to be shortened, its last sentences, as long as the writer's text."""
    said = writer(question)
    if question.purpose != "tighten":
        return Answer({"markdown": said, "passages": []}, "model")
    shown = re.findall(r"<s n=\"(\d+)\">(.*?)</s>", question.text)
    left_out = [number for number, ends in zip(*_from_the_end(shown), strict=True) if ends <= len(said)]
    return Answer({"leave_out": left_out}, "model")


def _from_the_end(shown: list[tuple[str, str]]) -> tuple[list[int], list[int]]:
    numbers = [int(number) for number, _text in reversed(shown)]
    return numbers, list(accumulate(len(text) + 1 for _number, text in reversed(shown)))


def run(writer: Writer, *, target: int, draft: Draft | None = None) -> tuple[Draft, list[str]]:
    """The draft that is reached, and what was asked for on the way."""
    purposes: list[str] = []

    async def ask(question: Question) -> Answer:
        purposes.append(question.purpose)
        return answered(question, writer)

    async def keep(draft: Draft) -> None:
        kept.append(draft)

    kept: list[Draft] = []
    made = asyncio.run(reach(ASSIGNMENT, draft or Draft(), target=target, tolerance=150, ask=ask, keep=keep))
    assert len(kept) == len(purposes)
    return made, purposes


def bent(factor: float) -> Writer:
    return lambda question: words(round(asked_for(question) * factor))


def test_an_exact_writer_is_asked_once() -> None:
    made, purposes = run(bent(1.0), target=4_000)
    assert purposes == ["write"]
    assert made.ratio == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("factor", [0.5, 0.6, 0.8, 1.2, 1.4, 1.8])
def test_any_other_is_brought_to_the_length(factor: float) -> None:
    made, purposes = run(bent(factor), target=5_000)
    assert abs(body_characters(made.text) - 5_000) <= 150
    assert len(purposes) <= 4


def test_a_section_longer_than_one_call_is_continued() -> None:
    made, purposes = run(bent(1.0), target=30_000)
    assert purposes == ["write", "extend", "extend"]
    assert abs(body_characters(made.text) - 30_000) <= 150


def test_a_writer_that_gives_almost_nothing_ends_with_what_there_is() -> None:
    made, purposes = run(lambda _question: "A few words.", target=5_000)
    assert made.text
    assert len(purposes) == 6


def test_of_what_a_tightener_would_leave_out_no_more_goes_than_is_too_much() -> None:
    def ruin(question: Question) -> str:
        return words(9_000)

    made, purposes = run(ruin, target=5_000)
    assert purposes[:2] == ["write", "tighten"]
    assert abs(body_characters(made.text) - 5_000) <= 150


def test_a_tightener_names_sentences_and_writes_none() -> None:
    kept = (
        "The lamp was lit at dusk by the keeper or his wife [@light-2019, p. 12]. It burned without a pause till dawn."
    )
    text = f"{kept} It is a long story. It goes on and on, and on again, and then once more."
    asked: list[Question] = []

    async def ask(question: Question) -> Answer:
        asked.append(question)
        return Answer({"leave_out": [4, 3, 99, -1, 4]}, "model")

    async def keep(draft: Draft) -> None:
        return None

    target = body_characters(kept)
    made = asyncio.run(reach(ASSIGNMENT, Draft(text=text), target=target, tolerance=10, ask=ask, keep=keep))
    assert made.text == kept
    (question,) = asked
    assert (question.purpose, "<source" in question.text) == ("tighten", False)
    assert set(question.schema["properties"]) == {"leave_out"}


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.4])
def test_one_call_shortens_a_text_even_if_too_few_or_too_many_sentences_are_named(factor: float) -> None:
    made, purposes = run(bent(factor), target=4_000, draft=Draft(text=words(5_000)))
    assert purposes == ["tighten"]
    assert abs(body_characters(made.text) - 4_000) <= 150


def test_a_short_end_is_shortened_together_with_what_stands_before_it() -> None:
    beginning = f"{words(1_700)}\n\n{words(1_700)}"
    text = f"{beginning}\n\nThe end came late. {words(600)}"
    shown: list[str] = []

    def tightener(question: Question) -> str:
        shown.append(question.text)
        return words(300)

    made, purposes = run(tightener, target=body_characters(text) - 300, draft=Draft(text=text))
    assert purposes == ["tighten"]
    assert "The end came late." in shown[0]
    assert made.text.startswith(beginning)


def test_a_tightener_never_takes_more_than_half_of_what_it_is_shown() -> None:
    async def ask(question: Question) -> Answer:
        return Answer({"leave_out": list(range(1, 400))}, "model")

    async def keep(draft: Draft) -> None:
        lengths.append(len(draft.text))

    lengths: list[int] = []
    asyncio.run(reach(ASSIGNMENT, Draft(text=words(2_000)), target=10, tolerance=5, ask=ask, keep=keep))
    assert lengths[0] >= 1_000


def test_no_answer_in_the_middle_keeps_what_there_is() -> None:
    calls: list[Any] = []

    def once(question: Question) -> str:
        if calls:
            raise NoAnswer([Outcome.REFUSED])
        calls.append(question)
        return words(2_000)

    made, _purposes = asyncio_run_keeping(once)
    assert body_characters(made.text) == pytest.approx(2_000, abs=10)


def asyncio_run_keeping(writer: Writer) -> tuple[Draft, None]:
    async def ask(question: Question) -> Answer:
        return answered(question, writer)

    async def keep(draft: Draft) -> None:
        return None

    return asyncio.run(reach(ASSIGNMENT, Draft(), target=5_000, tolerance=100, ask=ask, keep=keep)), None


def test_no_answer_at_all_is_no_text() -> None:
    def never(question: Question) -> str:
        raise NoAnswer([Outcome.SERVER_ERROR])

    with pytest.raises(NoAnswer):
        asyncio_run_keeping(never)


def test_a_checkpoint_goes_on_where_it_was() -> None:
    half = Draft(text=words(2_500), calls=1, ratio=1.0)
    made, purposes = run(bent(1.0), target=5_000, draft=half)
    assert purposes == ["extend"]
    assert made.text.startswith(half.text)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("# Lamps\n\nThe lamp burned.\n\n---\n\nIt went out.", "The lamp burned.\n\nIt went out."),
        ("```markdown\nThe lamp burned [@a, p. 3].\n```", "The lamp burned [@a, p. 3]."),
        ("![a lamp](https://example.org/x.png)The [lamp](https://example.org) <b>burned</b>.", "The lamp burned."),
        ("5 < 7 and 9 > 8, says A. [@a] (b)", "5 < 7 and 9 > 8, says A. [@a] (b)"),
        ("- one\n- two", "- one\n- two"),
        ('{"markdown": "The lamp\\n\\nburned [@a, p. 3].", "passages": [1]}', "The lamp\n\nburned [@a, p. 3]."),
        ('```json\n{"markdown": "The lamp burned.", "passages": []}\n```', "The lamp burned."),
        ('Sure: {"passages": [1], "markdown": "The lamp burned."}', "The lamp burned."),
        ('{"markdown": "The lamp burned. It \\"went\\" out [@a, p. 3]. And the', ""),
        ('{"markdown": "It \\"went\\" out [@a, p. 3].", "pass', 'It "went" out [@a, p. 3].'),
        ('{"markdown": "The lamp \\u00e', ""),
        ('{"verdicts": [{"n": 1, "verdict": "supported"}]}', ""),
        ('[{"n": 1, "text": "The lamp burned."}]', ""),
        ('{"markdown": "{\\"markdown\\": \\"The lamp burned.\\"}", "passages": []}', "The lamp burned."),
        ("<think>The user wants lamps.\n\nSo be it.</think>\n\nThe lamp burned.", "The lamp burned."),
        ("The user wants lamps.</thinking>The lamp burned.", "The lamp burned."),
        ("The lamp burned.\n\n<reasoning>Is it so?", "The lamp burned."),
        ("The lamp burned.\n\n```python\nprint('lamp')\n```\n\nIt went out.", "The lamp burned.\n\nIt went out."),
        ("```markdown\nThe lamp burned.", "The lamp burned."),
        ("The lamp \ud83d burned\x00.", "The lamp  burned."),
    ],
)
def test_only_running_text_is_taken_from_a_writer(written: str, expected: str) -> None:
    assert answers.running(written) == expected
    assert answers.running(answers.running(written)) == expected


@pytest.mark.parametrize(("depth", "expected"), [(3, "The lamp burned."), (4, "")])
def test_of_answers_within_answers_without_end_nothing_is_left(depth: int, expected: str) -> None:
    text = "The lamp burned."
    for _ in range(depth):
        text = json.dumps({"markdown": text, "passages": []})
    assert answers.running(text) == expected


def test_sentences_go_from_the_ends_of_paragraphs_first_those_that_cite_nothing() -> None:
    text = "One stands here. Two cites [@a, p. 1].\n\nThree stands there. Four says a little more.\n\nFive is alone."
    assert trimmed(Draft(text=text), target=body_characters(text)).text == text
    once = trimmed(Draft(text=text), target=body_characters(text) - 10).text
    assert once == "One stands here. Two cites [@a, p. 1].\n\nThree stands there.\n\nFive is alone."
    assert trimmed(Draft(text=text), target=1).text == "One stands here.\n\nThree stands there.\n\nFive is alone."
