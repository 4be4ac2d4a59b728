import pytest

from reading import tex
from reading.tex_addresses import address


@pytest.mark.parametrize(
    ("written", "read"),
    [
        # Commands go, words stay.
        (r"\mbox{Sea-going} \textsf{lamps} \unknown{here}", "Sea-going lamps here"),
        (r"\emph{Pinus nigra} in \textbf{winter}", "Pinus nigra in winter"),
        (r"{\TeX} by {\pounds}3, \S 7 and \copyright{} 2001", "TeX by £3, § 7 and © 2001"),
        (r"Lamps\footnote{Revised} \& lenses~II\label{x}", "Lamps & lenses II"),
        (r"\noopsort{1887}Letters \href{https://example.org/~x}{of a keeper}", "Letters of a keeper"),
        (r"\verb+a_b+ and \enquote{light}", "a_b and “light”"),
        # Accents in every form.
        (
            r"\"Ol, G{\"o}tz, \v{S}imek, {\v z}, \c{c}a, \aa, \L{}\'od\'z, \H{o}, \k{e}, \'{\i}",
            "Öl, Götz, Šimek, ž, ça, å, Łódź, ő, ę, í",
        ),
        (r"{\O}st stra{\ss}e \ae on P\a'{e}rez", "Øst straße æon Pérez"),
        # Per cent, ampersands, entities, money.
        ("A 7% rise of A&B in R&amp;D &amp;amp; C\\%", "A 7% rise of A&B in R&D & C%"),
        ("it costs $3 and $12 there", "it costs $3 and $12 there"),
        ("caf&eacute; &#8211; &lt;i&gt;bar&lt;/i&gt;", "café – bar"),
        # Formulas.
        (r"$\beta$-decay of $^{90}$Sr at $10^{-6}$", "β-decay of <sup>90</sup>Sr at 10<sup>-6</sup>"),
        (r"N$_2$O, \ce{CaCO3} and \ce{Fe^{3+}}", "N<sub>2</sub>O, CaCO<sub>3</sub> and Fe<sup>3+</sup>"),
        (r"H\textsubscript{2}S on the 3\textsuperscript{rd}", "H<sub>2</sub>S on the 3<sup>rd</sup>"),
        (r"\(x^2 \leq y\) \ensuremath{\lambda}", "x<sup>2</sup> ≤ y λ"),
        (r"$\sim$5\,km, $\frac{1}{4}$, $p < 0.05$", "∼5 km, 1/4, p < 0.05"),
        (r"$\mathrm{NO}_x$ and snake_case", "NO<sub>x</sub> and snake_case"),
        # Marks of pages.
        ("H<sub>2</sub>O and <i>in situ</i>, p<0.1", "H<sub>2</sub>O and in situ, p<0.1"),
        # Dashes and quotation marks.
        ("``Lamps'' 1890--1900---a `short' one", "“Lamps” 1890–1900—a ‘short’ one"),
        # Damage.
        ("\\", ""),
        ("a } b { c", "a b c"),
        ("{" * 300 + "deep" + "}" * 300, "deep"),
        ("$x^", "$x^"),
    ],
)
def test_titles(written: str, read: str) -> None:
    assert tex.marked(written) == read


def test_an_abstract_has_no_marks() -> None:
    assert (
        tex.plain(r"CO$_2$ rose by 12% to $10^{-3}$, the 2\textsuperscript{nd} time")
        == "CO₂ rose by 12% to 10⁻³, the 2nd time"
    )


@pytest.mark.parametrize(
    "written",
    [
        "https://example.org/~jan/my%20file.pdf?a=1&b=2#c_d",
        "https://example.org/a?x=%C3%A9&amp;y",
        "10.1000/abc_(1997)078<2771:T>2.0.CO;2",
    ],
)
def test_addresses_are_never_decoded(written: str) -> None:
    assert address(written) == written


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\url{https://example.org/a_b}", "https://example.org/a_b"),
        (r"https://example.org/{\_}x\%20\&y", "https://example.org/_x%20&y"),
        (r"https://example.org/{\textasciitilde}jan", "https://example.org/~jan"),
        (r"https://example.org/{\~{}}jan/$\sim$x", "https://example.org/~jan/~x"),
        (r"10.1000/078$<$27:X$>$2", "10.1000/078<27:X>2"),
    ],
)
def test_what_tex_needed_to_write_an_address_is_taken_back(written: str, read: str) -> None:
    assert address(written) == read


def test_accents_upon_accents_end() -> None:
    assert tex.marked("\\'" * 3_000 + "e").startswith("é")


def test_no_file_is_read() -> None:
    assert tex.marked(r"Before \input{/etc/hostname} \include{x} after") == "Before after"
