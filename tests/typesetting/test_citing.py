"""Citations in the languages and styles in which the engine alone gets them wrong (R-04, R-96)."""

import re

import pytest

from tests.typesetting.citing import entries_of, printed, text_of
from typesetting.styles import style_root
from typesetting.variants import own_locale


@pytest.mark.parametrize(
    ("style", "entry"),
    [
        ("nlm-citation-sequence", "In: Ek B, Ohm G, editors. The handbook."),
        ("american-medical-association", "In: Ek B, Ohm G, eds. The Handbook."),
    ],
)
def test_editors_stand_before_their_label(style: str, entry: str) -> None:
    assert entry in entries_of(printed("A [@part].", style=style))["part"]


def test_works_of_one_year_are_told_apart_by_one_letter() -> None:
    text = text_of(printed("A [@stones, S. 3]. B [@rivers].", style="din-1505-2", language="de"))
    assert "2020a, S. 3)" in text
    assert "2020b)" in text


@pytest.mark.parametrize(
    ("language", "written", "printed_as"),
    [
        ("de", "§ 433", "§ 433"),
        ("pl", "§ 433", "§ 433"),
        ("cs", "§§ 433 ff.", "§§ 433 ff."),
        ("it", "§ 433", "§ 433"),
        ("de", "p. 12 ff.", "S. 12 ff."),
        ("pl", "p. 12 i n.", "s. 12 i n."),
        ("pl", "S. 12 ff.", "s. 12 nn."),
        ("de", "S. 7ff.", "S. 7ff."),
        ("de", "pp. 3 sq.", "S. 3 f."),
        ("en", "S. 7 f.", "pp. 7 f."),
        ("fr", "S. 3-5", "p. 3‑5"),
        ("en", "ss. 3-5", "pp. 3–5"),
        ("de", "str. 9", "S. 9"),
        ("cs", "pág. 9", "s. 9"),
        ("en", "blz. 9", "p. 9"),
        ("nl", "S. 9 und 11", "pp. 9, 11"),
        ("en", "Kap. 3", "Chapter 3"),
        ("pl", "chap. 3", "Rozdział 3"),
        ("en", "Kap. 3 ff.", "chap. 3 ff."),
        ("de", "Rn. 5", "Rn. 5"),
        ("en", "Rn. 5", "para. 5"),
        ("xx", "Rn. 5", "para. 5"),
        ("de", "12", "S. 12"),
        ("de", "p. 12, with a map", "S. 12, with a map"),
        ("de", "with a map", "with a map"),
        ("de", "{p. 4}", "S. 4"),
        ("de", "Kap. IV", "Kap. IV"),
        ("en", "Kapitel 3.2", "chap. 3.2"),
        ("de", "para. 5", "Abs. 5"),
        ("cs", "par. 5", "odst. 5"),
        ("en", "Sp. 12", "Column 12"),
        ("de", "fn. 4", "Fn. 4"),
        ("en", "przyp. 4", "fn. 4"),
        ("fr", "Anhang B", "annexe B"),
        ("en", "Teil A, S. 3", "Part A, p. 3"),
        ("en", "S. 12 bis 14", "pp. 12–14"),
        ("nl", "blz. 12 t/m 14", "pp. 12-14"),
        ("it", "pp. 12 a 14", "pp. 12–14"),
        ("cs", "s. 12 a 14", "s. 12, 14"),
        ("de", "pp. 12, 15, and 20", "S. 12, 15, 20"),
        ("en", "S. 12 u. 14", "pp. 12, 14"),
        ("en", "Bd. 2, S. 34–36", "Volume 2, pp. 34–36"),
        ("de", "p. 12, fn. 4", "S. 12, Fn. 4"),
        ("fr", "Art. 5 Abs. 2", "art. 5 paragr. 2"),
        ("de", "Art. 5 Abs. 2 GG", "Art. 5 Abs. 2 GG"),
        ("de", "p. 5, a table", "S. 5, a table"),
        ("en", "ss 5-6", "pp. 5–6"),
    ],
)
def test_places_are_printed_in_the_documents_words(language: str, written: str, printed_as: str) -> None:
    text = text_of(printed(f"A [@stones, {written}].", style="apa", language=language))
    assert text.endswith(f", {printed_as}).")


@pytest.mark.parametrize(
    ("language", "place", "printed_as"), [("en", "s 5", "s 5"), ("en", "ss. 5-6", "ss. 5-6"), ("pl", "s. 5", "s. 5")]
)
def test_section_of_a_statute_is_no_page(language: str, place: str, printed_as: str) -> None:
    text = text_of(printed(f"A [@law, {place}].", style="apa", language=language))
    assert text.endswith(f", {printed_as}).")


def test_label_that_an_english_style_writes_itself_is_said_in_the_documents_language() -> None:
    entry = entries_of(printed("A [@essay].", style="iso690-author-date-en", language="pl"))["essay"]
    assert "t. 3, s. 1–9" in entry


