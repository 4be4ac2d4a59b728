"""The writer's answer to a prompt: recognises what a schema wants by its property names, as a model would."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.faults import Fault
from sandbox.writer.chapters import outline
from sandbox.writer.compose import Draft, Habits, compose, mend, rewrite
from sandbox.writer.glossary import glossary
from sandbox.writer.judge import judge
from sandbox.writer.languages import LANGUAGES
from sandbox.writer.prompt import Prompt
from sandbox.writer.prose import Prose, title_terms
from sandbox.writer.requirements import requirements
from sandbox.writer.schema import Schema, Words, fit, invent, kind, properties, resolve
from sandbox.writer.subsections import subsections
from sandbox.writer.tighten import claims_of, dispensable, tighten

TEXTS = ("markdown", "text", "content", "body")
FACETS = ("", "review", "methods", "practice", "case study", "requirements", "history", "evaluation")


@dataclass
class Behaviour:
    """The ordered faults that concern what an answer says."""

    faults: dict[str, Fault] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether this fault was ordered for the call."""
        return name in self.faults

    @property
    def habits(self) -> Habits:
        """How the writer treats its sources."""
        share = self.faults["wrong_figures"].factor if self.has("wrong_figures") else 0.0
        return Habits(forges=self.has("forged"), copies=self.has("copies"), wrong_figures=share)

    @property
    def factor(self) -> float:
        """By how much texts are too long or too short."""
        return self.faults["length"].factor if self.has("length") else 1.0


def read(raw: str, behaviour: Behaviour) -> Prompt:
    """The prompt, in another language than asked for if so ordered."""
    prompt = Prompt(raw)
    if behaviour.has("language"):
        wanted = behaviour.faults["language"].language
        prompt.force_language = wanted if wanted in LANGUAGES else ("de" if prompt.language != "de" else "en")
        prompt = Prompt(raw, prompt.force_language)
    return prompt


def answer(prompt: Prompt, schema: Schema | None, behaviour: Behaviour) -> Any:
    """A string where no schema is given (or "prose" is ordered), else a value that fits the schema."""
    if schema is None or behaviour.has("prose"):
        return _plain(prompt, behaviour)
    words = Words(_words(prompt))
    top = resolve(schema, schema)
    known = properties(top, schema)
    value = _natural(prompt, known, schema, behaviour)
    if value is None:
        return invent(schema, schema, words)
    return fit(value, schema, schema, words)


def implied_schema(prompt: Prompt) -> Schema:
    """For "any JSON object": the shape that the prompt's own words name."""
    if prompt.pairs:
        return _open("verdicts", {"type": "array"})
    for name in ("verdicts", "sections", "subsections", "queries", "terms", "requirements"):
        if re.search(rf"[\"'`]{name}[\"'`]", prompt.orders):
            return _open(name, {"type": "array"})
    return {"type": "object", "properties": {"markdown": {"type": "string"}, "claims": {"type": "array"}}}


def as_json(value: Any) -> str:
    """Compact JSON as models write it."""
    return json.dumps(value, ensure_ascii=False)


def _open(name: str, schema: Schema) -> Schema:
    return {"type": "object", "properties": {name: schema}}


def _natural(prompt: Prompt, known: dict[str, Schema], root: Schema, behaviour: Behaviour) -> dict[str, Any] | None:
    if "sections" in known or "chapters" in known:
        plan = outline(prompt)
        return {**plan, "chapters": plan["sections"]}
    if "verdicts" in known:
        return {"verdicts": judge(prompt, unsupported=behaviour.has("unsupported"))}
    if "queries" in known:
        return {"queries": queries(prompt)}
    if "subsections" in known:
        return {"subsections": subsections(prompt)}
    if "terms" in known:
        return {"terms": glossary(prompt)}
    if "requirements" in known:
        return {"requirements": requirements(prompt, forges=behaviour.has("forged"))}
    if "leave_out" in known:
        return {"leave_out": dispensable(prompt, factor=behaviour.factor)}
    if "sentences" in known:
        return {"sentences": mended(prompt, behaviour)}
    text = next((name for name in TEXTS if name in known and kind(known[name]) == "string"), None)
    if text is None:
        return None
    draft = write(prompt, behaviour)
    claims = [{"sentence": c.sentence, "key": c.key, "passage": c.passage, "page": c.page} for c in draft.claims]
    return {
        text: draft.markdown,
        "title": prompt.title,
        "claims": claims,
        "citations": claims,
        "passages": [c.passage for c in draft.claims],
        "language": prompt.language,
    }


def write(prompt: Prompt, behaviour: Behaviour) -> Draft:
    """A new text, a continuation, another or a shorter one: whatever the prompt asks for."""
    if prompt.wants_rewriting:
        draft = rewrite(prompt, factor=behaviour.factor, habits=behaviour.habits)
        draft.claims = claims_of(draft.markdown, prompt)
        return draft
    if prompt.wants_less and prompt.length is not None:
        draft = tighten(prompt, factor=behaviour.factor)
        if behaviour.has("forged"):
            draft.markdown = re.sub(r"@[\w.:-]*\w", "@phantom-1999", draft.markdown)
            draft.claims = claims_of(draft.markdown, prompt)
        return draft
    return compose(prompt, factor=behaviour.factor, habits=behaviour.habits)


def mended(prompt: Prompt, behaviour: Behaviour) -> list[dict[str, Any]]:
    """Sentences anew, by number, with the passages that they rest on."""
    drafts = mend(prompt, factor=behaviour.factor, habits=behaviour.habits)
    return [
        {"n": n, "text": draft.markdown, "passages": [claim.passage for claim in draft.claims]}
        for n, draft in drafts.items()
    ]


def queries(prompt: Prompt) -> list[str]:
    """Search queries on the topic's words."""
    found = re.search(r"(\d+)\s*(?:to|-|–)?\s*(\d+)?\s*(?:web\s+)?(?:search\s+)?queries", prompt.orders, re.IGNORECASE)
    number = min(10, int(found[2] or found[1])) if found else 4
    terms = title_terms(prompt.topic) or [prompt.topic]
    made = [f"{term} {facet}".strip() for facet in FACETS for term in terms]
    return list(dict.fromkeys(made))[: max(1, number)]


def _plain(prompt: Prompt, behaviour: Behaviour) -> str:
    if prompt.pairs:
        return "I have looked at the claims. " + " ".join(str(verdict["reason"] or "") for verdict in judge(prompt))
    if prompt.length or prompt.sources or prompt.text:
        return write(prompt, behaviour).markdown
    sentence = _words(prompt)
    return f"{sentence()} {sentence()} {sentence()}"


def _words(prompt: Prompt) -> Any:
    phrases = LANGUAGES[prompt.language]
    prose = Prose(phrases=phrases, seed=f"words|{prompt.topic}", title=prompt.title, sources=prompt.sources)
    return prose.sentence
