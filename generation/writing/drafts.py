"""Draft of a section: written, not yet checked, with the passages that its writer named as hints (R-10)."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self
from uuid import UUID

from documents.domain.passages import citable
from documents.domain.text import citation_keys
from documents.models import Passage, Section
from generation.enums import Stage, StepState
from generation.models import Step
from generation.writing.prompts import blocks
from generation.writing.sentences import sentences

Claim = dict[str, Any]


@dataclass(frozen=True)
class Draft:
    """``offered`` are the ids of the passages its writer was shown, ``claims`` what it said it rests on.

    ``ratio`` is what the writer gave of what it was asked for, in characters (1 is exact), ``tightening`` the same when
    it was asked for less of a text; ``calls`` counts its answers.
    Plain values, so that it can be kept in a step as JSON.
    """

    text: str = ""
    offered: list[int] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    ratio: float = 1.0
    tightening: float = 1.0
    calls: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The draft that ``to_json`` wrote; an empty one where nothing was kept."""
        return cls(**values)


def newest(job_id: UUID, section_id: UUID) -> Draft:
    """The newest draft of a section: as revised last, else as written."""
    step = (
        Step.objects.filter(
            job_id=job_id, section_id=section_id, stage__in=[Stage.WRITE, Stage.REVISE], state=StepState.DONE
        )
        .order_by("-round", "-id")
        .first()
    )
    return Draft.from_json(step.result["draft"]) if step else Draft()


def kept(section_id: UUID) -> Draft:
    """The checked text of an earlier order, with the passages it rests on, as far as they are there.

    Empty where the section has none, or where its text was written for another title or other contents.
    """
    section = Section.objects.filter(pk=section_id, revision__gt=0).first()
    if section is None or section.provenance.get("written_for") != digest_of(section) or not section.text.strip():
        return Draft()
    citations = list(section.citations.select_related("source", "passage").defer("passage__search"))
    used = {*section.provenance.get("passages", []), *(citation.passage_id for citation in citations)}
    there = citable(document_id=section.document_id).filter(pk__in=used)
    return Draft(
        text=section.text,
        offered=sorted(there.values_list("pk", flat=True)),
        claims=[
            {
                "sentence": citation.sentence,
                "key": citation.source.key,
                "passage": citation.passage_id,
                "page": citation.passage.page_label or None,
            }
            for citation in citations
        ],
        models=list(section.provenance.get("models", [])),
    )


def digest_of(section: Section) -> str:
    """A digest of what a text of this section is written for. Kept with its provenance; another digest, another text.

    Another language, topic or number of pages asks for a new outline, whose sections have no text.
    """
    return hashlib.sha256("\0".join([section.title, section.covers]).encode()).hexdigest()


def claims_of(markdown: str, numbers: Sequence[int], shown: Sequence[Passage]) -> list[Claim]:
    """The claims of a text whose writer was shown these passages, numbered from 1; none where they do not fit it.

    A writer returns one passage number for each cited key, in the order of the text. Such a list can be shifted by one,
    or invented. If one entry contradicts the text, the whole list is ignored, and passages are found by key, page and
    words (R-10).
    """
    cited = [(one.text, item) for one in sentences(markdown) for item in citation_keys(one.text)]
    if len(numbers) != len(cited):
        return []
    claims: list[Claim] = []
    for (sentence, item), number in zip(cited, numbers, strict=True):
        passage = shown[number - 1] if 1 <= number <= len(shown) else None
        if passage is None or passage.source.key != item.key or not blocks.on_pages([passage], item.locator)[0]:
            return []
        page = blocks.page_of(passage) or None
        claims.append({"sentence": sentence, "key": item.key, "passage": passage.pk, "page": page})
    return claims