@pytest.mark.parametrize(
    ("style", "text", "marks"),
    [
        ("nature", "Claims [@stones][@rivers].", "Claims1,2."),
        ("nature", "Claims [@stones] [@rivers].", "Claims1,2."),
        ("nature", "Claims [@stones]\n[@rivers] [@law].", "Claims1–3."),
        ("nature", "Claims [@stones] [x](https://example.org).", "Claims1 x."),
        ("chicago-notes-bibliography", "Claims [@stones] [@rivers].", "Claims.1 "),
    ],
)
def test_citations_side_by_side_are_one(style: str, text: str, marks: str) -> None:
    assert text_of(printed(text, style=style)).startswith(marks)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("cs", "[vid. 2024-01-15]. Dostupné z:"),
        ("de", "[Zugriff am: 15 Januar 2024]. Verfügbar unter:"),
        ("fr", "[Consulté le 15 janvier 2024]"),
        ("es", "[consulta: 15 enero 2024]. Disponible en:"),
        ("pt", "[Acesso em 15 janeiro 2024]. Disponível em:"),
        ("pl", "Pobrano z: https://example.org/page [Dostęp 15 stycznia 2024]"),
        ("en", "Available from: https://example.org/page [Accessed 15 January 2024]"),
    ],
)
def test_iso_690_speaks_the_documents_language(language: str, words: str) -> None:
    assert words in entries_of(printed("A [@page].", style="iso690-author-date-en", language=language))["page"]


@pytest.mark.parametrize(
    ("language", "title", "day"),
    [("en", "‘An essay on wind’,", "15 January 2024"), ("en-US", "“An essay on wind,”", "January 15, 2024")],
)
def test_english_is_the_styles_own_unless_somebody_chose(language: str, title: str, day: str) -> None:
    entries = entries_of(printed("A [@page; @essay].", style="harvard-cite-them-right", language=language))
    assert title in entries["essay"]
    assert f"(Accessed: {day})" in entries["page"]


def test_czech_quotations_close_with_their_own_mark() -> None:
    assert "„An essay on wind“" in entries_of(printed("A [@essay].", style="ieee", language="cs"))["essay"]


def test_particles_hold_to_their_name() -> None:
    entries = entries_of(printed("A [@essay; @kimiya].", style="iso690-author-date-en"))
    assert entries["essay"].startswith("D’ALEMBERT, Jean")
    assert entries["kimiya"].startswith("AL-GHAZALI, Abu")


@pytest.mark.parametrize(
    ("style", "language", "names"),
    [
        ("iso690-author-date-en", "cs", ("D’ALEMBERT, Jean", "DE L’HÔPITAL, Guillaume")),
        ("antiquites-africaines", "ro", ("d’Alembert J.", "de l’Hôpital G.")),
        ("acta-chiropterologica", "pl", ("d’Alembert, J.", "de l’Hôpital, G.")),
    ],
)
def test_particles_hold_to_names_that_a_style_sets_otherwise(style: str, language: str, names: tuple[str, str]) -> None:
    entries = entries_of(printed("A [@essay; @limits].", style=style, language=language))
    assert names[0] in entries["essay"]
    assert names[1] in entries["limits"]


@pytest.mark.parametrize(
    ("style", "language", "names"),
    [
        ("apa", "en", "Lind, A. et al. (2001)"),
        ("iso690-author-date-en", "cs", "LIND, Ada et al., 2001"),
        ("iso690-author-date-en", "fr", "LIND, Ada et al., 2001"),
        ("acta-ornithologica", "fr", "Lind A. et al. 2001"),
        ("acm-sigchi-proceedings", "pt", "Ada Lind et al. 2001"),
        ("chicago-author-date", "de", "Lind, Ada u. a. 2001"),
    ],
)
def test_authors_that_nobody_named_are_others_in_each_style(style: str, language: str, names: str) -> None:
    assert names in entries_of(printed("A [@crew].", style=style, language=language))["crew"]


@pytest.mark.parametrize(
    ("language", "printed_as"),
    [
        ("en", "350 B.C.E."), ("de", "350 v. Chr."), ("it", "350 a.C."), ("es", "350 a. C."), ("fr", "350 av. J.-C."),
        ("pl", "350 p.n.e."), ("pt", "350 a.C."), ("nl", "350 v.Chr."), ("cs", "350 př. n. l."), ("ro", "350 î.Hr."),
    ],
)  # fmt: skip
def test_years_before_our_era_stand_apart_from_their_word(language: str, printed_as: str) -> None:
    assert text_of(printed("A [@ancient].", style="apa", language=language)) == f"A (Aristotle, {printed_as})."


@pytest.mark.parametrize(
    ("style", "key", "text", "entry"),
    [
        ("acta-neurobiologiae-experimentalis", "crew", "A (Lind et al., 2001).", "On Crews. Press."),
        ("european-journal-of-entomology", "agency", "A (World Agency).", "World Agency."),
        ("instituto-superior-de-teologia-de-las-islas-canarias", "crew", "A.1 ", "Lind, Ada et al., On crews, Press"),
    ],
)
def test_nothing_is_left_where_a_part_is_missing(style: str, key: str, text: str, entry: str) -> None:
    reader = printed(f"A [@{key}].", style=style)
    assert text_of(reader).startswith(text)
    assert entry in entries_of(reader)[key]
    assert not re.search(r"[(\[] | [)\],.]|[,;:]\.|,,|\(\)", f"{text_of(reader)} {entries_of(reader)[key]}")


