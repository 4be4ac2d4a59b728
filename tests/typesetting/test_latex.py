"""LaTeX: compiles with what every TeX distribution has, prints what the document prints, and is live where asked."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.typesetting.samples import manuscript, pdf_pages, section
from tests.typesetting.test_formats import made, whole_manuscript
from typesetting import Manuscript
from typesetting.elements import element
from typesetting.formats import latex
from typesetting.formats.latex_signs import declared_signs, escaped

HOSTILE = "A & B_c #1 $5 {x} ^~ \\input{/etc/passwd} 50% “q” H₂O x² α Ω ≤ ș ḥ ᾰ 中 \u2009№ ∈ e\u0301 `\\write18`"


def texts(folder: Path, source: Manuscript) -> tuple[str, str]:
    with zipfile.ZipFile(made(folder, "latex", source)) as package:
        assert package.namelist() == ["main.tex", "sources.bib"]
        return package.read("main.tex").decode(), package.read("sources.bib").decode()


@pytest.mark.parametrize(
    ("language", "babel"),
    [("en", "american"), ("en-GB", "british"), ("de", "ngerman"), ("pt", "portuguese"), ("tlh", "american")],
)
def test_babel_is_told_the_language_by_its_name(language: str, babel: str, tmp_path: Path) -> None:
    text, _sources = texts(tmp_path, whole_manuscript(language=language))
    assert f"shorthands=off,{babel}" in text
    assert f"main]{{{babel}}}" in text


def test_citations_are_printed_and_can_be_made_live(tmp_path: Path) -> None:
    words = "Said [see @sici, p. 7; @doe1999, chap. 3]. Stern said so [-@sici]. The law [@policy-2023, § 4]."
    text, sources = texts(tmp_path, whole_manuscript().__class__(**{
        **vars(whole_manuscript(language="de")), "sections": (section(words),),
    }))  # fmt: skip
    assert r"\autocites[{see}][{7}]{sici}[{}][{Kap.~3}]{doe1999}}{(see " in text
    assert r"\autocite*[{}][{}]{sici}}{(\hyperref[source-sici]{1997})}" in text
    assert r"\autocite[{}][{§ 4}]{policy-2023}" in text
    assert r"\label{source-sici}" in text
    assert "%\\newcommand{\\livecitations}{authoryear}" in text
    assert "doi = {10.1175/1520-0477(1997)078<2771:TDOENO>2.0.CO;2}" in sources
    keys = set(re.findall(r"^@\w+\{(.+),$", sources, re.M))
    assert {"sici", "doe1999", "policy-2023"} <= keys


@pytest.mark.parametrize(
    ("style", "nearest"), [("ieee", "numeric-comp"), ("chicago-notes-bibliography", "verbose"), ("apa", "authoryear")]
)
def test_the_nearest_style_of_biblatex_is_named(style: str, nearest: str, tmp_path: Path) -> None:
    text, _sources = texts(tmp_path, whole_manuscript(csl_style=style))
    assert f"livecitations}}{{{nearest}}}" in text


def test_a_numbered_list_keeps_its_numbers_and_text_is_only_text(tmp_path: Path) -> None:
    source = whole_manuscript(csl_style="ieee", title=HOSTILE)
    text, _sources = texts(tmp_path, source)
    assert r"\sourcenumber{[1]}" in text
    assert "\\input{" not in text
    assert "\\write18" not in text
    assert r"\textbackslash{}input\{/etc/passwd\}" in text
    assert "CSL" not in text
    assert r"\subsubsection*{Lower}" in text


def test_signs_that_a_program_may_not_know_are_declared() -> None:
    found = dict(re.findall(r"\\sign\{(.)\}\{[0-9A-F]+\}\{(.*)\}\n", declared_signs(HOSTILE + "Αϕς\u0301\ue000ﬁ")))
    assert found["₂"] == r"\textsubscript{2}"
    assert found["α"] == r"\ensuremath{\alpha}"
    assert found["Ω"] == r"\ensuremath{\Omega}"
    assert found["ς"] == r"\ensuremath{\varsigma}"
    assert found["ḥ"] == r"\d{h}"
    assert found["≤"] == r"\ensuremath{\leq}"
    assert found["中"] == "[U+4E2D]"
    assert found["№"] == "No."
    assert found["Α"] == "A"
    assert found["\u0301"] == ""
    assert found["ﬁ"] == "fi"
    assert "\ue000" not in found
    assert "²" not in found
    assert declared_signs("ⁿ") == "\\sign{ⁿ}{207F}{\\textsuperscript{n}}\n"
    assert escaped("a\u00a0b") == "a~b"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="TeX is not installed here")
@pytest.mark.parametrize(("language", "style"), [("ro", "ieee"), ("fr", "chicago-notes-bibliography")])
def test_it_compiles(language: str, style: str, tmp_path: Path) -> None:
    source = whole_manuscript(language=language, csl_style=style, title=HOSTILE)
    hostile = section(f"{HOSTILE}\n\n1. one\n\n    ~~two~~\n\n- x\n\n```\n\\end{{document}}\n```\n\n---\n")
    source = Manuscript(**{**vars(source), "sections": (*source.sections, hostile)})
    with zipfile.ZipFile(made(tmp_path, "latex", source)) as package:
        package.extractall(tmp_path)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "main.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-1500:]
    assert (tmp_path / "main.pdf").stat().st_size > 10_000


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="TeX is not installed here")
def test_a_listing_that_names_its_own_end_is_a_listing(tmp_path: Path) -> None:
    text, _sources = texts(tmp_path, manuscript(section("Said.\n\n```\n\\end{verbatim}\\write18{id} }\n```\n")))
    (tmp_path / "main.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "main.tex"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stdout[-2000:]
    assert "write18" in "".join(pdf_pages(tmp_path / "main.pdf"))


def test_an_entry_of_another_form_stays_as_it_is() -> None:
    block = element("BulletList", [])
    assert latex._with_number(block) is block


def test_nothing_but_a_title_is_needed(tmp_path: Path) -> None:
    bare = manuscript(section("Words."), topic="", author="", kind="", references=())
    text, sources = texts(tmp_path, bare)
    assert "Words." in text
    assert "\\begin{sources}" not in text.split("\\begin{document}")[1]
    assert sources == ""


def test_long_words_with_signs_may_break_and_addresses_do(tmp_path: Path) -> None:
    typed = "https://example.org/a_long/address?with=many&signs=1"
    text, _sources = texts(tmp_path, manuscript(section(f"See {typed} or <{typed}>, and a short/word.")))
    assert r"https:/\allowbreak{}/\allowbreak{}example" not in text
    assert r"See https://\allowbreak{}example.\allowbreak{}org/\allowbreak{}a\_\allowbreak{}long/" in text
    assert r"\url{https://example.org/a_long/address?with=many&signs=1}" in text
    assert "a short/word." in text
