"""Citations a page that survive the check: their floor, one more round below it, and what is told (R-19)."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from documents.domain.writing import CitationDraft
from documents.enums import CitationCheck, DocumentKind
from documents.models import Document, Passage, Section, SectionRevision, Source
from generation.ai.gateway import Gateway
from generation.ai.ledger import HeldStep
from generation.ai.question import Answer, Question
from generation.database import in_database
from generation.engine import admission, pipeline, queue
from generation.engine.work import Room, Work
from generation.enums import Scope, Stage
from generation.errors import LostStep, OverBudget
from generation.models import Step
from generation.spending import attempts
from generation.writing import assignments, density
from generation.writing.checking.copying import Wording
from generation.writing.checking.review import Reviewed
from generation.writing.drafts import Draft
from generation.writing.prompts.writing import SectionAssignment
from generation.writing.stages import check
from sandbox.client import Control
from sandbox.writer.languages import LANGUAGES
from tests.generation.making import drain, ordered_document
from tests.generation.test_checking_stage import work_until
from tests.generation.test_pipeline import assert_delivered


def assignment(title: str, *, kind: str = DocumentKind.SEMINAR_PAPER, language: str = "en") -> SectionAssignment:
    document = Document(topic="Light", language=language, kind=kind)
    return SectionAssignment(document=document, section=Section(title=title), outline=[], passages=[])


def checked(characters: int, citations: int) -> Reviewed:
    drafts = [CitationDraft(1, "x", CitationCheck.JUDGED)] * citations
    return Reviewed(Draft(text="x" * characters), drafts, was_corrected=False, wording=Wording(0, 0, 0, []))


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_what_sums_up_needs_no_citation_and_what_introduces_half_of_them(code: str) -> None:
    phrases = LANGUAGES[code]
    assert density.floor(assignment(phrases.opening.title.format(t="x"))) == 1.75
    assert density.floor(assignment(phrases.closing.title.format(t="x"))) == 0
    assert {density.floor(assignment(chapter.title.format(t="x"))) for chapter in phrases.middle} == {3.5}


@pytest.mark.parametrize(
    ("title", "floor"),
    [
        ("Structure of the thesis", 0),
        ("Aufbau der Arbeit", 0),
        ("Plan du mémoire", 0),
        ("Conclusiones", 0),
        ("Eidesstattliche Erklärung", 0),
        ("Appendix (figures)", 0),
        ("Introduction", 1.75),
        ("Introduction to the topic", 1.75),
        ("Structure of DNA", 3.5),
        ("Abstract algebra in schools", 3.5),
        ("Schlussverkauf im Handel", 3.5),
        ("Introducing new species", 3.5),
    ],
)
def test_a_title_tells_by_whole_words_what_a_section_is_for(title: str, floor: float) -> None:
    assert density.floor(assignment(title)) == floor


@pytest.mark.parametrize(("kind", "floor"), [("essay", 2.5), ("report", 2.5), ("seminar", 3.5), ("master", 3.5)])
def test_a_thesis_has_to_cite_more_than_an_essay(kind: str, floor: float) -> None:
    assert density.floor(assignment("Lamps", kind=kind)) == floor


@pytest.mark.parametrize(("characters", "citations", "is_thin"), [(5_540, 6, True), (5_540, 7, False), (700, 0, False)])
def test_a_section_is_thin_below_whole_citations(characters: int, citations: int, is_thin: bool) -> None:
    assert density.is_thin(assignment("Lamps"), checked(characters, citations)) is is_thin


def test_what_was_taken_out_of_a_text_does_not_lower_what_it_should_cite() -> None:
    ordered = assignment("Lamps")
    ordered.section.pages = Decimal(2)
    assert density.is_thin(ordered, checked(2_770, 5))
    assert not density.is_thin(ordered, checked(2_770, 6))


@pytest.mark.parametrize(
    ("new", "old", "is_better"),
    [
        ((2_000, 5), (2_000, 4), True),
        ((2_000, 4), (2_000, 4), False),
        ((2_400, 5), (2_000, 4), False),
        ((2_400, 5), (1_500, 4), True),
    ],
)
def test_the_better_text_has_more_citations_and_its_length(
    new: tuple[int, int], old: tuple[int, int], is_better: bool
) -> None:
    assert density.is_better(checked(*new), checked(*old), target=2_000) is is_better


def begun(**fields: Any) -> Document:
    document = ordered_document(**fields)
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    return document


def told(document: Document) -> list[dict[str, Any]]:
    return [section.provenance["density"] for section in document.sections.order_by("position")]


def wrong_at_first(control: Control, *, sections: int = 2) -> None:
    """Every cited sentence is wrong in the first texts and in their corrections: nothing that cites is left of them."""
    control.fault("ai", "wrong_figures", factor=1.0, match="The section to write", times=sections)
    control.fault("ai", "wrong_figures", factor=1.0, match="Mend sentences", times=sections)


@pytest.mark.usefixtures("committed")
def test_a_writer_who_is_right_is_asked_once(control: Control) -> None:
    document = begun()
    drain()
    assert all(one["citations"] >= one["wanted"] > 0 and one["round"] == "" for one in told(document))
    assert not control.calls("openai", match="citations that hold")["calls"]


@pytest.mark.usefixtures("committed")
def test_a_section_without_citations_that_hold_is_researched_and_written_once_more(control: Control) -> None:
    wrong_at_first(control)
    document = begun()
    drain()
    document.refresh_from_db()
    assert_delivered(document)
    assert {one["round"] for one in told(document)} == {"better"}
    assert all(one["citations"] >= one["wanted"] for one in told(document))
    asked = [str(call["text"]) for call in control.calls("openai", match="citations that hold")["calls"]]
    assert len(asked) == 2
    assert all("it has 0 citations that hold; at least" in text and "taken out: " in text for text in asked)
    first = [
        str(call["text"]) for call in control.calls("openai", match="spaces counted.")["calls"] if call not in asked
    ]
    assert max(text.count("<source ") for text in asked) > min(text.count("<source ") for text in first)


@pytest.mark.usefixtures("committed")
def test_who_stays_wrong_is_asked_once_more_and_what_is_missing_is_told(control: Control) -> None:
    control.fault("ai", "wrong_figures", factor=0.8)
    document = begun(pages=4, sections=3)
    drain()
    document.refresh_from_db()
    assert_delivered(document)
    thin = [one for one in told(document) if one["citations"] < one["wanted"]]
    assert thin
    assert all(one["round"] in ("better", "no better") for one in thin)
    assert len(control.calls("openai", limit=300, match="citations that hold")["calls"]) <= 3


@pytest.mark.usefixtures("committed")
def test_a_section_that_nobody_writes_once_more_stays_and_is_told(control: Control) -> None:
    wrong_at_first(control, sections=1)
    control.fault("ai", "refusal", match="citations that hold")
    document = begun(pages=2, sections=2)
    drain()
    document.refresh_from_db()
    assert_delivered(document)
    assert sorted(one["round"] for one in told(document)) == ["", "no answer"]


@dataclass
class Asking:
    """Asks the sandbox's models; from the second text on, it raises at a question with these words in it."""

    gateway: Gateway
    words: str = ""
    error: Exception | None = None
    asked: list[Question] = field(default_factory=list)

    async def ask(self, question: Question, *, claim: HeldStep) -> Answer:
        self.asked.append(question)
        if self.error is not None and self.rounds and self.words in question.text:
            raise self.error
        return await self.gateway.ask(question, claim=claim)

    @property
    def rounds(self) -> int:
        return sum("citations that hold" in question.text for question in self.asked)


