"""Rewrite stage: writes paragraphs of a finished section anew, as their owner wishes, in one answer (R-93)."""

from documents.domain.text import body_characters
from generation.ai.question import Question
from generation.database import in_database
from generation.engine.queue import Claim
from generation.engine.work import Result, Work
from generation.enums import Wish
from generation.writing import composing, drafts, ordered
from generation.writing.drafts import Draft
from generation.writing.ordered import Order
from generation.writing.prompts import rewriting, writing
from generation.writing.prompts.writing import SectionAssignment


async def run(work: Work) -> Result:
    """The draft of the new text, kept as soon as it is there. Nothing of it is waited for: its owner may ask again."""
    draft = Draft.from_json(work.claim.checkpoint.get("draft", {}))
    if not draft.text:
        order, assignment, question = await in_database(_load, work.claim)
        with ordered.at_once():
            answer = await work.ask(question)
        draft = _draft(order, assignment, answer.value, answer.model)
        await work.save({"draft": draft.to_json()}, progress=90)
    return Result({"draft": draft.to_json()})


def _load(claim: Claim) -> tuple[Order, SectionAssignment, Question]:
    order = ordered.of_job(claim.job_id)
    wanted = order.rewriting
    is_new = wanted.wish not in (Wish.SHORTER, Wish.PLAINER)
    assignment = writing.of_use(ordered.assignment_of(order), order.stretch.text, is_new=is_new)
    question = rewriting.question(
        assignment,
        order.stretch,
        wish=Wish(wanted.wish),
        words=wanted.words,
        key=wanted.source.key if wanted.source else "",
        characters=order.characters,
    )
    return order, assignment, question


def _draft(order: Order, assignment: SectionAssignment, value: dict[str, object], model: str) -> Draft:
    text, numbers = writing.read(value)
    draft = Draft(
        text=text,
        offered=sorted(passage.pk for passage in assignment.passages),
        claims=drafts.claims_of(text, numbers, writing.shown(assignment.passages)),
        models=[model],
        calls=1,
    )
    # As for a document that came out too long: sentences go from the ends of paragraphs, none is cut.
    most = order.most_characters
    return composing.trimmed(draft, target=most) if body_characters(text) > most else draft
