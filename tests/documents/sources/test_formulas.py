"""Formulas in titles and abstracts of search services: as words, once, and printed right (R-17, R-98)."""

import pytest

from documents.sources.connectors.openalex import _abstract
from documents.sources.found import text, title

NAMED = 'xmlns:mml="http://www.w3.org/1998/Math/MathML" altimg="si1.gif"'
DECAY = (
    f"<mml:math {NAMED}><mml:msup><mml:mi>B</mml:mi><mml:mo>+</mml:mo></mml:msup><mml:mo>→</mml:mo>"
    "<mml:msub><mml:mi>K</mml:mi><mml:mn>0</mml:mn></mml:msub></mml:math>"
)
ESCAPED = DECAY.replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize("formula", [DECAY, ESCAPED])
def test_title_keeps_what_is_raised_and_lowered(formula: str) -> None:
    assert title(f"Search for {formula} in <i>data</i>") == "Search for B<sup>+</sup> → K<sub>0</sub> in data"


@pytest.mark.parametrize("formula", [DECAY, ESCAPED])
def test_abstract_is_plain_text(formula: str) -> None:
    jats = f"<jats:p>We saw <jats:inline-formula>{formula}</jats:inline-formula> at p &lt; 0.05.</jats:p>"
    assert text(jats, 6_000) == "We saw B⁺ → K₀ at p < 0.05."


def test_words_with_their_places_are_put_together_before() -> None:
    words = f"We saw {DECAY} twice.".split(" ")
    assert _abstract({word: [place] for place, word in enumerate(words)}) == "We saw B⁺ → K₀ twice."
