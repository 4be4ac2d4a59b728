"""Checkpoint of a section being written: in one piece, or in parts finished one by one (R-34)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from documents.domain.text import body_characters
from generation.writing.drafts import Draft
from generation.writing.prompts.writing import Part, Piece


@dataclass(frozen=True)
class Pieces:
    """``draft`` is the section so far: all of it, or its first ``done`` parts; ``current`` the part being written."""

    draft: Draft = field(default_factory=Draft)
    parts: Sequence[Part] = ()
    done: int = 0
    current: Draft = field(default_factory=Draft)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "draft": self.draft.to_json(),
            "parts": [asdict(part) for part in self.parts],
            "done": self.done,
            "current": self.current.to_json(),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """What ``to_json`` wrote; nothing yet where nothing was kept."""
        return cls(
            draft=Draft.from_json(values.get("draft", {})),
            parts=[Part(**part) for part in values.get("parts", [])],
            done=values.get("done", 0),
            current=Draft.from_json(values.get("current", {})),
        )

    @property
    def next(self) -> Piece | None:
        """The part to be written now; none when all are done."""
        if self.done >= len(self.parts):
            return None
        return Piece(part=self.parts[self.done], parts=self.parts, before=self.draft.text)

    def characters_for_next(self, target: int) -> int:
        """Its share of what is left of the section's ``target``: parts that came out long shorten the later ones."""
        left = target - body_characters(self.draft.text)
        to_come = sum(part.share for part in self.parts[self.done :])
        share = self.parts[self.done].share
        return max(round(target * share / 2), round(left * share / to_come))

    def with_current(self, draft: Draft) -> Self:
        """With the part being written as it stands."""
        return replace(self, current=draft)

    def with_finished(self, draft: Draft) -> Self:
        """With the part being written joined to those before; what was learned of the writer goes on to the next."""
        before = self.draft
        joined = Draft(
            text="\n\n".join(text for text in (before.text, draft.text) if text),
            offered=sorted({*before.offered, *draft.offered}),
            claims=[*before.claims, *draft.claims],
            models=list(dict.fromkeys([*before.models, *draft.models])),
            ratio=draft.ratio,
            tightening=draft.tightening,
            calls=before.calls + draft.calls,
        )
        to_come = Draft(ratio=draft.ratio, tightening=draft.tightening)
        return replace(self, draft=joined, done=self.done + 1, current=to_come)
