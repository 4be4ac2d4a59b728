"""Citations as an attacker would write them: pages, quotations, and sentences that say a little more than a passage."""

import time

import pytest

from documents.domain.text import citation_keys
from documents.enums import CitationCheck
from documents.models import Document, Passage, Source
from generation.writing.checking import wording
from generation.writing.checking.citations import Offered, completed, examine, has_quotation_without_source
from generation.writing.checking.inspection import Background, Inspection
from generation.writing.checking.inspection import examine as examine_text
from generation.writing.checking.leak_check import Guarded
from generation.writing.drafts import Draft
from generation.writing.prompts import blocks
from generation.writing.sentences import has_open_quotation, quotations, sentences
from sandbox.writer.languages import LANGUAGES

LENS = "The lens turned on a bath of mercury, driven by a weight that sank through the middle of the tower."
NIGHT = "Nobody was allowed to sleep during a watch; the second keeper was called at 3 o'clock."
PAY = "The wife of the keeper was paid nothing for her watches until 1908. Then the board gave her 1,200 crowns a year."
LIGHT = Source(key="light-2019", title="Keeping the Light", csl={})
PAPER = Source(key="rossi-2020", title="Notes on lamps", csl={})
WEB = Source(key="board-n2", title="The board and its lights", csl={})
OFFERED = [
    Passage(pk=1, source=LIGHT, page=12, page_label="12", position=0, text=LENS),
    Passage(pk=2, source=LIGHT, page=13, page_label="13", position=1, text=NIGHT),
    Passage(
        pk=3, source=LIGHT, page=3, page_label="iii", position=2, text="A preface, written with thanks to the board."
    ),
    Passage(pk=4, source=PAPER, page=7, page_label="", position=0, text=PAY),
    Passage(pk=5, source=WEB, page=0, page_label="", position=0, text="The board ran forty lights along the coast."),
]


def inspected(text: str, *, claims: list[dict[str, object]] | None = None, language: str = "en") -> Inspection:
    """What code alone finds in a text."""
    background = Background(
        document=Document(topic="Light", language=language), passages=OFFERED, guarded=Guarded(), elsewhere=()
    )
    return examine_text(Draft(text=text, claims=claims or []), background)


def checks(text: str) -> list[CitationCheck | None]:
    """How each citation of a sentence is proven by code; None where it is left to a model. Nothing may be wrong."""
    inspection = inspected(text)
    assert [problem for one in inspection.sentences for problem in one.all_problems] == []
    return [finding.check for one in inspection.sentences for finding in one.findings]


def problems(text: str) -> str:
    """Everything that is wrong with a text, as one string."""
    inspection = inspected(text)
    return " / ".join(problem for one in inspection.sentences for problem in one.all_problems)


@pytest.mark.parametrize(
    ("sentence", "page"),
    [
        ("Lamp 3 burned 5 hours in the night", "103"),
        ("In the night lamp 2 burned for 4 hours", "102"),
        ("Lamp 1 burned 3 hours in the night", "101"),
        ("A lamp burned in the night", "101"),
    ],
)
def test_the_passage_is_chosen_by_its_numbers_too(sentence: str, page: str) -> None:
    rows = [
        Passage(
            pk=lamp, source=LIGHT, page=lamp, page_label=str(100 + lamp), position=lamp,
            text=f"In the night of the storm lamp {lamp} burned {lamp + 2} hours, and the keeper was not relieved.",
        )
        for lamp in (1, 2, 3)
    ]  # fmt: skip
    background = Background(
        document=Document(topic="Light", language="en"), passages=rows, guarded=Guarded(), elsewhere=()
    )
    inspection = examine_text(Draft(text=f"{sentence} [@light-2019].", claims=[]), background)
    (finding,) = inspection.sentences[0].findings
    assert finding.passage is not None
    assert finding.passage.page_label == page


