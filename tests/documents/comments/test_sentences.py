"""Sentences are found in what is shown, whatever the citations around them look like (R-94)."""

import lxml.html
import pytest
from lxml import etree

from documents.domain.comments import placing
from documents.domain.comments.sentences import Text
from documents.models import Comment, Section
from tests.documents.comments.making import HTML, LAMP, NOTE, WHY
from typesetting.sentences import bounds, key, shown


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It was so (cf. Doe). Then not.", ["It was so (cf. Doe).", "Then not."]),
        ("Vgl. z. B. Meyer. Danach nicht.", ["Vgl. z. B. Meyer.", "Danach nicht."]),
        ("She said “No. Never. Go.” He went.", ["She said “No. Never. Go.”", "He went."]),
        ("Without an end", ["Without an end"]),
        ("It was. 3 of them came.", ["It was. 3 of them came."]),
        ("One\nTwo. … Three.", ["One Two. …", "Three."]),
        (" — ", []),
        ("", []),
    ],
)
def test_text_is_split_where_sentences_end(text: str, sentences: list[str]) -> None:
    assert [text.replace("\n", " ")[start:end] for start, end in bounds(text)] == sentences


def test_words_are_the_same_without_marks() -> None:
    assert key("The “lamp”\u00a0– (it) burned…") == "thelampitburned"
    assert shown("It  burned , so .") == "It burned, so."


def test_sentences_leave_out_citations_notes_and_formulas() -> None:
    html = (
        '<p>It is <span class="formula"><math><mi>E</mi></math></span> so<br>It is <em>not</em> '
        '<span class="citation">(A)</span>. Then.</p><table><tr><td>A cell.</td></tr></table>'
        '<div class="captioned"><div class="table-caption"><strong>Table 1.</strong> Lamps.</div></div><p>—</p>'
    )
    assert [(one.text, one.block) for one in Text(html).sentences] == [
        ("It is so It is not.", 0), ("Then.", 0), ("Table 1.", 1), ("Lamps.", 1),
    ]  # fmt: skip


def test_same_words_are_told_apart_and_notes_come_last() -> None:
    text = Text(HTML)
    found = [(one.text, one.occurrence) for one in text.sentences]
    assert found[:2] == [(LAMP, 0), (WHY, 0)]
    assert found[4:] == [(WHY, 1), (NOTE, 0), ("It is quoted by his son.", 0)]
    second = text.find(WHY, 1)
    assert second is not None
    assert text.named(second.name) == second
    assert text.find(WHY, 2) is None
    assert text.named("nothing") is None


def commented(html: str, *said: tuple[str, int]) -> tuple[placing.Commented, list[Comment]]:
    section = Section(html=html)
    comments = [
        Comment(section=section, author="A", text="?", sentence=words, occurrence=number) for words, number in said
    ]
    return placing.beside([section], {section.pk: comments})[0], comments


def test_comments_stand_below_their_paragraph_and_their_sentence_is_marked() -> None:
    shown_, comments = commented(HTML, (LAMP, 0), ("The other one watched the quay.", 0), (WHY, 1), ("Gone.", 0))
    assert [part.comments for part in shown_.parts] == [[comments[0]], [comments[1]], [comments[2]], []]
    assert shown_.changed == [comments[3]]
    first = shown_.parts[0].html
    assert f'<mark class="said" id="said-{comments[0].pk}">{LAMP[:-1]} </mark><a class="cite"' in first
    assert '<mark class="said">.</mark> Nobody' in first
    whole = "".join(part.html for part in shown_.parts)
    assert "".join(etree.HTML(whole).itertext()) == "".join(etree.HTML(HTML).itertext())


def test_several_sentences_of_one_paragraph_are_marked_each() -> None:
    html = "<p><em>One is here. Two is here. Three</em> is here.</p>"
    shown_, _comments = commented(html, ("Three is here.", 0), ("One is here.", 0), ("One is here.", 0))
    assert shown_.parts[0].html.count("<mark") == 3
    assert "".join(etree.HTML(shown_.parts[0].html).itertext()) == "One is here. Two is here. Three is here."


def test_what_is_added_stands_behind_a_paragraphs_own_words() -> None:
    section = Section(html="<ul><li>One is here.<ul><li>Two is here.</li></ul></li></ul><p>Three is here.</p>")
    (shown_,) = placing.beside([section], {}, addition=lambda _: lambda _: lxml.html.Element("hr"))
    assert [part.html for part in shown_.parts] == [
        "<ul><li>One is here.<hr><ul><li>Two is here.<hr></li></ul></li></ul>", "<p>Three is here.<hr></p>",
    ]  # fmt: skip


def test_section_without_text_or_comments_is_shown_as_it_is() -> None:
    assert commented("<p>A</p>")[0].parts[0].html == "<p>A</p>"
    empty, comments = commented("", ("A.", 0))
    assert (empty.parts[0].html, empty.changed) == ("", comments)
