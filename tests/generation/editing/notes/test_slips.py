"""Slips of the language, in ten languages, and what looks like one and is none."""

import pytest

from generation.editing.notes import habits, slips
from generation.editing.notes.text import Text

TWICE, BLANK, MARKS, ALONE = "stands twice", "A blank stands before", "another language's", "stands alone"
BRACKET, DECIMAL, PARTED = "is not closed", "decimal sign", "a blank parts"
SLIPS = [
    ("en", TWICE, "The lamp of the the tower burned."),
    ("en", TWICE, "The lamp\nlamp burned."),
    ("en", BLANK, "The lamp burned , and nobody slept."),
    ("en", BLANK, "The lamp burned [@light] ."),
    ("en", MARKS, "He spoke of „light“ in the tower."),
    ("en", MARKS, "He spoke of «light» in the tower."),
    ("en", ALONE, "He spoke of “light in the tower."),
    ("en", BRACKET, "The lamp (of the tower burned."),
    ("en", DECIMAL, "About 3,5 % of them left."),
    ("de", TWICE, "Die Lampe des des Turms brannte."),
    ("de", BLANK, "Die Lampe brannte ; niemand schlief."),
    ("de", MARKS, "Er sprach vom “Licht” des Turms."),
    ("de", ALONE, "Er sprach vom „Licht des Turms."),
    ("de", DECIMAL, "Etwa 3.5 % gingen fort."),
    ("it", TWICE, "La lampada della della torre ardeva."),
    ("it", BLANK, "La lampada ardeva , e nessuno dormiva."),
    ("it", MARKS, "Parlava della „luce“ della torre."),
    ("it", DECIMAL, "Circa 3.5 km di costa."),
    ("es", TWICE, "La lámpara de la la torre ardía."),
    ("es", BLANK, "La lámpara ardía ; nadie dormía."),
    ("es", MARKS, "Hablaba de la „luz” de la torre."),
    ("es", DECIMAL, "Cerca de 3.5 % se fue."),
    ("fr", TWICE, "La lampe de la la tour brûlait."),
    ("fr", BLANK, "La lampe brûlait , et nul ne dormait."),
    ("fr", MARKS, "Il parlait de la „lumière“ de la tour."),
    ("fr", PARTED, "La lampe brûlait; nul ne dormait."),
    ("fr", DECIMAL, "Environ 3.5 % partirent."),
    ("pl", TWICE, "Lampa w wieży wieży płonęła."),
    ("pl", BLANK, "Lampa płonęła , nikt nie spał."),
    ("pl", MARKS, "Mówił o „świetle“ wieży."),
    ("pl", DECIMAL, "Około 3.5 % odeszło."),
    ("pt", TWICE, "A lâmpada da da torre ardia."),
    ("pt", BLANK, "A lâmpada ardia , e ninguém dormia."),
    ("pt", MARKS, "Falava da „luz” da torre."),
    ("pt", DECIMAL, "Cerca de 3.5 % partiu."),
    ("nl", TWICE, "De lamp van de de toren brandde."),
    ("nl", BLANK, "De lamp brandde ; niemand sliep."),
    ("nl", MARKS, "Hij sprak van »licht« in de toren."),
    ("nl", DECIMAL, "Ongeveer 3.5 % vertrok."),
    ("cs", TWICE, "Lampa ve věži věži hořela."),
    ("cs", BLANK, "Lampa hořela , nikdo nespal."),
    ("cs", MARKS, "Mluvil o “světle” věže."),
    ("cs", DECIMAL, "Asi 3.5 % odešlo."),
    ("ro", TWICE, "Lampa din din turn ardea."),
    ("ro", BLANK, "Lampa ardea , nimeni nu dormea."),
    ("ro", MARKS, "Vorbea de “lumina” turnului."),
    ("ro", DECIMAL, "Circa 3.5 % au plecat."),
]
FINE = [
    ("en", "He had had enough of it. All that that means is plain. It went on and on, very very slowly."),
    ("en", "They lived in Baden Baden; the rate was 3.5 % of 12,500. It's the keepers' light, “so he said ‘now’”."),
    ("en", 'He wrote: "so it was" (as we know) and 1) one, 2) two. A 5" lamp. See f : X → Y, and so on . . . then.'),
    ("en", "Use `a , b` or $x ,y$ here. See [@light, p. 1]. Look at (https://a.example/(b) and then)."),
    ("de", "Das sind die, die die Lampe sahen. Er sprach von „Licht und ‚Glas‘“, »so« sagte er."),
    ("de", "Es waren 12.500 Lampen, 3,5 % davon am 3.5.1871 um 10.30 Uhr; siehe Kapitel 3.5 und Version 2.1."),
    ("it", "Andava piano piano. Disse «sì» e “no”: 3,5 % di 12.500, dell’anno."),
    ("es", "Era muy muy alto. ¿Dijo «sí»? ¡No! Eran 3,5 % de 12.500."),
    ("fr", "Nous nous levons ; est-ce « bien » ? Oui : 3,5 % ! Il est 10:30. L’aujourd’hui."),
    ("pl", "Było bardzo bardzo cicho. Powiedział „tak”, 3,5 % z 12 500."),
    ("pt", "Era muito muito alto. Disse «sim»: 3,5 % de 12.500."),
    ("nl", "Zij zagen dat dat waar was. Hij zei “ja” en „nee”, 3,5 % van 12.500."),
    ("cs", "Řekl, že se se mnou sejde. Pravil „ano“ a »ne«, 3,5 % z 12 500."),
    ("ro", "Era foarte foarte înalt. A spus „da” și «nu», 3,5 % din 12.500."),
]


