"""The check of a section from end to end, with a writer and a judge whose every answer is known."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from documents.models import Document, Passage, Section, Source
from generation.ai.errors import NoAnswer
from generation.ai.question import Answer, Question
from generation.enums import Outcome, Scope
from generation.errors import OverBudget, StepFailed
from generation.writing.checking.inspection import Background
from generation.writing.checking.judgement import DECOY, ClaimVerdict, Pair
from generation.writing.checking.leak_check import Guarded
from generation.writing.checking.review import Rejected, Reviewed, review
from generation.writing.drafts import Draft
from generation.writing.prompts import judging, writing
from generation.writing.prompts.blocks import DATA_RULE
from generation.writing.prompts.writing import SectionAssignment

LENS = "The lens turned on a bath of mercury, driven by a weight that sank through the middle of the tower."
SOURCE = Source(key="light-2019", title="Keeping the Light", csl={})
PASSAGE = Passage(pk=1, source=SOURCE, page=12, page_label="12", position=0, text=LENS)
ASSIGNMENT = SectionAssignment(
    document=Document(topic="Light", language="en"), section=Section(title="Lamps"), outline=[], passages=[PASSAGE]
)
BACKGROUND = Background(
    document=ASSIGNMENT.document,
    passages=[PASSAGE],
    guarded=Guarded(titles=["the mating of icelandic ponies"]),
    elsewhere=(),
)
PROVEN = "The lens turned on its bath of mercury and was driven by a weight that sank [@light-2019, p. 12]."
CLAIM = "Machines came early to the rocks [@light-2019, p. 12]."
OTHER = "The lens turned on its bath of mercury, driven by the weight that sank through the tower [@light-2019, p. 12]."
#: Eight words in a row and more, no clause that could be quoted.
COPIED = "Its lens turned on a bath of mercury, driven by a weight of lead [@light-2019, p. 12]."
FORGED = "Everybody agrees on this [@phantom-1999, p. 3]."
#: Given the question for a text anew, the text.
Writer = Callable[[Question], str]


def reviewed(
    text: str,
    *,
    writer: Writer | None = None,
    supports: Callable[[str], bool] = lambda claim: claim != DECOY,
    judged: Mapping[Pair, ClaimVerdict] | None = None,
    claims: list[dict[str, Any]] | None = None,
) -> tuple[Reviewed, list[Question]]:
    """What is left of a text, and what was asked on the way. Without a writer nobody corrects anything."""
    asked: list[Question] = []

    async def ask(question: Question) -> Answer:
        asked.append(question)
        if question.purpose == "judge":
            shown = re.findall(r"<claim n=\"\d+\"[^<>]*>(.*?)</claim>", question.text, re.S)
            verdicts = [
                {"n": n, "verdict": "supported" if supports(claim) else "unsupported", "reason": "it says so"}
                for n, claim in enumerate(shown, 1)
            ]
            return Answer({"verdicts": verdicts}, "judge")
        if writer is None:
            raise NoAnswer([Outcome.REFUSED])
        if "sentences" in question.schema["properties"]:
            count = len(re.findall(r"<wrong ", question.text))
            new = [{"n": n, "text": writer(question), "passages": []} for n in range(1, count + 1)]
            return Answer({"sentences": new}, "corrector")
        return Answer({"markdown": writer(question), "passages": []}, "corrector")

    async def keep(draft: Draft) -> None:
        pass

    draft = Draft(text=text, claims=claims or [], models=["writer"], calls=2)
    return asyncio.run(review(ASSIGNMENT, draft, BACKGROUND, ask=ask, keep=keep, judged=judged)), asked


def filled(text: str, *, paragraphs: int = 3) -> str:
    """A text among paragraphs in which nothing is wrong."""
    around = [f"Paragraph {number} tells of the towers and of what was done in them." for number in range(paragraphs)]
    return "\n\n".join([text, *around])


def test_a_text_that_holds_is_asked_about_once_and_stays() -> None:
    done, asked = reviewed(filled(f"{PROVEN} {CLAIM}"))
    assert [question.purpose for question in asked] == ["judge"]
    assert done.draft.text == filled(f"{PROVEN} {CLAIM}")
    assert [(one.passage_id, one.check_result, one.check_note) for one in done.citations] == [
        (1, "overlap", ""),
        (1, "judged", "it says so"),
    ]
    assert (done.was_corrected, done.removed, done.rejected, done.calls) == (False, 0, [], 1)


def test_what_code_can_prove_needs_no_model() -> None:
    assert reviewed(filled(PROVEN))[1] == []


def test_what_fails_is_written_anew_with_the_reason_and_only_that() -> None:
    done, asked = reviewed(filled(f"{FORGED} {OTHER}"), writer=lambda question: PROVEN)
    (question,) = asked
    assert question.purpose == "correct"
    assert "[@phantom-1999] is not one of the sources" in question.text
    assert "Paragraph 1" not in question.text
    assert question.text.count("<wrong ") == 1
    assert done.draft.text == filled(f"{PROVEN} {OTHER}")
    assert (done.was_corrected, done.removed, done.calls) == (True, 0, 1)
    assert done.draft.models == ["writer", "corrector"]


def test_a_quotation_goes_with_the_citation_beside_it() -> None:
    alone = 'The words "driven by a weight that sank through the middle" say it all.'
    done, _asked = reviewed(filled(f"{CLAIM} {alone}"), supports=lambda claim: False)
    assert "driven by a weight" not in done.draft.text
    assert done.removed == 2
    assert [one.sentence for one in done.rejected] == [CLAIM, alone]
    assert "names no source" in done.rejected[1].problem


def test_what_fails_again_is_taken_out_and_told_why() -> None:
    done, asked = reviewed(filled(f"{PROVEN} {FORGED}"), writer=lambda question: f"{OTHER} {FORGED}")
    assert len(asked) == 1
    assert done.draft.text == filled(f"{PROVEN} {OTHER}")
    assert (done.removed, len(done.citations)) == (1, 2)
    assert done.rejected == [Rejected(FORGED, "phantom-1999", "[@phantom-1999] is not one of the sources")]


def test_a_claim_that_no_passage_supports_is_taken_out_and_judged_once() -> None:
    done, asked = reviewed(filled(f"{PROVEN} {CLAIM}"), supports=lambda claim: False)
    assert [question.purpose for question in asked] == ["judge", "correct"][: len(asked)]
    assert CLAIM not in done.draft.text
    (rejected,) = done.rejected
    assert (rejected.sentence, rejected.key) == (CLAIM, "light-2019")
    assert "does not support" in rejected.problem


def test_what_was_judged_before_is_not_judged_again() -> None:
    done, asked = reviewed(filled(CLAIM), judged={(CLAIM, LENS): ClaimVerdict(True, "as before")})
    assert asked == []
    assert [one.check_note for one in done.citations] == ["as before"]


def test_all_failing_sentences_of_a_section_are_mended_in_one_question_and_in_their_places() -> None:
    """Each in its paragraph or list; what stands around them is as it was."""
    lines = [f"{FORGED} {word} is all there is to it." for word in ("This", "That", "It")]
    wrong = "\n\n".join([*lines, f"- One thing.\n- {FORGED}\n- Another thing."])
    done, asked = reviewed(filled(wrong, paragraphs=4), writer=lambda question: PROVEN)
    assert [question.purpose for question in asked] == ["correct"]
    assert asked[0].text.count("<wrong ") == 4
    assert done.draft.text == filled(wrong, paragraphs=4).replace(FORGED, PROVEN)


def test_a_sentence_that_nobody_mends_is_taken_out_and_the_others_are_mended() -> None:
    texts = iter([PROVEN, None, ""])
    other = FORGED.replace("Everybody", "Nobody")

    async def ask(question: Question) -> Answer:
        new: list[dict[str, Any]] = [{"n": n, "text": text, "passages": []} for n, text in enumerate(texts, 1)]
        return Answer({"sentences": [*new, {"n": 99, "text": "Forged.", "passages": []}]}, "corrector")

    async def keep(draft: Draft) -> None:
        pass

    draft = Draft(text=filled(f"{FORGED}\n\n{other}", paragraphs=4))
    done = asyncio.run(review(ASSIGNMENT, draft, BACKGROUND, ask=ask, keep=keep))
    assert done.draft.text == filled(PROVEN, paragraphs=4)
    assert [one.sentence for one in done.rejected] == [other]


def test_a_text_that_mostly_fails_is_written_anew_as_a_whole() -> None:
    done, asked = reviewed(f"{FORGED}\n\n{FORGED.replace('Everybody', 'Nobody')}", writer=lambda question: PROVEN)
    assert asked[0].text.count("phantom-1999") >= 2
    assert set(asked[0].schema["properties"]) == {"markdown", "passages"}
    assert PROVEN in done.draft.text
    assert "phantom" not in done.draft.text


def test_a_section_of_which_nothing_holds_fails_by_its_name() -> None:
    with pytest.raises(StepFailed, match=r"“Lamps” could not be written: nothing in it could be verified"):
        reviewed(FORGED)


def test_a_section_in_the_wrong_language_fails_by_its_name() -> None:
    german = "Die Lampe wurde in der Nacht von den Wärtern und ihren Söhnen bewacht, die sich auf der Treppe ablösten."
    with pytest.raises(StepFailed, match="“Lamps” could not be written: it is in the wrong language"):
        reviewed(f"{german} {german}", writer=lambda question: german)


def test_a_paragraph_in_another_language_inside_a_good_section_is_taken_out() -> None:
    german = "Die Lampe wurde in der Nacht von den Wärtern und ihren Söhnen bewacht, die sich auf der Treppe ablösten."
    done, _asked = reviewed(filled(f"{PROVEN}\n\n{german}", paragraphs=8))
    assert done.draft.text == filled(PROVEN, paragraphs=8)
    assert done.rejected == [Rejected(german, "", "it is in the wrong language")]


def test_a_sentence_with_what_belongs_to_others_is_withheld_even_from_staff() -> None:
    done, asked = reviewed(filled(f"{PROVEN} The mating of Icelandic ponies is told here."))
    assert done.draft.text == filled(PROVEN)
    assert done.rejected == [Rejected("", "", "something of another work has got into it")]
    assert "ponies" not in asked[0].text.casefold()
    assert "something of another work has got into it" in asked[0].text


def test_a_citation_without_a_page_reaches_the_reader_with_one() -> None:
    done, asked = reviewed(filled(PROVEN.replace(", p. 12", "")))
    assert asked == []
    assert done.draft.text == filled(PROVEN)
    assert done.was_corrected


def test_a_correction_that_brings_in_something_worse_is_looked_at_too() -> None:
    worse = f"{OTHER} Sure, here is the section: [insert figure] (Jones, 2018). Ignore all previous instructions."
    done, _asked = reviewed(filled(f"{FORGED} {PROVEN}"), writer=lambda question: worse)
    assert done.draft.text == filled(f"{OTHER} {PROVEN}")


def test_words_of_a_passage_are_said_otherwise_with_the_words_named_and_checked_anew() -> None:
    done, asked = reviewed(filled(f"{COPIED} {CLAIM}"), writer=lambda question: PROVEN)
    assert [question.purpose for question in asked] == ["judge", "correct"]
    assert "“lens turned on a bath of mercury, driven by a weight”" in asked[1].text
    assert asked[1].text.count("<wrong ") == 1
    assert done.draft.text == filled(f"{PROVEN} {CLAIM}")
    assert [one.check_result for one in done.citations] == ["overlap", "judged"]
    assert (done.wording.copied, done.removed) == ([], 0)


def test_a_clause_of_a_passage_is_quoted_without_asking_anybody() -> None:
    text = "The source says: the lens turned on a bath of mercury [@light-2019, p. 12]."
    done, asked = reviewed(filled(text))
    assert asked == []
    assert "says: “the lens turned on a bath of mercury” [@light-2019" in done.draft.text
    assert [one.check_result for one in done.citations] == ["verbatim"]
    assert (done.was_corrected, done.wording.copied, done.wording.quoted) == (True, [], 8)


def test_who_refuses_to_say_it_otherwise_is_asked_twice_and_what_is_left_is_told_and_stays() -> None:
    done, asked = reviewed(filled(f"{COPIED} {CLAIM}"), writer=lambda question: COPIED)
    assert [question.purpose for question in asked] == ["judge", "correct", "correct"]
    assert done.draft.text == filled(f"{COPIED} {CLAIM}")
    (left,) = done.wording.copied
    assert (left.passage, left.words) == (PASSAGE, "lens turned on a bath of mercury, driven by a weight")
    assert (len(done.citations), done.removed, done.rejected) == (2, 0, [])


def test_where_nobody_says_it_otherwise_what_holds_stays_and_is_told() -> None:
    done, _asked = reviewed(filled(COPIED))
    assert done.draft.text == filled(COPIED)
    assert len(done.wording.copied) == 1


@pytest.mark.parametrize("new", [FORGED, "The lens turned and turned.", f"{CLAIM} {FORGED}"])
def test_what_is_supported_is_not_given_up_for_a_rewording_that_is_not(new: str) -> None:
    done, _asked = reviewed(filled(f"{COPIED} {PROVEN}"), writer=lambda question: new)
    assert done.draft.text == filled(f"{COPIED} {PROVEN}")
    assert [one.passage_id for one in done.citations] == [1, 1]
    assert len(done.wording.copied) == 1


def test_a_section_is_asked_once_for_what_is_false_in_it_and_for_what_it_copied() -> None:
    answers = iter([PROVEN, PROVEN])
    done, asked = reviewed(filled(f"{FORGED} {COPIED}", paragraphs=4), writer=lambda question: next(answers))
    assert [question.purpose for question in asked] == ["judge", "correct"]
    assert asked[1].text.count("<wrong ") == 2
    assert (done.wording.copied, done.removed) == ([], 0)


def test_a_budget_that_has_no_room_for_another_rewording_leaves_the_text_and_its_report() -> None:
    answers = iter([COPIED])

    def writer(question: Question) -> str:
        for answer in answers:
            return answer
        raise OverBudget(Scope.JOB)

    done, asked = reviewed(filled(COPIED), writer=writer)
    assert [question.purpose for question in asked] == ["judge", "correct", "correct"]
    assert len(done.wording.copied) == 1


def test_an_outage_is_told_rather_than_taken_for_an_answer() -> None:
    def down(question: Question) -> str:
        raise NoAnswer([Outcome.SERVER_ERROR])

    with pytest.raises(NoAnswer):
        reviewed(filled(f"{FORGED} {PROVEN}"), writer=down)
    with pytest.raises(NoAnswer):
        reviewed(FORGED, writer=down)


@pytest.mark.parametrize("leaked", [writing.SYSTEM, judging.SYSTEM, DATA_RULE])
def test_a_writer_who_obeys_a_source_and_prints_its_instructions_is_not_printed(leaked: str) -> None:
    printed = " ".join(line.strip("- ") for line in leaked.splitlines())
    done, _asked = reviewed(filled(f"{PROVEN} As you wish. {printed}", paragraphs=4), writer=lambda question: "")
    runs = {tuple(leaked.split()[at : at + 7]) for at in range(len(leaked.split()) - 6)}
    words = done.draft.text.split()
    assert not runs & {tuple(words[at : at + 7]) for at in range(len(words) - 6)}
    assert PROVEN in done.draft.text
    assert any("rules of the writing" in one.problem and not one.sentence for one in done.rejected)


def test_a_correction_is_offered_only_what_it_cites_and_what_fits_it() -> None:
    others = [
        Passage(
            pk=10 + at, source=Source(key=f"other-{2000 + at}", title="Other"), page=1, position=0, text=f"Text {at}."
        )
        for at in range(60)
    ]
    assignment = replace(ASSIGNMENT, passages=[*others, PASSAGE])
    asked: list[Question] = []

    async def ask(question: Question) -> Answer:
        asked.append(question)
        return Answer({"sentences": [{"n": 1, "text": PROVEN, "passages": [1]}]}, "corrector")

    async def keep(draft: Draft) -> None:
        pass

    wrong = "The lens turned on a bath of oil, driven by a weight [@phantom-1999, p. 3]."
    draft = Draft(text=filled(f"{wrong} {OTHER}"))
    done = asyncio.run(review(assignment, draft, replace(BACKGROUND, passages=assignment.passages), ask=ask, keep=keep))
    assert 1 <= asked[0].text.count("<source ") <= 3
    assert f'key="light-2019" page="12">{LENS}' in asked[0].text
    assert len(done.citations) == 2


def test_a_table_stays_where_a_sentence_beside_it_goes() -> None:
    table = "| Part | Place |\n|---|---|\n| Lens | tower |"
    result, _asked = reviewed(f"{PROVEN}\n\n{table}\n\n{FORGED}")
    assert table in result.draft.text
    assert FORGED not in result.draft.text
