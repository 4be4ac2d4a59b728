"""Formulas in titles, abstracts and pages, as text that reads right, each once (R-17, R-83)."""

from pathlib import Path

import pytest

from reading import child
from reading.fields import titled, untagged
from reading.mathml import with_words
from reading.protocol import Meta, Page

NAMED = 'xmlns:mml="http://www.w3.org/1998/Math/MathML"'
MASS = (
    f"<mml:math {NAMED}><mml:mi>E</mml:mi><mml:mo>=</mml:mo><mml:mi>m</mml:mi>"
    "<mml:msup><mml:mi>c</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>"
)
LESS = f"<mml:math {NAMED}><mml:mi>p</mml:mi><mml:mo>&lt;</mml:mo><mml:mn>0.05</mml:mn></mml:math>"


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a + b)/2"),
        ("<msqrt><mi>x</mi><mo>−</mo><mn>1</mn></msqrt>", "√(x − 1)"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "³√x"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x\u0304"),
        ("<mover><mi>AB</mi><mo>→</mo></mover>", "AB"),
        ("<mover><mi>x</mi><mi>n</mi></mover>", "xⁿ"),
        ("<munder><mo>lim</mo><mi>n</mi></munder>", "limₙ"),
        (
            "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>"
            "<msub><mi>x</mi><mi>i</mi></msub>",
            "∑ᵢ₌₁ⁿ xᵢ",
        ),
        ("<semantics><mi>a</mi><annotation>tex</annotation></semantics>", "a"),
        ("<semantics/><mphantom><mi>b</mi></mphantom><annotation>t</annotation><mi>c</mi>", "c"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a, b)"),
        ('<mfenced open="[" close="]"><mi>a</mi></mfenced>', "[a]"),
        ("<mo>−</mo><mn>3</mn><mo>,</mo><mn>4</mn>", "−3, 4"),
        ("<mi>f</mi><mo>&#x2061;</mo><mo>(</mo><mo>-</mo><mi>x</mi><mo>)</mo>", "f(-x)"),
        ("<msubsup><mi>H</mi><mn>2</mn><mi>ab</mi></msubsup>", "H₂^ab"),
        ("<msubsup><mi>H</mi></msubsup><msup/><msub/>", "H"),
        ("<msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mo>′</mo></msup>", "(a + b)′"),
        ("<msup><mi>x</mi><mfenced><mi>q</mi></mfenced></msup>", "x^(q)"),
        ("<mi>&alpha;</mi><mspace/><mtext>for all</mtext><mtext/><mi>x</mi>", "α for all x"),
        ("<mtable><mtr><mtd>a</mtd><mtd>b</mtd></mtr><mtr><mtd>c</mtd></mtr></mtable>", "a, b; c"),
        ("<mi>𝐸</mi><!-- none -->", "E"),
        ("E", "E"),
    ],
)  # fmt: skip
def test_formula_is_read_as_words(inside: str, words: str) -> None:
    assert with_words(f"so <math>{inside}</math>.") == f"so {words}."


def test_raised_letters_of_a_title_keep_their_marks() -> None:
    assert titled(f"On {MASS} and <i>E. coli</i>") == "On E = mc<sup>2</sup> and <i>E. coli</i>"
    assert untagged(f"On {MASS}") == "On E = mc²"


def test_formula_beside_its_tex_is_read_once() -> None:
    both = f"<jats:alternatives><jats:tex-math>$$E=mc^2$$</jats:tex-math>{MASS}</jats:alternatives>"
    alone = "<jats:alternatives><jats:tex-math>$$E &lt; 1$$</jats:tex-math></jats:alternatives>"
    whole = r"<tex-math>\documentclass{minimal} \begin{document}$$\alpha$$\end{document}</tex-math>"
    assert untagged(f"<jats:p>So {both}, {alone}, {whole}.</jats:p>") == r"So E = mc², E < 1, \alpha."


def test_formula_that_was_escaped_is_read_as_well() -> None:
    escaped = LESS.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert untagged(f"with {LESS}") == untagged(f"with {escaped}") == "with p < 0.05"


@pytest.mark.parametrize("text", ["p < 0.05 and <b", "<math", "<math></math x"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert with_words(text) == text


def test_broken_formulas_are_read_as_far_as_they_go() -> None:
    assert with_words("<math><mi>x</mi><mi>y</math>") == "xy"
    assert with_words("<math></math>") == ""
    deep = "<mfrac>" * 240 + "<mi>x</mi>" + "</mfrac>" * 240
    assert with_words(f"<math>{deep}</math>") == "x"


def test_formulas_of_a_web_page_are_in_its_text_and_title(tmp_path: Path) -> None:
    page = (
        "<html><body><h1>On <math><mi>x</mi><semantics><mi>y</mi><annotation>Y</annotation></semantics></math></h1>"
        f"<p>The lamp keeps what it was given, for {MASS} holds, "
        '<span class="katex"><math><msup><mi>x</mi><mn>2</mn></msup></math><span aria-hidden="true">x2</span></span>'
        " as every keeper of it knows.</p></body></html>"
    )
    path = tmp_path / "page"
    path.write_text(page)
    meta, text = child.read("html", path, tmp_path)
    assert isinstance(meta, Meta)
    assert isinstance(text, Page)
    assert meta.title == "On xy"
    assert "for E = mc² holds, x² as every keeper" in text.text
