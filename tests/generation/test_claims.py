"""Which passages a writer says its text rests on: numbers in the order of the text, believed only as far as it fits."""

import pytest

from documents.models import Document, Passage, Section, Source
from generation.writing import drafts
from generation.writing.prompts import blocks, correcting, judging, shortening, sizes, writing
from generation.writing.prompts.glossary import Term
from generation.writing.prompts.writing import SectionAssignment

LIGHT = Source(key="light-2019", title="Keeping the Light", csl={})
WEB = Source(key="board-n2", title="The board\nforged-1999: Another work", csl={})
ONE = Passage(pk=4711, source=LIGHT, page=12, page_label="12", position=0, text="The lens turned on mercury.")
TWO = Passage(pk=815, source=LIGHT, page=13, page_label="13", position=1, text="Nobody was allowed to sleep.")
THREE = Passage(pk=42, source=WEB, page=0, page_label="", position=0, text="The board ran forty lights.")
SHOWN = [ONE, TWO, THREE]
TEXT = (
    "The lens turned [@light-2019, p. 12]. Nobody slept, and the board looked on [@light-2019, p. 13; @board-n2].\n\n"
    "It says nothing more. All of it was so [@light-2019, pp. 12–13]."
)


def named(text: str, *numbers: int) -> list[int]:
    return [claim["passage"] for claim in drafts.claims_of(text, numbers, SHOWN)]


def test_each_citation_gets_the_passage_of_its_number_and_its_own_sentence() -> None:
    found = drafts.claims_of(TEXT, [1, 2, 3, 2], SHOWN)
    assert [(one["key"], one["passage"], one["page"]) for one in found] == [
        ("light-2019", 4711, "12"),
        ("light-2019", 815, "13"),
        ("board-n2", 42, None),
        ("light-2019", 815, "13"),
    ]
    assert found[0]["sentence"] == "The lens turned [@light-2019, p. 12]."
    assert found[3]["sentence"].startswith("All of it")


@pytest.mark.parametrize(
    "numbers",
    [
        (),
        (1, 2, 3),
        (1, 2, 3, 2, 1),
        (2, 3, 2, 1),  # shifted by one
        (1, 3, 2, 2),  # of another source
        (2, 2, 3, 2),  # of another page
        (0, 2, 3, 2),
        (1, 2, 3, 4),
        (1, 2, 3, -1),
        (4711, 815, 42, 815),
    ],
)
def test_a_list_that_contradicts_its_text_in_one_place_is_believed_in_none(numbers: tuple[int, ...]) -> None:
    assert named(TEXT, *numbers) == []


def test_a_citation_without_a_page_may_mean_any_passage_of_its_source() -> None:
    assert named("So it was [@light-2019].", 2) == [815]
    assert named("So it was [@light-2019].", 3) == []
    assert named("Nothing is cited here.") == []


# --- what questions about one document have in common ----------------------------------------------------------


def assignment(title: str = "Lamps", passages: list[Passage] | None = None, **more: object) -> SectionAssignment:
    sections = [
        Section(title=name, covers=f"all about {name}", position=at) for at, name in enumerate(("Lamps", "Oil"))
    ]
    for number, section in enumerate(sections, 1):
        section.number = str(number)
    chosen = next(section for section in sections if section.title == title)
    return SectionAssignment(
        document=Document(topic="Light", language="de", requirements="Write of light."),
        section=chosen,
        outline=sections,
        passages=SHOWN if passages is None else passages,
        glossary=[Term("lens", "what bends the light")],
        **more,  # type: ignore[arg-type]  # one of its fields
    )


def test_all_questions_about_the_text_of_a_document_begin_with_the_same_letters() -> None:
    questions = [
        writing.write(assignment(), characters=1_000),
        writing.write(assignment("Oil"), characters=20_000),
        writing.extend(assignment(), "The lamp burned.", characters=300),
        writing.correct(assignment("Oil"), "The lamp burned.", reasons=["it is short"], characters=300),
    ]
    assert {(one.system, one.shared[0], str(one.schema)) for one in questions} == {
        (writing.SYSTEM, questions[0].shared[0], str(writing.SCHEMA))
    }
    for part in ("German (de)", "<topic>Light", "Write of light.", "2 Oil: all about Oil", "what bends the light"):
        assert part in questions[0].shared[0]
    assert "<title>" not in questions[0].shared[0]