def found(markdown: str, language: str = "en", english: str = "") -> list[str]:
    return [note.why for note in slips.notes(Text(markdown), language=language, english=english)]


@pytest.mark.parametrize(("language", "what", "sentence"), SLIPS)
def test_a_slip_is_found_in_its_sentence(language: str, what: str, sentence: str) -> None:
    notes = list(slips.notes(Text(f"So it was.\n\n{sentence}"), language=language))
    assert [note.sentence for note in notes] == [sentence]
    assert what in notes[0].why


@pytest.mark.parametrize(("language", "text"), FINE)
def test_what_is_right_is_left_alone(language: str, text: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize("apart", ["```\nthe the\n```", "| the the | b |\n|---|---|", "### The the"])
def test_code_and_tables_are_not_read(apart: str) -> None:
    assert found(apart) == []


def test_notes_and_quotations_set_apart_are() -> None:
    assert len(found("> The the lamp.")) == len(found("[^1]: The the lamp.")) == 1


def test_the_english_that_was_chosen_is_kept_to() -> None:
    text = "The color of the harbour was organised and organized; the labourers analysed it. Favourites."
    assert found(text, english="") == []
    assert len(found(text, english="en-GB")) == 1
    assert "color" in found(text, english="en-GB")[0]
    american = " ".join(found(text, english="en-US"))
    assert all(word in american for word in ("harbour", "organised", "labourers", "analysed"))
    assert "organized" not in american
    # Names, and what both have.
    assert (
        found(
            "The Labour Party and its laboratory: analyses of literature, organisms, realistic, honorary.",
            english="en-US",
        )
        == []
    )
    assert found("The color", language="de", english="en-GB") == []


def test_the_english_of_a_document_is_that_of_nearly_all_its_words() -> None:
    british = "The colour, the harbour and the centre, organized."
    assert slips.chosen_english(slips.english_of([british])) == "en-GB"
    assert slips.chosen_english(slips.english_of(["The color, the harbor and the center."])) == "en-US"
    assert slips.chosen_english(slips.english_of([british, "The color of it."])) == "en-GB"
    assert slips.chosen_english(slips.english_of([british, "The color, the center, the harbor."])) == ""
    assert slips.chosen_english(slips.english_of(["The colour of it."])) == ""


def test_every_word_is_one_englishs() -> None:
    assert habits.SPELLINGS["favourites"] == "en-GB"
    assert habits.SPELLINGS["favorites"] == "en-US" if "favorites" in habits.SPELLINGS else True
    assert not {word for word in ("laboratory", "literature", "honorary", "organism") if word in habits.SPELLINGS}
