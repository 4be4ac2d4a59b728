"""The check in code: citations, quotations, language, strangers, repetition, and taking sentences out."""

import pytest

from documents.domain.text import citation_keys
from documents.enums import CitationCheck, DocumentState
from documents.models import Passage, Source
from generation.domain.checking import language, naming, open_ends, repetition, strangers, wording
from generation.domain.checking.citations import Finding, examine
from generation.domain.checking.sentences import paragraphs, quotations, sentences, without
from generation.domain.checking.strangers import Strangers
from tests.documents.factories import DocumentFactory, SourceFactory, UserFactory

NOBODY = Strangers()


def everything_wrong(text: str) -> list[str]:
    """What is wrong with a sentence by itself."""
    return [
        *strangers.problems(text, NOBODY),
        *open_ends.problems(text),
        *naming.problems(text, keys={"smith-2019"}, addresses=""),
    ]


LENS = "The lens turned on a bath of mercury, driven by a weight that sank through the middle of the tower."
NIGHT = "Nobody was allowed to sleep during a watch; the second keeper was called at 3 o'clock."


def passage(number: int, text: str, *, key: str = "light-2019", page: str = "12") -> Passage:
    return Passage(pk=number, source=Source(key=key, title="Light"), page=12, page_label=page, position=0, text=text)


def finding(text: str, *passages: Passage) -> Finding:
    """The one finding about a sentence."""
    (sentence,) = sentences(text)
    offered = passages or (passage(1, LENS), passage(2, NIGHT, page="13"))
    (found,) = examine(sentence, offered, {}, language="en")
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("As e.g. Smith et al. show, it works. Next.", ["As e.g. Smith et al. show, it works.", "Next."]),
        ("It is so [@a, p. 3]. And so [@b, p. IV].", ["It is so [@a, p. 3].", "And so [@b, p. IV]."]),
        ("It is so. [@a, p. 3] And more.", ["It is so. [@a, p. 3]", "And more."]),
        ('He wrote: "One. Two. Three." [@a]. Then.', ['He wrote: "One. Two. Three." [@a].', "Then."]),
        ("„Eins. Zwei.“ Das war [@a, S. 2].", ["„Eins. Zwei.“", "Das war [@a, S. 2]."]),
        ("- first thing\n- second thing", ["first thing", "second thing"]),
        ("A line\nbroken in two. Next.", ["A line\nbroken in two.", "Next."]),
        ("It cost 3.5 million. Übung macht es.", ["It cost 3.5 million.", "Übung macht es."]),
        ("No full stop", ["No full stop"]),
        ("", []),
    ],
)
def test_sentences_are_told_apart(text: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in sentences(text)] == expected


def test_every_citation_is_in_a_sentence() -> None:
    text = 'A [@a; @b, p. 2]. "B. C." [@c]\n\n- d [@d]\n- e\n\nF. [@f, p. 1]'
    found = [cited for sentence in sentences(text) for cited in citation_keys(sentence.text)]
    assert found == citation_keys(text)


def test_sentences_go_without_harm_to_the_rest() -> None:
    text = "One. Two. Three.\n\nFour.\n\n- five\n- six"
    found = {sentence.text: sentence for sentence in sentences(text)}
    assert without(text, [found["Two."], found["Four."], found["five"]]) == "One. Three.\n\n- six"
    assert without(text, list(found.values())) == ""
    assert paragraphs(text)[1] == "Four."


def test_quotations_of_every_language_are_seen() -> None:
    text = '"a b" „c d“ «e f» »g h« “i j”'
    assert quotations(text) == ["a b", "c d", "e f", "g h", "i j"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'The book says: "{LENS}" [@light-2019, p. 12].', CitationCheck.VERBATIM),
        ("It reads “driven by a weight that sank  through the middle” [@light-2019, p. 12].", CitationCheck.VERBATIM),
        ('It reads "The lens turned … driven by a weight that sank" [@light-2019, p. 12].', CitationCheck.VERBATIM),
        (
            "The lens turned on mercury, driven by a weight in the tower [@light-2019, p. 12].",
            CitationCheck.OVERLAP,
        ),
    ],
)
def test_code_proves_what_stands_in_the_passage(text: str, expected: CitationCheck) -> None:
    found = finding(text)
    assert (found.check, found.problem) == (expected, "")
    assert found.passage is not None
    assert found.passage.pk == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The lens turned [@nobody-1999, p. 12].", "not one of the sources"),
        ("The lens turned on a bath of mercury [@light-2019, p. 99].", "no passage of page 99"),
        ('It says "the lens stood still upon a bath of oil" [@light-2019, p. 12].', "does not stand in the passage"),
        (f'It says "{LENS}" [@light-2019, p. 13].', "does not stand in the passage"),
    ],
)
def test_code_refutes_what_does_not(text: str, words: str) -> None:
    found = finding(text)
    assert words in found.problem
    assert found.check is None


@pytest.mark.parametrize(
    "text",
    [
        "Lighthouses had modern machinery very early on [@light-2019, p. 12].",
        "The lens never turned on a bath of mercury driven by a weight [@light-2019, p. 12].",
        "The lens of 1860 turned on a bath of mercury, driven by a weight [@light-2019, p. 12].",
        'What is called "driven by a weight that sank" was, all things considered and over so many years of hard work '
        "in storms and darkness, the beginning of the end for everybody who had lived from it [@light-2019, p. 12].",
    ],
)
def test_what_code_cannot_decide_is_left_to_a_model(text: str) -> None:
    assert finding(text).is_undecided


def test_the_passage_that_fits_best_is_taken_where_no_page_is_named() -> None:
    found = finding("Nobody was allowed to sleep during a watch [@light-2019].")
    assert found.passage is not None
    assert (found.passage.pk, found.check) == (2, CitationCheck.OVERLAP)


