"""Tables and formulas in the check: every figure in a cited passage, notation is no unfinished text (R-17)."""

import pytest

from documents.enums import CitationCheck
from generation.writing.checking import naming
from generation.writing.checking.inspection import Background, Inspection, examine
from generation.writing.checking.leak_check import Guarded
from generation.writing.checking.tables import going_with
from generation.writing.composing import trimmed
from generation.writing.drafts import Draft
from generation.writing.prompts import blocks
from generation.writing.prompts.writing import SectionAssignment, section_block
from generation.writing.sentences import is_caption, is_table, paragraphs, sentences, without, without_notation
from sandbox.writer.compose import compose
from sandbox.writer.prompt import Prompt
from tests.documents.factories import DocumentFactory, PassageFactory, SectionFactory, SourceFactory

pytestmark = pytest.mark.django_db
PAGE = "Oil lamps burned for 2.25 hours, gas lamps for 13.5 hours; the harbour had 1,015 lamps in 1890."
TABLE = "| Lamp | Hours |\n|---|--:|\n| Oil | 2,25 |\n| Gas | 13.5 |\n\nTable: Lamps {#tbl-lamps}"


@pytest.fixture
def background() -> Background:
    document = DocumentFactory.create(language="en")
    source = SourceFactory.create(document=document, key="lamps")
    page = PassageFactory.create(source=source, text=PAGE, page=3)
    other = PassageFactory.create(source=source, text="Keepers wore wool.", page=4)
    return Background(document, [page, other], Guarded(), frozenset())


def inspected(text: str, background: Background) -> Inspection:
    return examine(Draft(text, []), background)


def problems(text: str, background: Background) -> list[str]:
    return [problem for one in inspected(text, background).sentences for problem in one.all_problems]


def test_a_table_whose_figures_stand_in_its_source_passes(background: Background) -> None:
    found = inspected(f"{TABLE}\n\nSource: [@lamps, p. 3].", background)
    assert not [one for one in found.sentences if one.all_problems]
    (finding,) = [finding for one in found.sentences for finding in one.findings]
    assert finding.check == CitationCheck.OVERLAP
    assert finding.passage is not None
    assert finding.passage.page == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TABLE, ["a table says no source", "a table says no source"]),
        (f"{TABLE.replace('13.5', '13.6')}\n\nSource: [@lamps, p. 3].", ["13.6 does not stand in what the table"]),
        (
            f"{TABLE}\n\nSource: [@lamps, p. 4].",
            ["2.25 does not", "13.5 does not", "[@lamps] says nothing of what stands in the table"],
        ),
        (f"{TABLE}\n\nSource: [@nobody].", ["a table says no source", "a table says no source", "is not one of"]),
        ("| Lamp | Hours |\n|---|---|\n| Oil [@lamps, p. 3] | 2.25 |\n| Gas | few |", []),
        ("| Keepers | Wool |\n|---|---|\n| Keepers | wool |\n\nSource: [@lamps, p. 4].", []),
        ("| Ice | Snow |\n|---|---|\n| icicle | blizzard |\n\nSource: [@lamps, p. 4].", ["says nothing of what"]),
    ],
)
def test_figures_are_looked_for_one_by_one(text: str, said: list[str], background: Background) -> None:
    found = problems(text, background)
    assert len(found) == len(said)
    for problem, part in zip(found, said, strict=True):
        assert part in problem


def test_formulas_and_references_are_no_unfinished_text(background: Background) -> None:
    text = (
        "The mean follows from [](#eq-mean), as $\\frac{12}{34}$ says:\n\n"
        "$$\n\\bar{x} = \\frac{ab}{cd}\n$$ {#eq-mean}\n\nHere $a$ is a length."
    )
    assert problems(text, background) == []
    assert without_notation("It costs $5 and $10, or US$3.") == "It costs $5 and $10, or US$3."
    assert naming.left_open("See [] and [x].")


@pytest.mark.parametrize(
    ("paragraph", "table", "caption"),
    [
        ("| a |\n|---|\n| b |", True, False),
        ("| a |", False, False),
        ("| a |\n| b |", False, False),
        ("Tabelle 3: Lampen", False, True),
        ("Source: [@a].", False, True),
        ("Sources: many.", False, False),
    ],
)
def test_tables_and_captions_are_known(paragraph: str, table: bool, caption: bool) -> None:
    assert (is_table(paragraph), is_caption(paragraph)) == (table, caption)


def test_what_a_table_takes_with_it_when_it_goes() -> None:
    text = f"As [](#tbl-lamps) shows. Before.\n\n{TABLE}\n\nSource: [@lamps, p. 3].\n\nAfter [](#tbl-gone)."
    found = sentences(text)
    rows = [one for one in found if one.text.startswith("|")]
    for gone in (rows[2:], rows[:1]):
        more = going_with(text, found, gone)
        assert without(text, [*gone, *more]) == "Before."
    assert [one.text for one in going_with(text, found, rows[2:3])] == ["After [](#tbl-gone)."]
    kept = without(text, rows[2:3])
    assert "| Gas | 13.5 |" in kept
    assert len(paragraphs(kept)) == 5


def test_a_reference_to_nothing_is_found(background: Background) -> None:
    (problem,) = problems("So says [](#tbl-nowhere).", background)
    assert "refers to a table or formula that is not in this section" in problem


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Bring two tables.", True),
        ("Mit Tabelle und Formel", True),
        ("tre tabelle, un'equazione", True),
        ("Formulate a question; be formal.", False),
        ("", False),
    ],
)
def test_notation_is_explained_where_it_is_asked_for(asked: str, found: bool) -> None:
    assert blocks.asks_for_notation(DocumentFactory.build(requirements=asked), blocks.NOTHING_TOLD) is found


@pytest.mark.parametrize(("covers", "found"), [("a table of lamps", True), ("the lamps", False)])
def test_section_is_told_how_tables_are_written_where_its_plan_names_one(covers: str, found: bool) -> None:
    section = SectionFactory.create(covers=covers)
    assignment = SectionAssignment(section.document, section, [section], [])
    assert ("{#tbl-name}" in section_block(assignment)) is found


def test_sandbox_writes_a_table_that_passes(background: Background) -> None:
    asked = "<requirements>One table, please.</requirements> Table: caption {#tbl-name} 900 characters"
    sources = (
        '<source key="lamps" page="3" passage="1">The tower burned oil for hours 12 a day.</source>'
        '<source key="lamps" page="4" passage="2">It stood over stairs 45 in all.</source>'
    )
    text = compose(Prompt(asked + sources)).markdown
    assert "| Hours | 12 |\n| Stairs | 45 |" in text
    assert text.endswith("Table: Figures of the sources {#tbl-figures}\n\nSource: [@lamps, p. 3; @lamps, p. 4].")
    assert "|" not in compose(Prompt(asked)).markdown
    assert "|" not in compose(Prompt(asked.replace("table", "chart") + sources)).markdown


def test_no_row_of_a_table_goes_to_save_room() -> None:
    draft = Draft(f"One. Two.\n\n{TABLE}", [])
    assert trimmed(draft, target=10).text == f"One.\n\n{TABLE}"