# --- pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locator", "expected"),
    [
        ("12", ["12"]),
        ("iv", ["iv"]),
        ("12–14", ["12", "13", "14"]),
        ("12-13", ["12", "13"]),
        ("123–5", ["123", "124", "125"]),
        ("3, 12–13", ["3", "12", "13"]),
        ("iii–v", ["iii", "v"]),
        ("14–12", None),
        ("1–400", None),
        ("12,", None),
    ],
)
def test_pages_of_a_locator_are_read(locator: str, expected: list[str] | None) -> None:
    assert blocks.pages_of(locator) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The lens turned [@light-2019, p. 99].",
        "The lens turned [@light-2019, pp. 12–14].",
        "The lens turned [@light-2019, pp. 12, 99].",
        "The lens turned [@light-2019, pp. 13–12].",
        "The lens turned [@light-2019, S. 99].",
        "The lens turned [@light-2019, page 99].",
        "The lens turned [@light-2019 p. 99].",
        "The lens turned [@rossi-2020, p. 12].",
    ],
)
def test_a_page_that_was_not_offered_is_refused_however_it_is_written(text: str) -> None:
    assert "no passage of page" in problems(text)


@pytest.mark.parametrize(
    "text",
    [
        "The lens turned on a bath of mercury, driven by a weight that sank [@light-2019, pp. 12–13].",
        "The lens turned on a bath of mercury, driven by a weight that sank [@light-2019, pp. 13, 12].",
        "The lens turned on a bath of mercury, driven by a weight that sank [@light-2019, S. 12].",
        "A preface was written with thanks to the board [@light-2019, p. iii].",
        "The wife of the keeper was paid nothing for her watches until 1908 [@rossi-2020, p. 7].",
    ],
)
def test_pages_that_were_offered_are_followed(text: str) -> None:
    assert checks(text) == [CitationCheck.OVERLAP]


@pytest.mark.parametrize(
    "text",
    [
        "The lens turned [@light-2019, chap. 2].",
        "The lens turned [@light-2019, p. 12 and elsewhere].",
        "The lens turned [@light-2019, 12].",
        "The lens turned [as Smith proved in 1999 @light-2019, p. 12].",
        "The lens turned [@light-2019, p. 12, emphasis added by the court].",
    ],
)
def test_nothing_but_pages_stands_in_a_citation(text: str) -> None:
    assert "with nothing else in it" in problems(text)


@pytest.mark.parametrize("prefix", ["see", "see also", "cf.", "Vgl.", "vgl. auch", "zit. nach"])
def test_words_that_introduce_a_citation_may_stand_in_it(prefix: str) -> None:
    text = f"The lens turned on a bath of mercury, driven by a weight that sank [{prefix} @light-2019, p. 12]."
    assert checks(text) == [CitationCheck.OVERLAP]


def test_a_source_without_pages_is_cited_without_one() -> None:
    assert checks("The board ran forty lights along the coast [@board-n2].") == [CitationCheck.OVERLAP]
    assert "has no pages" in problems("The board ran forty lights along the coast [@board-n2, p. 4].")


def test_a_citation_without_a_page_is_given_the_page_of_its_passage() -> None:
    inspection = inspected(
        "Nobody was allowed to sleep during a watch [@light-2019]. The board ran forty lights [@board-n2].\n\n"
        '- as it says: "The lens turned on a bath of mercury" [see @light-2019; @rossi-2020, p. 7]'
    )
    assert "[@light-2019, p. 13]" in inspection.text
    assert "[@board-n2]." in inspection.text
    assert "- as it says" in inspection.text
    assert "[see @light-2019, p. 12; @rossi-2020, p. 7]" in inspection.text


def test_a_citation_without_a_page_follows_the_passage_its_writer_named() -> None:
    sentence = "So the work was done by night [@light-2019]."
    claims: list[dict[str, object]] = [{"sentence": sentence, "key": "light-2019", "passage": 3, "page": None}]
    assert "[@light-2019, p. iii]" in inspected(sentence, claims=claims).text
    (finding,) = inspected(sentence, claims=claims).sentences[0].findings
    assert finding.passage is not None
    assert (finding.passage.pk, finding.is_undecided) == (3, True)


def test_a_passage_of_another_document_named_by_its_writer_is_not_believed() -> None:
    text = completed("So it was [@light-2019].", Offered(OFFERED), lambda _: {"light-2019": 4711})
    assert {item.locator for item in citation_keys(text)} <= {"12", "13", "iii"}


