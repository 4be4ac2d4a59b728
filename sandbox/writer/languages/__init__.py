"""Phrases in the ten languages the writer knows.

A joint is SUBJECT + PREDICATE + TAIL, on the reading and never on the matter; the slots ``{x} {y} {z}`` take words of
the section's title and terms of its sources, always bare and in apposition, so that no language has to inflect them.
"""

from sandbox.writer.languages.cs import CS
from sandbox.writer.languages.de import DE
from sandbox.writer.languages.en import EN
from sandbox.writer.languages.es import ES
from sandbox.writer.languages.fr import FR
from sandbox.writer.languages.it import IT
from sandbox.writer.languages.nl import NL
from sandbox.writer.languages.phrases import Chapter, Phrases
from sandbox.writer.languages.pl import PL
from sandbox.writer.languages.pt import PT
from sandbox.writer.languages.ro import RO

LANGUAGES: dict[str, Phrases] = {phrases.code: phrases for phrases in (EN, DE, IT, ES, FR, PL, PT, NL, CS, RO)}

__all__ = ["LANGUAGES", "Chapter", "Phrases"]
