"""A glossary: the topic's own terms, each with a sentence in the language asked for."""

from sandbox.writer.languages import LANGUAGES
from sandbox.writer.prompt import Prompt
from sandbox.writer.prose import Prose, title_terms

MOST_TERMS = 8


def glossary(prompt: Prompt) -> list[dict[str, str]]:
    """Terms of the topic, then those of every work: a short list, no longer than was asked for."""
    phrases = LANGUAGES[prompt.language]
    terms = list(dict.fromkeys([*title_terms(prompt.topic), *phrases.terms]))[: min(MOST_TERMS, prompt.terms)]
    return [{"term": term, "meaning": _meaning(prompt, term)} for term in terms]


def _meaning(prompt: Prompt, term: str) -> str:
    prose = Prose(phrases=LANGUAGES[prompt.language], seed=f"glossary|{prompt.topic}|{term}", title=term, sources=[])
    return prose.sentence(longest=160)