def test_an_unknown_key_gets_no_page() -> None:
    assert completed("So it was [@ghost-1999].", Offered(OFFERED), lambda _: {}) == "So it was [@ghost-1999]."
    assert "not one of the sources" in problems("So it was [@ghost-1999; @light-2019, p. 12].")


# --- quotations ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        'They wrote "the lens stood still" of it [@light-2019, p. 12].',
        "They wrote ‘the lens stood still’ of it [@light-2019, p. 12].",
        "They wrote 'the lens stood still' of it [@light-2019, p. 12].",
        "They wrote ‚the lens stood still‘ of it [@light-2019, p. 12].",
        "They wrote ‹the lens stood still› of it [@light-2019, p. 12].",
        "They wrote „the lens stood still“ of it [@light-2019, p. 12].",
        "They wrote »the lens stood still« of it [@light-2019, p. 12].",
        "They wrote « the lens stood still » of it [@light-2019, p. 12].",
        "They wrote ”the lens stood still” of it [@light-2019, p. 12].",
        'They wrote "the weight … turned on a bath" [@light-2019, p. 12].',
        'They wrote "driven by a weight [...] the lens turned" [@light-2019, p. 12].',
        'They wrote "he lens turned on a bat" [@light-2019, p. 12].',
        'They wrote "the lens turned [slowly] on oil" [@light-2019, p. 12].',
        f'They wrote "{LENS.replace("mercury", "oil")} {NIGHT * 12}" [@light-2019, p. 12].',
        'It "turned on a bath of mercury" [@light-2019, p. 12] and "stood still at night" [@light-2019, p. 12].',
        'It "turned on a bath of mercury" [@light-2019, p. 12], "as all of them swore".',
        'It says "the lens stood still [@light-2019, p. 12]."',
        '"Nobody was allowed to sleep" is on this page [@light-2019, p. 12].',
        'They wrote "the lens turned on a bath of mercury" and "the lens was of gold" [@light-2019; @rossi-2020].',
    ],
)
def test_a_quotation_that_stands_nowhere_is_refused(text: str) -> None:
    assert "does not stand in the passage" in problems(text)


def test_two_quotations_under_one_citation_must_stand_in_one_passage() -> None:
    one = Passage(pk=8, source=LIGHT, page=1, page_label="1", position=8, text=LENS)
    other = Passage(pk=9, source=LIGHT, page=1, page_label="1", position=9, text=NIGHT)
    (sentence,) = sentences(
        'It says "the lens turned on a bath of mercury" and "the second keeper was called" [@light-2019, p. 1].'
    )
    (finding,) = examine(sentence, Offered([one, other]), {}, language="en")
    assert "“the second keeper was called” does not stand in the passage" in finding.problem
    both = Passage(pk=10, source=LIGHT, page=1, page_label="1", position=10, text=f"{LENS} {NIGHT}")
    (finding,) = examine(sentence, Offered([one, other, both]), {}, language="en")
    assert (finding.problem, finding.passage) == ("", both)


@pytest.mark.parametrize("quotation", ["…", "[...]", " . ", "“…”"])
def test_a_quotation_without_a_word_stands_nowhere(quotation: str) -> None:
    assert not wording.stands_in(quotation, LENS)
    assert not wording.joins_sentences(quotation, PAY)


@pytest.mark.parametrize(
    "text",
    [
        f'It reads: "{LENS}" [@light-2019, p. 12].',
        f'It reads: "{LENS.upper()}" [@light-2019, p. 12].',
        f"It reads: «{LENS}» [@light-2019, p. 12].",
        'It reads: "The lens turned on a bath of mercury […] through the middle of the tower" [@light-2019, p. 12].',
        'It reads: "[t]he lens turned on a bath of mercury, driven by a weight" [@light-2019, p. 12].',
        'It reads: "The lens turned on a bath of *mercury*, driven by a weight" [@light-2019, p. 12].',
        'It reads: "The lens turned on a bath of mercury, driven by a weight [@light-2019, p. 12]."',
    ],
)
def test_a_quotation_that_stands_in_its_passage_is_proven(text: str) -> None:
    assert checks(text) == [CitationCheck.VERBATIM]