def test_both_ends_of_a_date_are_printed() -> None:
    assert "March 2019–May 2020" in entries_of(printed("A [@essay].", style="iso690-author-date-en"))["essay"]


def test_title_keeps_the_case_of_its_language() -> None:
    entries = entries_of(printed("A [@stones; @rivers].", style="modern-language-association", language="de"))
    assert "On stones" in entries["stones"]
    assert "Zu den Flüssen" in entries["rivers"]


@pytest.mark.parametrize(
    ("language", "written", "printed_as"),
    [
        ("en", "Lind & Ibáñez [-@pair] say [@pair].", "Lind and Ibáñez (2019) say (Lind & Ibáñez, 2019)."),
        ("de", "As Lind & Ibáñez [-@pair].", "As Lind und Ibáñez (2019)."),
        ("es", "Lind & Ibáñez [-@pair].", "Lind e Ibáñez (2019)."),
        ("xx", "Lind & Ibáñez [-@pair].", "Lind and Ibáñez (2019)."),
        ("en", "Smith & Sons [-@pair].", "Smith & Sons (2019)."),
        ("en", "Lind & Sons [-@pair].", "Lind & Sons (2019)."),
        ("en", "R&D *Lind* & Ibáñez [-@pair].", "R&D Lind & Ibáñez (2019)."),
        ("en", "On stones & rocks [-@page].", "On stones & rocks (n.d.)."),
    ],
)
def test_authors_in_a_sentence_are_joined_by_a_word(language: str, written: str, printed_as: str) -> None:
    assert text_of(printed(written, style="apa", language=language)) == printed_as


@pytest.mark.parametrize(
    ("style", "written", "printed_as"),
    [
        ("apa", "Muster [-@stones] [@pair].", "Muster (2020) (Lind & Ibáñez, 2019)."),
        ("apa", "Muster and others [-@stones; -@pair, p. 3].", "Muster and others (2020) (2019, p. 3)."),
        ("apa", "A [@stones; @pair; -@law].", "A (Lind & Ibáñez, 2019; Muster, 2020) (Civil Code, 2002)."),
        ("nature", "Muster [-@stones] [@pair].", "Muster1,2."),
        ("chicago-notes-bibliography", "Muster [-@stones] [@pair].", "Muster.1 "),
    ],
)
def test_year_of_an_author_whom_the_text_names_stands_behind_no_other(
    style: str, written: str, printed_as: str
) -> None:
    assert text_of(printed(written, style=style)).startswith(printed_as)


@pytest.mark.parametrize(
    ("style", "language", "place", "printed_as"),
    [
        ("sage-harvard", "de", "Kap. 3", "(Muster, 2020, Kap. 3)."),
        ("sage-harvard", "de", "Kap. 3, oben", "(Muster, 2020, Kap. 3, oben)."),
        ("sage-harvard", "de", "S. 3", "(Muster, 2020: 3)."),
        ("sage-harvard", "de", "mit Karte", "(Muster, 2020, mit Karte)."),
        ("american-sociological-association", "en", "Kap. 3", "(Muster 2020, chap. 3)."),
        ("springer-basic-author-date", "de", "Kap. 3", "(Muster 2020, Kap. 3)."),
        ("nature", "de", "Kap. 3", "1."),
        ("nature", "de", "Kap. 3 ff.", "A1, Kap. 3 ff."),
    ],
)
def test_chapter_is_no_page_in_styles_that_print_bare_numbers(
    style: str, language: str, place: str, printed_as: str
) -> None:
    assert text_of(printed(f"A [@stones, {place}].", style=style, language=language)).endswith(printed_as)


@pytest.mark.parametrize(
    ("style", "language", "words"),
    [
        ("sage-harvard", "de", "Verfügbar unter: https://example.org/page (zugegriffen 15 Januar 2024)"),
        ("sage-harvard", "en", "Available at: https://example.org/page (accessed 15 January 2024)"),
        ("springer-basic-author-date", "fr", "Consulté le 15 janv 2024"),
        ("emerald-harvard", "pl", "dostępne na: https://example.org/page (dostęp 15 stycznia 2024)"),
        ("springer-basic-author-date", "xx", "Accessed 15 Jan 2024"),
    ],
)
def test_words_that_a_style_wrote_in_english_are_in_the_documents_language(
    style: str, language: str, words: str
) -> None:
    assert words in entries_of(printed("A [@page].", style=style, language=language))["page"]


@pytest.mark.parametrize(
    ("style", "country"),
    [
        ("chicago-notes-bibliography", "en-US"),
        ("harvard-cite-them-right", "en-GB"),
        ("cardiff-university-harvard", "en-GB"),
        ("apa", "en-US"),
        ("din-1505-2", "de-DE"),
    ],
)
def test_styles_are_of_the_country_of_their_makers(style: str, country: str) -> None:
    assert own_locale(style_root(style, "en")) == country