def test_words_broken_over_lines_do_not_make_a_quotation_false() -> None:
    assert wording.stands_in("the co-operation of the keepers", "the co- operation of the\nkeepers’ sons")
    assert wording.stands_in("it’s &quot;so&quot; written", 'it\'s "so" written')
    assert not wording.stands_in("…", "anything")


@pytest.mark.parametrize(
    "text",
    [
        "This needs a figure [TODO].",
        "More follows [insert source here].",
        "As an AI language model, I cannot say.",
        "This was shown before (Smith, 2019).",
        "Smith et al. (2019) showed it.",
        "See @smith2019 for more.",
        "See https://example.org/lamps for more.",
        "Sure, here is the section you asked for.",
        "This is <source key='x'> text.",
        "Document 1b4e28ba-2fa1-11d2-883f-0016d3cca427 says so.",
    ],
)
def test_what_must_not_reach_the_reader_is_found(text: str) -> None:
    (sentence,) = sentences(text)
    assert everything_wrong(sentence.text)


@pytest.mark.parametrize(
    "text",
    [
        "The law of 1836 (which came late) changed it.",
        'The guide says "as an AI" in jest [@guide-2020, p. 3].',
        "Smith showed it (see Smith, 2019, too) [@smith-2019, p. 3].",
        "It happened in May (1836).",
    ],
)
def test_ordinary_sentences_are_left_alone(text: str) -> None:
    (sentence,) = sentences(text)
    assert everything_wrong(sentence.text) == []


@pytest.mark.django_db
def test_other_documents_must_not_turn_up() -> None:
    document = DocumentFactory.create(topic="Lighthouses of the north")
    other = DocumentFactory.create(topic="The mating of Icelandic ponies", state=DocumentState.WRITING)
    DocumentFactory.create(topic="Lighthouses of the north", state=DocumentState.WRITING)
    SourceFactory.create(document=other, key="hansen-2011")
    SourceFactory.create(document=other, key="light-2019")
    SourceFactory.create(document=document, key="light-2019")
    found = strangers.known(document, brief="Lighthouses of the north", sources="")
    assert found.titles == ["the mating of icelandic ponies"]
    assert found.keys == {"hansen-2011"}
    for text in (
        "On the mating of Icelandic ponies.",
        "On the MATING of\nIce\u00adlandic *ponies*.",
        f"As document {other.pk} says.",
        f"As document {other.pk.hex} says.",
    ):
        assert strangers.problems(text, found), text


@pytest.mark.django_db
def test_the_owner_must_not_turn_up_in_any_spelling() -> None:
    owner = UserFactory.create(
        email="ada.king@example.org", email_as_typed="Ada.King+x@example.org", name="Ada Lovelace"
    )
    document = DocumentFactory.create(owner=owner, author_name="Zoë Müller", requirements="I am Ada Lovelace.")
    found = strangers.known(document, brief=document.requirements, sources="")
    for text in (
        "Written by Ada Lovelace herself.",
        "written by ADA  LOVELACE herself",
        "Written by Ada\nLove\u200blace.",
        "Written by Lovelace, Ada.",
        "Written by A d a L o v e l a c e.",
        "Written by *Ada* **Love**lace.",
        "Written by Ada&nbsp;Lovelace.",
        "Written by Zoe Muller.",
        "Ask ada.king@example.org now.",
        "Ask ada.king (at) example [dot] org now.",
        "Ask Ada.King+x@example.org now.",
        "Ask anybody.else@example.com now.",
    ):
        assert strangers.problems(text, found), text
    for text in ("The savanna has no Adas.", "Lovelace was a poet's daughter.", "Zoo Mullers are rare."):
        assert strangers.problems(text, found) == [], text


@pytest.mark.django_db
def test_a_name_that_the_topic_or_a_source_speaks_of_is_no_secret() -> None:
    owner = UserFactory.create(name="Ada Lovelace")
    document = DocumentFactory.create(owner=owner, topic="Ada Lovelace and the engine")
    assert strangers.problems("Ada Lovelace wrote notes.", strangers.known(document, brief="", sources="")) == []
    other = DocumentFactory.create(owner=owner)
    found = strangers.known(other, brief="", sources="In 1843 Ada Lovelace wrote notes.")
    assert strangers.problems("Ada Lovelace wrote notes.", found) == []


GERMAN = "Die Lampe wurde in der Nacht von den Wärtern und ihren Söhnen bewacht, die sich auf der Treppe ablösten. " * 4
ENGLISH = "The lamp was watched in the night by the keepers and their sons, who took turns on the stairs. " * 4


def test_a_foreign_text_is_told_from_one_in_the_language_ordered() -> None:
    assert language.is_foreign(GERMAN, language="en")
    assert language.is_foreign(ENGLISH, language="de")
    assert not language.is_foreign(GERMAN, language="de")
    assert not language.is_foreign(ENGLISH, language="en")
    assert not language.is_foreign("Der Turm.", language="en")


def test_a_section_that_says_again_what_another_says_is_found() -> None:
    one = (
        "The tower was built of granite that came by sea from the quarries in the north of the country. "
        "Every stone was dressed on land and numbered before it was loaded into the boats of the trust."
    )
    again = f"{one} And then it was done."
    fresh = "A different matter altogether is the pay of the keepers, which was raised only once in forty years."
    elsewhere = set(repetition.fingerprint(one))
    assert len(repetition.repeated(sentences(again), elsewhere)) == 2
    assert repetition.repeated(sentences(fresh), elsewhere) == []
    cited = one.replace("country.", "country [@a, p. 1].").replace("trust.", "trust [@a, p. 2].")
    assert repetition.repeated(sentences(cited), elsewhere) == []