def test_each_quotation_is_proven_by_the_citation_behind_it() -> None:
    text = (
        '"The lens turned on a bath of mercury" [@light-2019, p. 12], while the keeper\'s wife "was paid nothing for '
        'her watches" [@rossi-2020, p. 7].'
    )
    assert problems(text) == ""
    swapped = text.replace("@light-2019, p. 12", "@X").replace("@rossi-2020, p. 7", "@light-2019, p. 12")
    assert "does not stand" in problems(swapped.replace("@X", "@rossi-2020, p. 7"))


def test_one_of_several_works_may_be_the_one_that_is_quoted_and_the_others_are_judged() -> None:
    text = 'It is said that "the lens turned on a bath of mercury" [@light-2019, p. 12; @rossi-2020, p. 7].'
    (one,) = inspected(text).sentences
    assert one.all_problems == []
    assert [finding.check for finding in one.findings] == [CitationCheck.VERBATIM, None]


@pytest.mark.parametrize(
    "text",
    [
        'It is a lie of Smith that "the lens turned on a bath of mercury, driven by a weight" [@light-2019, p. 12].',
        'It is a lie that "the lens turned on a bath of mercury, driven by a weight" [@light-2019, p. 12].',
        'The keepers were drunk, for "the lens turned on a bath of mercury, driven by a weight" [@light-2019, p. 12].',
        'It is not true that "the lens turned on a bath of mercury, driven by a weight" [@light-2019, p. 12].',
        'In 1860 "the lens turned on a bath of mercury, driven by a weight" [@light-2019, p. 12].',
        'What is called "driven by a weight that sank" was, all things considered and over so many years of hard work '
        "in storms and darkness, the beginning of the end for everybody who had lived from it [@light-2019, p. 12].",
    ],
)
def test_what_stands_around_a_quotation_is_judged_where_it_claims_more(text: str) -> None:
    assert checks(text) == [None]


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_what_leads_a_quotation_in_claims_nothing(code: str) -> None:
    for frame in LANGUAGES[code].quotes:
        (sentence,) = sentences(frame.format(quote=LENS.rstrip("."), cite="[@light-2019, p. 12]"))
        (finding,) = examine(sentence, Offered(OFFERED), {}, language=code)
        assert finding.check == CitationCheck.VERBATIM, sentence.text


def test_an_author_may_be_named_as_the_one_who_is_quoted() -> None:
    source = Source(key="rossi-2021", title="Lamps", csl={"author": [{"family": "Rossi"}]})
    passage = Passage(pk=9, source=source, page=1, page_label="1", position=9, text=LENS)
    for name, check in (("Rossi", CitationCheck.VERBATIM), ("Smith", None)):
        (sentence,) = sentences(f'{name} writes: "{LENS}" [@rossi-2021, p. 1].')
        (finding,) = examine(sentence, Offered([passage]), {}, language="en")
        assert (finding.problem, finding.check) == ("", check)


def test_an_omission_must_not_turn_the_sense_round() -> None:
    source = "The keepers were, the inspector wrote, by no means allowed to drink and sing during the watch."
    assert wording.stands_in("The keepers were … allowed to drink and sing", source)
    assert wording.leaves_out_a_negation("The keepers were … allowed to drink and sing", source)
    assert not wording.leaves_out_a_negation("The keepers were … by no means allowed to drink", source)


def test_terms_and_titles_are_no_quotations() -> None:
    text = 'In "Keeping the Light" the so-called "light bill" is [@light-2019, p. 12].'
    assert problems(text) == ""


def test_apostrophes_are_no_quotation_marks() -> None:
    assert quotations("The keepers' sons and the masters' boats weren't the board's.") == []
    assert quotations("He'd said it: 'it wasn't the board's to give'.") == ["it wasn't the board's to give"]


