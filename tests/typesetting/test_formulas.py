"""Formulas: native in DOCX and LaTeX, drawn in PDF, MathML on the screen; money and hostile TeX are none (R-17)."""

import re
import zipfile
from pathlib import Path

import pikepdf
import pytest
from lxml import etree, html

from tests.typesetting.samples import docx_part, docx_text, manuscript, pdf_pages, section
from tests.typesetting.test_formats import made
from typesetting import Manuscript, render_docx, render_pdf, render_reader
from typesetting.elements import element, plain, walk
from typesetting.formula_drawing import draw
from typesetting.formulas import in_words, presentation, read
from typesetting.numbering import number, numbered_words
from typesetting.parsing import parse

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
TEXT = r"""
Energy is $E = mc^2$, as said in [](#eq-decay), not in [](#eq-gone).

$$
N(t) = N_0 e^{-\lambda t} \label{eq:own}
$$ {#eq-decay}

$$\int_0^\infty e^{-x}\,dx = 1$$ {#eq-alone}

Broken is $\nonsense{x}$.[^1]

[^1]: With $\gamma^2$ in it.
"""
WIDE = "+".join(rf"\beta_{{{number}}} x_{{i{number}}}" for number in range(30))


def formulas(markdown: str) -> list[tuple[str, str]]:
    blocks = parse(markdown, language="en", below=2).blocks
    return [(one["c"][0]["t"], one["c"][1]) for one in walk(blocks) if one["t"] == "Math"]


@pytest.mark.parametrize(
    "words",
    [
        "It costs $5 and $10.",
        "US$5–$10, A$3 and B$4, HK$ 5 and $ 6",
        "between $5, not 5$ as said",
        "$HOME/bin:$PATH",
        r"\$x\$",
        "$ x$ and $x $ and $$ and $",
        "`$x$`",
        "$\\label{only}$",
        "    $$x$$",
        "$$\nx\n\ny$$",
        "$$x$$ and words",
        "$$x\n" * 50,
        "$$" + "x" * 2_001 + "$$",
    ],
)
def test_money_and_marks_are_no_formulas(words: str) -> None:
    found = formulas(words)
    # A display formula among words is one in a line of text.
    assert found == ([("DisplayMath", "x")] if words == "$$x$$ and words" else [])


@pytest.mark.parametrize(
    ("words", "tex"),
    [
        ("So $x$, $5$ and ($y$).", ["x", "5", "y"]),
        (r"$5 \text{ km} + 3 \alpha_{max}$", [r"5 \text{ km} + 3 \alpha_{max}"]),
        ("It is $x\\$y$.", ["x\\$y"]),
        ("| a | b |\n|---|---|\n| $x$ | 3 |", ["x"]),
        ("- item\n\n  $$\n  x\n  $$", ["x"]),
        ("Words\n$$x \\tag{3}$$\nand words", ["x"]),
        ("$$\na \\\\\n= b\n$$", ["a \\\\\n= b"]),
    ],
)
def test_formulas_are_found_where_they_stand(words: str, tex: list[str]) -> None:
    assert [one for _kind, one in formulas(words)] == tex


def test_what_is_no_formula_takes_no_time() -> None:
    for text in ("$a" * 50_000, "$$a\n" * 20_000, "$$" * 50_000, "\\$" * 50_000):
        assert len(formulas(text)) <= 25_000


@pytest.fixture(scope="module")
def source() -> Manuscript:
    return manuscript(section(TEXT), section("Again [](#eq-decay).", identifier="b", title="Second"))


def test_screen_gets_mathml_with_numbers_where_referred_to(source: Manuscript) -> None:
    reader = render_reader(source)
    first = reader.sections["a"]
    assert '<math display="inline"><mrow><mi>E</mi><mo>=</mo>' in first
    assert 'as said in <a href="#formula-1">(1)</a>, not in ?.' in first
    assert '<span class="formula-number">(1)</span></div>' in first
    assert "(2)" not in first
    assert "<code>\\nonsense{x}</code>" in first
    assert "annotation" not in first
    assert "$" not in first
    assert "<mi>γ</mi>" in first.partition('class="notes"')[2]
    assert '<a href="#formula-1">(1)</a>' in reader.sections["b"]
    assert reader.fallbacks.formulas == (r"\nonsense{x}",)
    assert reader.fallbacks.labels == ("eq-gone",)