def check_of(claim: queue.Claim, *, words: str = "", error: Exception | None = None) -> Asking:
    """Runs the check of a section and commits it; an error that is not the stage's to bear is raised."""

    async def run() -> Asking:
        document = await Document.objects.aget(pk=claim.document_id)
        gateway = Gateway(
            session_id=document.session_id, seed=document.seed, owner_id=document.owner_id, ledger=attempts
        )
        asking = Asking(gateway, words, error)
        try:
            result = await check.run(Work(claim, asking, Room(4)))
        finally:
            await gateway.close()
        await in_database(pipeline.complete, claim=claim, result=result)
        return asking

    return asyncio.run(run())


def at_the_check(control: Control) -> queue.Claim:
    """The check of a section of which no citation holds."""
    wrong_at_first(control, sections=1)
    begun(pages=1, sections=1)
    work_until(Stage.CHECK)
    (claim,) = queue.claim(limit=1, worker="test")
    return claim


@pytest.mark.usefixtures("committed")
def test_a_budget_without_room_for_it_leaves_the_section_and_says_so(control: Control) -> None:
    # A sentence that nobody mends is taken out; of a text without any the step would fail.
    claim = at_the_check(control)
    asking = check_of(claim, words="citations that hold", error=OverBudget(Scope.JOB))
    assert asking.rounds == 1
    (found,) = told(Document.objects.get())
    assert (found["citations"], found["round"]) == (0, "over budget")


@pytest.mark.usefixtures("committed")
def test_what_was_written_once_more_outlives_its_worker(control: Control) -> None:
    """It is kept with the step before it is checked: who takes the step over does not have it written again."""
    claim = at_the_check(control)
    control.fault("ai", "wrong_figures", factor=1.0, match="Mend sentences", skip=1, times=1)
    with pytest.raises(RuntimeError, match="killed"):
        check_of(claim, words="Does each passage support", error=RuntimeError("killed"))
    kept = Step.objects.get(pk=claim.step_id).checkpoint["denser"]
    assert kept["text"]
    queue.hand_back(claim=claim, why="killed")
    (again,) = queue.claim(limit=1, worker="other")
    asking = check_of(again)
    assert asking.rounds == 0
    (found,) = told(Document.objects.get())
    assert found["round"] == "better"
    assert SectionRevision.objects.count() == 1
    with pytest.raises(LostStep):
        check_of(claim)


@pytest.mark.usefixtures("committed")
def test_where_the_sources_have_nothing_more_the_search_services_are_asked_if_the_owner_wishes(
    control: Control,
) -> None:
    document = ordered_document(search_for_sources=True)
    Passage.objects.filter(position__gt=1).delete()
    section = document.sections.order_by("position").first()
    assert section is not None
    given = assignments.load(document_id=document.pk, section_id=section.pk)
    assert len(given.passages) == 2
    more = asyncio.run(density.researched(given))
    assert more.passages[:2] == given.passages
    assert len({one.source_id for one in more.passages}) > 1
    Document.objects.update(search_for_sources=False)
    given.document.refresh_from_db()
    Source.objects.exclude(pk=given.passages[0].source_id).delete()
    assert asyncio.run(density.researched(given)).passages == given.passages
