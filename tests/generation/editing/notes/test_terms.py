"""Terms of a work in another form (the glossary that all sections are written with)."""

import pytest

from generation.editing.notes import terms
from generation.editing.notes.text import Text

OTHER = [
    ("en", "lightkeeper", "The light keeper was away.", "light keeper"),
    ("en", "lightkeeper", "The light-keepers were away.", "light-keepers"),
    ("en", "light keeper", "The lightkeeper was away.", "lightkeeper"),
    ("en", "decision-making", "The decision making took long.", "decision making"),
    ("en", "JavaScript", "The Javascript of the page.", "Javascript"),
    ("de", "Leuchtturmwärter", "Der Leuchtturm-Wärter schlief.", "Leuchtturm-Wärter"),
    ("de", "Open-Source-Lizenz", "Die Open Source Lizenz gilt.", "Open Source Lizenz"),
    ("it", "autovalutazione", "La auto-valutazione riesce.", "auto-valutazione"),
    ("es", "autoevaluación", "La auto-evaluación sale bien.", "auto-evaluación"),
    ("fr", "mise-en-scène", "La mise en scène fut longue.", "mise en scène"),
    ("pl", "samoocena", "Ich samo-ocena była trudna.", "samo-ocena"),
    ("pt", "autoavaliação", "A auto-avaliação correu bem.", "auto-avaliação"),
    ("nl", "vuurtorenwachter", "De vuurtoren wachter sliep.", "vuurtoren wachter"),
    ("cs", "sebehodnocení", "Jejich sebe-hodnocení bylo těžké.", "sebe-hodnocení"),
    ("ro", "autoevaluare", "Această auto-evaluare a reușit.", "auto-evaluare"),
]
SAME = [
    ("en", "lightkeeper", "Lightkeepers slept. The LIGHTKEEPER slept."),
    ("en", "light keeper", "Light keepers slept; the light\nkeeper slept. A light-keeper cottage stood there."),
    ("en", "JavaScript", "JavaScript and JAVASCRIPT."),
    ("en", "lighthouse keeper", "The light-house keeper was away."),
    ("en", "bell", "A Bell, be ll."),
    ("en", "C++ code", "C++ code, C code."),
    ("en", "lightkeeper", "He said “light keeper” of it."),
    ("de", "Leuchtturmwärter", "Des Leuchtturmwärters Lampe, die Leuchtturmwärtern gehörte."),
    ("pl", "samoocena", "Mówiono o samoocenie i samooceny."),
]


@pytest.mark.parametrize(("language", "term", "text", "written"), OTHER)
def test_another_form_is_found(language: str, term: str, text: str, written: str) -> None:
    notes = list(terms.notes(Text(text), [term], language=language))
    assert [note.words for note in notes] == [written]
    assert all(term in note.why for note in notes)


@pytest.mark.parametrize(("language", "term", "text"), SAME)
def test_the_same_form_is_left_alone(language: str, term: str, text: str) -> None:
    assert list(terms.notes(Text(text), [term], language=language)) == []


def test_headings_are_not_read_and_nothing_is_sought_without_terms() -> None:
    assert list(terms.notes(Text("### The light keeper"), ["lightkeeper"], language="en")) == []
    assert list(terms.notes(Text("The light keeper."), [], language="en")) == []