def test_pdf_draws_them_with_words_for_those_who_hear(source: Manuscript, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    render_pdf(source, path)
    text = " ".join(pdf_pages(path)[2].split())
    assert "Energy is , as said in (1), not in ?." in text
    with pikepdf.open(path) as pdf:
        found = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Formula"]
        assert {str(one.Alt) for one in found} == {"E = mc^2", "N(t) = N_0e^(−λt)", "∫_0^∞e^(−x) dx = 1", "γ^2"}
        assert not [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"]


def test_word_gets_formulas_of_its_own(source: Manuscript, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    render_docx(source, path)
    root = docx_part(path)
    assert len(list(root.iter(f"{MATH}oMath"))) == 3
    assert len(list(root.iter(f"{MATH}oMathPara"))) == 1
    lines = docx_text(root).splitlines()
    assert "\t\t(1)" in lines
    assert len(list(docx_part(path, "word/footnotes.xml").iter(f"{MATH}oMath"))) == 1
    assert "Broken is \\nonsense{x}." in lines


def test_other_formats_get_them_in_their_own_way(source: Manuscript, tmp_path: Path) -> None:
    with zipfile.ZipFile(made(tmp_path, "latex", source)) as package:
        tex = package.read("main.tex").decode()
    assert "\\begin{equation}\\label{formula-1}\nN(t) = N_0 e^{-\\lambda t}\n\\end{equation}" in tex
    assert "\\hyperref[formula-1]{(1)}" in tex
    with zipfile.ZipFile(made(tmp_path, "epub", source)) as package:
        pages = "".join(package.read(name).decode() for name in package.namelist() if name.endswith(".xhtml"))
    assert pages.count("<math ") == 4
    assert "(1)</p>" in pages
    with zipfile.ZipFile(made(tmp_path, "odt", source)) as package:
        assert len([name for name in package.namelist() if re.match(r"Formula-\d+/content.xml", name)]) == 4
    assert "$`E = mc^2`$" in made(tmp_path, "markdown", source).read_text()
    assert made(tmp_path, "html", source).read_text().count("<math ") == 4


@pytest.mark.parametrize(
    "tex",
    [
        r"\input{/etc/passwd}",
        r"\href{javascript:alert(1)}{y}",
        r"x^^5cinput",
        r"\hyperref[a]{b}",
        r"\def\x{y}\x",
        r"\write18{x}",
        r"x\) \evil \(",
        r"\end{document}",
    ],
)
def test_commands_of_no_formula_are_printed_as_code(tex: str, tmp_path: Path) -> None:
    blocks, mathml, unread = read([element("Para", [element("Math", element("InlineMath"), tex)])], tmp_path)
    assert blocks[0]["c"] == [element("Code", ["", [], []], tex)]
    assert not mathml
    assert unread == (tex,)


def test_no_markup_comes_through_a_formula() -> None:
    text = r"$\text{<script>alert(1)</script><img src=x>}$ <span class='formula' data-formula='0'></span>"
    found = render_reader(manuscript(section(text))).sections["a"]
    assert "<script" not in found
    assert "<img" not in found
    assert found.count("<math") == 1


def test_presentation_elements_alone_are_kept() -> None:
    nasty = html.fragment_fromstring(
        '<math href="javascript:x" onclick="x" display="block"><semantics><mrow><mi style="x" mathvariant="bold">a</mi>'
        '<maction actiontype="x"><mi>b</mi></maction><script>x</script><!-- c --><mspace width="1em;x"></mspace>'
        '</mrow><annotation encoding="x">y</annotation></semantics></math>'
    )
    assert presentation(nasty) == (
        '<math display="block"><mrow><mi mathvariant="bold">a</mi><mspace/></mrow></math>'
    )  # fmt: skip
    assert presentation(html.fragment_fromstring("<math><semantics></semantics></math>")) == "<math/>"


def widths(drawn: str) -> list[float]:
    return [float(one) for one in re.findall(r"width:([\d.]+)em", drawn)]


def test_wide_formulas_are_parted_or_made_smaller(tmp_path: Path) -> None:
    def drawn(tex: str, widest: float) -> str:
        _blocks, mathml, _unread = read([element("Math", element("DisplayMath"), tex)], tmp_path)
        return draw(mathml["DisplayMath", tex], widest=widest)

    assert len(widths(drawn("E = mc^2", 37))) == 1
    parted = widths(drawn(f"y = {WIDE} = (a + b)", 37))
    assert len(parted) > 2
    assert max(parted) <= 37
    small = widths(drawn(rf"\text{{{'w' * 200}}}", 37))
    assert small == [37.0]
    assert widths(drawn(f"({WIDE})", 37)) == [37.0]  # none is parted within its brackets
    assert drawn(r"\phantom{}", 37) == "<code></code>"


@pytest.mark.parametrize(
    ("mathml", "words"),
    [
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a + b)/2"),
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>", "x_i^2"),
        ("<msqrt><mi>x</mi></msqrt>", "√(x)"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "3√(x)"),
        ("<mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr><mtr><mtd/></mtr></mtable>", "a, b; "),
        ("<mover><mi>x</mi><mo>‾</mo></mover>", "x^‾"),
    ],
)
def test_formulas_are_read_out_in_a_line(mathml: str, words: str) -> None:
    assert in_words(etree.fromstring(f"<math>{mathml}</math>")) == words


def test_the_same_label_in_two_sections_means_that_of_ones_own() -> None:
    one = parse("[](#eq-x)\n\n$$a$$ {#eq-x}\n\n$$b$$ {#eq-x}", language="en", below=2).blocks
    two = parse("[there](#eq-x)\n\n$$c$$ {#eq-x}\n\n[none](#eq-y)", language="en", below=2).blocks
    sections = {"a": one, "b": two}
    unknown = number(sections, table="Table")
    assert [block["c"][0][0] for part in sections.values() for block in part if block["t"] == "Div"] == [
        "formula-1",
        "",
        "formula-2",
    ]
    said = [plain(link["c"][1]) for part in sections.values() for link in walk(part) if link["t"] == "Link"]
    assert said == ["(1)", "there"]
    assert numbered_words(sections) == {"formula-1": "(1)", "formula-2": "(2)"}
    assert plain(two[-1]) == "none"
    assert unknown == ("eq-y",)
