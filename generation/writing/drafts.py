"""Draft of a section: written, not yet checked."""

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any, Self
from uuid import UUID

from documents.domain.passages import citable
from documents.models import Section
from generation.enums import Stage, StepState
from generation.models import Step


@dataclass(frozen=True)
class Draft:
    """``offered`` are the ids of the passages its writer was shown, ``claims`` what it said it rests on.

    ``ratio`` is what the writer gave of what it was asked for, in characters (1 is exact), ``tightening`` the same when
    it was asked for less of a text; ``calls`` counts its answers.
    Plain values, so that it can be kept in a step as JSON.
    """

    text: str = ""
    offered: list[int] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
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