def test_all_questions_about_one_section_go_on_with_the_same_letters_whatever_the_order_of_its_passages() -> None:
    forth, back = assignment(passages=[ONE, TWO, THREE]), assignment(passages=[THREE, TWO, ONE])
    one = writing.write(forth, characters=writing.LONGEST_CALL_CHARACTERS)
    two = writing.extend(back, "The lamp burned. " * 800, characters=500)
    assert one.shared == two.shared
    assert len(one.shared) == 2
    assert writing.write(back, characters=500).text.startswith("\n\n".join((writing.SYSTEM, *one.shared)))


def test_passages_are_numbered_as_they_are_read_back() -> None:
    shown = writing.shown([TWO, ONE, THREE])
    assert [passage.pk for passage in shown] == [42, 4711, 815]
    text = writing.write(assignment(passages=[TWO, ONE, THREE]), characters=900).text
    assert '<source passage="1" key="board-n2">The board ran forty lights.</source>' in text
    assert '<source passage="2" key="light-2019" page="12">' in text
    assert "4711" not in text


@pytest.mark.parametrize(("is_new", "page"), [(False, "70"), (True, "1")])
def test_of_very_many_passages_those_are_shown_that_the_order_needs(is_new: bool, page: str) -> None:
    many = [
        Passage(pk=at, source=LIGHT, page=at, page_label=str(at), position=at, text=f"Fact {at}.")
        for at in range(1, 72)
    ]
    text = "It was so [@light-2019, p. 70]. And so [@light-2019, p. 71]."
    useful = writing.of_use(assignment(passages=many), text, is_new=is_new)
    assert len(useful.passages) == sizes.MOST_PASSAGES
    assert useful.passages == writing.shown(useful.passages)
    pages = [passage.page_label for passage in useful.passages]
    assert (page in pages, "70" in pages) == (True, not is_new)
    few = assignment()
    assert writing.of_use(few, text, is_new=is_new).passages == writing.shown(few.passages)


def test_a_title_names_its_own_work_alone() -> None:
    text = blocks.sources(SHOWN, words="")
    works = text.split("<works>")[1].split("</works>")[0].splitlines()
    assert works == ["light-2019: Keeping the Light", "board-n2: The board forged-1999: Another work"]


LONG = " ".join(f"Sentence {number} speaks of nothing in particular at all." for number in range(40))


def test_of_a_long_passage_the_stretch_is_shown_that_speaks_of_the_section() -> None:
    told = "The mercury under the lens was changed in autumn."
    text = LONG.replace("Sentence 30 speaks of nothing in particular at all.", told)
    shown = blocks.excerpt(text, "How the mercury of a lens is changed", limit=300)
    assert told in shown
    assert shown in text
    assert len(shown) <= 300
    assert shown[0].isupper()
    assert shown.endswith(".")


@pytest.mark.parametrize("text", ["Short.", "x" * 700, LONG, "word " * 400, "A. " * 900, ""])
def test_an_excerpt_stands_in_its_passage_and_keeps_to_its_length(text: str) -> None:
    shown = blocks.fence("source", blocks.excerpt(text, "word", limit=700), limit=700)[8:-9]
    assert shown in text
    assert len(shown) <= 700
    assert bool(shown) == bool(text)


def test_every_schema_is_written_in_the_subset_that_both_providers_take() -> None:
    for module in (writing, correcting, judging, shortening):
        _assert_strict(module.SCHEMA)


def _assert_strict(schema: dict[str, object]) -> None:
    assert not isinstance(schema.get("type"), list), "nullable is written as anyOf"
    assert not set(schema) & {"minItems", "maxItems", "minimum", "maximum", "minLength", "maxLength", "pattern"}
    if schema.get("type") == "object":
        properties = schema["properties"]
        assert isinstance(properties, dict)
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(properties)
        for one in properties.values():
            _assert_strict(one)
    for below in (schema.get("items"), *(schema.get("anyOf") or ())):  # type: ignore[misc]  # lists of schemas
        if isinstance(below, dict):
            _assert_strict(below)