@pytest.mark.parametrize("mark", ["“", "„", "«", "”", '"'])
def test_a_quotation_without_an_end_is_refused(mark: str) -> None:
    assert has_open_quotation(f"They wrote {mark}the lens stood still [@light-2019, p. 12].")
    assert problems(f"They wrote {mark}the lens stood still [@light-2019, p. 12].")


def test_quotations_inside_quotations_belong_to_them() -> None:
    passage = Passage(
        pk=9, source=LIGHT, page=1, page_label="1", position=9, text="He said: ‘We never slept,’ and left."
    )
    (sentence,) = sentences("The text reads “He said: ‘We never slept,’ and left” [@light-2019, p. 1].")
    (finding,) = examine(sentence, Offered([passage]), {}, language="en")
    assert (finding.problem, finding.check) == ("", CitationCheck.VERBATIM)


def test_words_broken_over_lines_do_not_make_a_quotation_false() -> None:
    assert wording.stands_in("the co-operation of the keepers", "the co- operation of the\nkeepers, and their sons")
    assert wording.stands_in("the coöperation", "the co\u00adöper\u200bation")


def test_a_long_quotation_that_names_no_source_is_refused() -> None:
    assert "names no source" in problems('An old keeper said: "We never slept in those years, not once."')
    beside = f'It reads: "{LENS}" [@light-2019, p. 12]. The words "driven by a weight that sank" say it all.'
    assert problems(beside) == ""
    (sentence,) = sentences('They spoke of the "light bill" then.')
    assert not has_quotation_without_source(sentence, [])


# --- sentences that say more than their passage -------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Keepers were allowed to sleep during a watch [@light-2019, p. 13].",
        "The lens never turned on a bath of mercury, driven by a weight [@light-2019, p. 12].",
        "The lens of 1860 turned on a bath of mercury, driven by a weight [@light-2019, p. 12].",
        "The lens of Grimholm turned on a bath of mercury, driven by a weight [@light-2019, p. 12].",
        "The lens turned on a bath of poisonous mercury, driven by a weight [@light-2019, p. 12].",
        "The tower sank through the middle of a bath, driven by mercury that turned the weight [@light-2019, p. 12].",
        "It is a myth that the lens turned on a bath of mercury, driven by a weight [@light-2019, p. 12].",
        "The tower turned [@light-2019, p. 12].",
        "The wife of the keeper was paid 1,300 crowns a year for her watches [@rossi-2020, p. 7].",
        "The wife of the keeper was paid for her watches until 1908 [@rossi-2020, p. 7].",
        "The keeper wasn't paid nothing for her watches until 1908 [@rossi-2020, p. 7].",
    ],
)
def test_a_sentence_that_differs_by_a_word_is_left_to_a_judge(text: str) -> None:
    assert checks(text) == [None]


@pytest.mark.parametrize(
    ("passage", "text"),
    [
        (
            "Through stormy winters the old keepers of Cornwall earned much more silver than did the young keepers "
            "of Brittany, whose towers stood further inland.",
            "Through stormy winters the old keepers of Brittany earned much more silver than did the young keepers "
            "of Cornwall, whose towers stood further inland [@a].",
        ),
        (
            "Between the wars the number of keepers along the northern coast rose from 12 to 40 within few years.",
            "Between the wars the number of keepers along the northern coast rose from 40 to 12 within few years [@a].",
        ),
    ],
)
def test_a_sentence_that_turns_its_passage_round_is_left_to_a_judge(passage: str, text: str) -> None:
    source = Source(key="a", title="Coasts", csl={})
    (sentence,) = sentences(text)
    (finding,) = examine(sentence, Offered([Passage(pk=9, source=source, position=0, text=passage)]), {}, language="en")
    assert (finding.problem, finding.check) == ("", None)


def test_a_quotation_put_together_from_several_sentences_is_left_to_a_judge() -> None:
    """Each part stands there, in order; what they say together may be nobody's word."""
    passage = "The keepers of the old tower were honest men to the last. It was the masters of the board who stole oil."
    source = Source(key="a", title="Coasts", csl={})
    (sentence,) = sentences('It reads: "The keepers of the old tower … stole oil" [@a].')
    (finding,) = examine(sentence, Offered([Passage(pk=9, source=source, position=0, text=passage)]), {}, language="en")
    assert (finding.problem, finding.check) == ("", None)


def test_a_sentence_longer_than_a_judge_is_shown_is_refused() -> None:
    text = "The lens turned " + "and the keepers of the tower said that it was so " * 30 + "[@light-2019, p. 12]."
    assert "several sentences" in problems(text)


@pytest.mark.parametrize(
    "text",
    [
        "They wrote &quot;the lens stood still&quot; of it [@light-2019, p. 12].",
        "They wrote &#8220;the lens stood still&#8221; of it [@light-2019, p. 12].",
        "They wrote ``the lens stood still'' of it [@light-2019, p. 12].",
        "They wrote ❝the lens stood still❞ of it [@light-2019, p. 12].",
        "They wrote ＂the lens stood still＂ of it [@light-2019, p. 12].",
    ],
)
def test_quotation_marks_in_disguise_are_quotation_marks(text: str) -> None:
    assert "does not stand in the passage" in problems(text)


def test_what_only_looks_like_a_character_reference_stays_as_it_is() -> None:
    assert inspected("Law&regulation&copyright of AT&T, &c.").text == "Law&regulation&copyright of AT&T, &c."


def test_numbers_are_the_same_however_they_are_grouped() -> None:
    text = "Then the board gave her 1200 crowns a year [@rossi-2020, p. 7]."
    assert checks(text) == [CitationCheck.OVERLAP]


# --- citations that a reader would see as something else ----------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "The lens turned [@light-2019, p. 12; and others].",
        "The lens turned [light-2019@, p. 12].",
        "The lens turned `[@light-2019, p. 12]`.",
        "The lens turned \\[@light-2019, p. 12\\].",
        "The lens turned [@light-2019, p. 12](https://example.org).",
        "> The lens turned [@light-2019, p. 12].",
        "The lens turned @light-2019.",
        "The lens turned (light-2019, p. 12).",
        "The lens turned [12].",
        "The lens turned [^1].",
        "The lens turned [].",
        "The lens turned [@].",
    ],
)
def test_a_broken_citation_is_refused(text: str) -> None:
    assert problems(text)


def test_a_citation_that_hides_behind_invisible_signs_and_line_ends_is_read() -> None:
    inspection = inspected("The lens turned on a bath of mercury, driven by a weight [@light-\u200b2019,\n  p. 12].")
    assert "[@light-2019, p. 12]" in inspection.text
    assert not inspection.failing


def test_an_indented_line_is_no_code() -> None:
    inspection = inspected("    The lens turned on a bath of mercury, driven by a weight [@light-2019, p. 12].")
    assert inspection.text.startswith("The lens")


@pytest.mark.parametrize(
    "piece",
    ["Aa ", "Aa, ", "Aa and ", "A. ", "a ", "'a ", "‘a ", '"a ', "“", "[", "[@", "[a@a ", "(", "(Aa ", "Aa, A. ", "x_",
     "12, ", "https://", "-@a", "… ", "_", "* ", "a-", "<a", "&lt;", "@a.", "a@a.", "(at)"],
)  # fmt: skip
def test_no_text_takes_its_reader_long(piece: str) -> None:
    """Patterns that try again and again would need minutes for these."""
    started = time.process_time()
    inspected((piece * 20_000)[:20_000])
    assert time.process_time() - started < 5


def test_a_quotation_without_a_word_is_no_statement() -> None:
    row = Passage(pk=77, source=OFFERED[0].source, page=12, page_label="12", position=9, text="0 1 2 3 4 5 " * 5)
    text = f"The source puts it like this: “0 1 2 3 4 5 0 1 2 3 4 5” [@{row.source.key}, p. 12]."
    background = Background(
        document=Document(topic="Light", language="en"), passages=[row], guarded=Guarded(), elsewhere=()
    )
    (checked,) = examine_text(Draft(text=text), background).sentences
    assert checked.all_problems == ["the quotation “0 1 2 3 4 5 0 1 2 3 4 5” says nothing in words"]
