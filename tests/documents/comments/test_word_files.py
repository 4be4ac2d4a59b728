"""Comments go out with a DOCX and come back with one, whoever saved it in between (R-94)."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import etree
from pytest_django import DjangoAssertNumQueries, Settings

from documents.domain import exporting, manuscripts
from documents.domain.comments import matching, saying, word_files
from documents.domain.comments.matching import Matcher
from documents.domain.comments.word_files import Taken
from documents.domain.queries import sections_in_order
from documents.errors import CommentsUnreadable
from documents.models import Comment, CommentAnswer, Document, ReviewLink, Section
from reading.protocol import Remark
from tests.documents.comments.making import HTML, LAMP, NOTE, WHY, rendered, said
from tests.documents.test_views import words
from tests.typesetting.samples import WORD, docx_part
from typesetting import render_docx

pytestmark = pytest.mark.django_db


def made(document: Document, folder: Path, *, with_comments: bool = True) -> Path:
    """The DOCX of the document."""
    path = folder / "document.docx"
    manuscript = manuscripts.load(document.pk, with_comments=with_comments)
    first_pages = {str(section.pk): 1 for section in document.sections.all()} | {"bibliography": 1}
    render_docx(manuscript, path, first_pages=first_pages)
    return path


def changed(path: Path, **parts: bytes) -> bytes:
    """The file with parts in place of its own, by the last part of their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, parts.get(Path(name).stem, source.read(name)))
    return out.getvalue()


def by_word(path: Path, author: str, text: str, *, on: str, at: str = "2026-11-01T10:00:00Z") -> bytes:
    """The file as somebody gave it back: with a comment on the run of text that holds certain words."""
    document, comments = docx_part(path), docx_part(path, "word/comments.xml")
    run = next(one.getparent() for one in document.iter(f"{WORD}t") if on in (one.text or ""))
    number = "900"
    run.addprevious(etree.fromstring(f'<w:commentRangeStart xmlns:w="{WORD[1:-1]}" w:id="{number}"/>'))
    run.addnext(etree.fromstring(f'<w:commentRangeEnd xmlns:w="{WORD[1:-1]}" w:id="{number}"/>'))
    made_ = (
        f'<w:comment xmlns:w="{WORD[1:-1]}" w:id="{number}" w:author="{author}" w:date="{at}">'
        f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:comment>"
    )
    comments.append(etree.fromstring(made_))
    return changed(path, document=etree.tostring(document), comments=etree.tostring(comments))


def read(document: Document, data: bytes) -> Taken:
    return word_files.read(document=document, data=data, by=document.owner, now=timezone.now())


def test_plain_file_has_no_comments_and_the_other_all_open_ones(
    document: Document, link: ReviewLink, tmp_path: Path
) -> None:
    rendered(document)
    comment = said(link)
    saying.answer(comment=comment, text="Since 1890.", by=document.owner, now=timezone.now())
    done = said(link, LAMP, text="Good.")
    saying.mark(comment=done, is_done=True, now=timezone.now())
    said(link, NOTE, text="Which letter?")
    assert len(docx_part(made(document, tmp_path, with_comments=False), "word/comments.xml")) == 0
    path = made(document, tmp_path)
    told = [
        (one.get(f"{WORD}author"), "".join(one.itertext())) for one in docx_part(path, "word/comments.xml")
    ]  # fmt: skip
    assert told == [
        ("Mara Ellingsen", "Since when?"), ("Ada Lovelace", "Since 1890."), ("Mara Ellingsen", "Which letter?"),
    ]  # fmt: skip
    notes = etree.tostring(docx_part(path, "word/footnotes.xml"))
    assert b"comment" not in notes


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_a_file_is_read(
    document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-105."""
    rendered(document)
    data = by_word(made(document, tmp_path), "Prof. Lind", "Which tower?", on="hours in the tower")
    held: list[bool] = []
    remarks = word_files._remarks

    def watched(sent: bytes) -> list[Remark]:
        held.append(connection.connection is not None)
        return remarks(sent)

    monkeypatch.setattr(word_files, "_remarks", watched)
    assert read(document, data) == Taken(new=1, placed=1)
    assert held == [False]


def test_what_went_out_comes_back_as_nothing_new(document: Document, link: ReviewLink, tmp_path: Path) -> None:
    rendered(document)
    comment = said(link)
    saying.answer(comment=comment, text="Since 1890.", by=document.owner, now=timezone.now())
    said(link, NOTE, text="Which letter?")
    assert comment.section_id is not None
    Section.objects.filter(pk=comment.section_id).update(html=HTML.replace("early", "late"))
    assert read(document, made(document, tmp_path).read_bytes()) == Taken(known=3)
    assert Comment.objects.count() == 2


def test_comment_of_a_file_finds_its_sentence_and_is_read_once(
    browser: Client, document: Document, section: Section, tmp_path: Path
) -> None:
    rendered(document)
    data = by_word(made(document, tmp_path), "Prof. Lind", "Which tower?", on="hours in the tower")
    address = reverse("documents:comment-file", args=[document.pk])
    page = words(browser.post(address, {"file": SimpleUploadedFile("back.docx", data)}, follow=True))
    assert "1 new comment." in page
    comment = Comment.objects.get()
    assert (comment.sentence, comment.section, comment.author, comment.origin) == (LAMP, section, "Prof. Lind", "word")
    assert comment.said_at.isoformat() == "2026-11-01T10:00:00+00:00"
    page = words(browser.post(address, {"file": SimpleUploadedFile("back.docx", data)}, follow=True))
    assert "There is nothing new in this file" in page
    Section.objects.filter(pk=section.pk).update(html="<p>Another text.</p>")
    assert read(document, data) == Taken(known=1)


def test_comment_on_words_that_are_not_ours_is_listed_with_them(
    browser: Client, document: Document, tmp_path: Path
) -> None:
    rendered(document)
    path = made(document, tmp_path)
    other = etree.tostring(docx_part(path)).replace(b"One keeper slept by day", b"Something else stands here")
    path.write_bytes(changed(path, document=other))
    data = by_word(path, "Prof. Lind", "Why?", on="Something else", at="")
    address = reverse("documents:comment-file", args=[document.pk])
    page = words(browser.post(address, {"file": SimpleUploadedFile("back.docx", data)}, follow=True))
    assert "Of 1 the sentence was not found in the text" in page
    comment = Comment.objects.get()
    assert comment.sentence == "Something else stands here."
    assert comment.section is not None  # by the heading above
    assert read(document, data) == Taken(known=1)


def remark(**values: Any) -> Remark:
    return Remark(**{"number": "1", "author": "A", "at": "", "text": "?", **values})


def test_sentence_is_found_by_where_its_words_begin(document: Document, section: Section) -> None:
    matcher = Matcher(sections_in_order(document))
    paragraph = f"{LAMP[:-1]} (Ellingsen, 2019, p. 1). {WHY}"
    for begins, sentence in ((4, LAMP), (paragraph.index("Nobody"), WHY), (len(paragraph) - 1, WHY)):
        match = matcher.find(remark(paragraph=paragraph, begins=begins, words=paragraph[begins]))
        assert match.sentence is not None
        assert (match.sentence.text, match.section) == (sentence, section)
    beside = matcher.find(remark(paragraph=f"Not ours at all. {WHY}", begins=0, words="Not"))
    assert (beside.section, beside.sentence) == (section, None)
    nothing = matcher.find(remark(paragraph="Not ours.", words="Not"))
    assert (nothing.section, nothing.sentence) == (None, None)
    assert matcher.find(remark()).section is None


def test_same_words_in_two_sections_are_told_apart_by_the_heading(document: Document, section: Section) -> None:
    first = document.sections.order_by("position")[0]
    Section.objects.filter(pk=first.pk).update(html=f"<p>{WHY}</p>")
    matcher = Matcher(sections_in_order(document))
    for heading, meant in ((f"1 {first.title}", first), (section.title, section)):
        assert matcher.find(remark(paragraph=WHY, words=WHY, heading=heading)).section == meant


def test_answers_done_and_odd_values_of_a_file(
    document: Document, link: ReviewLink, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = said(link)
    at = known.said_at.isoformat()
    found = [
        remark(number="1", author=known.author, text=known.text, at=at, words=WHY, paragraph=WHY),
        remark(number="2", author="Lind", text="I wonder, too.", answers="1", at="2026-11-01T10:00:00"),
        remark(number="3", author="", text="x" * 3_000, at="0001-01-01T00:00:00+14:00", is_done=True),
        remark(number="4", author="Lind", text="Twice.", at="no date", words="a"),
        remark(number="5", author="Lind", text="Twice.", at="2026-99-99T00:00:00", words="a"),
        remark(number="6", author="Lind", text="\u200b", at=""),
        remark(number="7", author="Lind", text="Late.", answers="4", at="9000-01-01T00:00:00Z"),
    ]
    monkeypatch.setattr("documents.domain.comments.word_files._remarks", lambda _data: found)
    assert read(document, b"") == Taken(new=2, answers=2, known=2)
    assert [one.author for one in known.answers.all()] == ["Lind"]
    cut = Comment.objects.get(author="Unnamed")
    assert (len(cut.text), cut.text[-1], cut.done_at is not None) == (2_000, "…", True)
    assert read(document, b"") == Taken(known=6)
    settings.COMMENTS_PER_DOCUMENT = Comment.objects.count()
    found.append(remark(number="8", author="Lind", text="No room."))
    assert read(document, b"") == Taken(known=6, left_out=1)


def test_equal_comments_on_two_sentences_stay_two(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    alike = {"author": "Lind", "text": "Source?", "at": "2026-11-01T10:00:00Z"}
    paragraph = f"{LAMP} {WHY}"
    why = remark(number="1", words=WHY, paragraph=paragraph, begins=paragraph.index(WHY), **alike)
    lamp = remark(number="2", words=LAMP, paragraph=paragraph, **alike)
    strange = remark(number="3", words="strange", paragraph="Something strange.", begins=10, **alike)
    notes = [remark(number=number, **alike) for number in ("4", "5")]
    found = [why]
    monkeypatch.setattr("documents.domain.comments.word_files._remarks", lambda _data: found)
    assert read(document, b"") == Taken(new=1, placed=1)
    # Each is known by its sentence, though another stands before it by now.
    found[:] = [strange, lamp, why, *notes]
    assert read(document, b"") == Taken(new=4, placed=1, known=1)
    found += [
        remark(number="6", author="Ada", text="Yes.", at="2026-11-02T10:00:00Z", answers="1"),
        remark(number="7", author="Ada", text="Yes.", at="2026-11-02T10:00:00Z", answers="2"),
    ]
    assert read(document, b"") == Taken(answers=2, known=5)
    assert sorted(one.comment.sentence for one in CommentAnswer.objects.all()) == sorted([LAMP, WHY])
    assert read(document, b"") == Taken(known=7)
    Section.objects.all().update(html="<p>Another text.</p>")
    assert read(document, b"") == Taken(known=7)
    # An answer that a program took for a comment is still that answer.
    found[:] = [remark(number="8", author="Ada", text="Yes.", at="2026-11-02T10:00:00Z")]
    assert read(document, b"") == Taken(known=1)


def test_what_there_is_no_room_for_is_told(
    browser: Client,
    document: Document,
    link: ReviewLink,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    known = said(link)
    at = known.said_at.isoformat()
    answers = [
        remark(number=str(number), author="Lind", text=f"No. {number}", answers="1") for number in range(2, 62)
    ]  # fmt: skip
    found = [remark(number="1", author=known.author, text=known.text, at=at, words=WHY, paragraph=WHY), *answers]
    monkeypatch.setattr("documents.domain.comments.word_files._remarks", lambda _data: found)
    assert read(document, b"") == Taken(answers=50, known=1, left_out=10)
    with django_assert_max_num_queries(12):
        assert read(document, b"") == Taken(known=51, left_out=10)
    settings.COMMENTS_PER_DOCUMENT = 2
    found[:] = [remark(author="Lind", text=f"Room for {number}?", words="a", at=at) for number in range(3)]
    found[-1] = replace(found[-1], beyond=7)
    address = reverse("documents:comment-file", args=[document.pk])
    page = words(browser.post(address, {"file": SimpleUploadedFile("back.docx", b"x")}, follow=True))
    assert "1 new comment." in page
    assert "For 9 comments and answers of this file there was no room." in page
    page = words(browser.post(address, {"file": SimpleUploadedFile("back.docx", b"x")}, follow=True))
    assert "all of its comments are here already" not in page
    assert "For 9 comments and answers of this file there was no room." in page


def test_sentences_are_looked_for_before_anything_is_locked(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    remarks = [
        remark(number=str(number), text=f"{number}?", words=WHY, paragraph=WHY) for number in range(3)
    ]  # fmt: skip
    monkeypatch.setattr("documents.domain.comments.word_files._remarks", lambda _data: remarks)
    depths: list[int] = []
    spans: list[str] = []
    find, span = Matcher.find, matching._span

    def found(self: Matcher, one: Remark) -> matching.Match:
        depths.append(len(connection.savepoint_ids))
        return find(self, one)

    def looked(stretches: Sequence[str], paragraph: str) -> tuple[int, int] | None:
        spans.append(paragraph)
        return span(stretches, paragraph)

    monkeypatch.setattr(Matcher, "find", found)
    monkeypatch.setattr(matching, "_span", looked)
    outside = len(connection.savepoint_ids)
    assert read(document, b"").placed == 3
    assert depths == [outside] * 3
    # The sentence stands in the text twice.
    assert len(spans) == 2


def test_file_without_comments_is_told(
    browser: Client, document: Document, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered(document)
    path = made(document, tmp_path, with_comments=False)
    address = reverse("documents:comment-file", args=[document.pk])
    for data, told in (
        (path.read_bytes(), "There are no comments in this file."), (b"nothing", ""), (b"", "The file is empty."),
        (b"x" * (word_files.MOST_BYTES + 1), "The file is too large: at most 20 MB."),
        (changed(path, comments=b"<broken"), ""),

    ):  # fmt: skip
        answer = browser.post(address, {"file": SimpleUploadedFile("back.docx", data)})
        assert (answer.status_code, told in words(answer)) == (422, True), told
    assert browser.post(address).status_code == 422
    monkeypatch.setattr("documents.domain.comments.word_files._LIMITS", replace(word_files._LIMITS, wall_seconds=0.0))
    answer = browser.post(address, {"file": SimpleUploadedFile("back.docx", path.read_bytes())})
    assert "The comments of this file cannot be read." in words(answer)
    settings.COMMENT_FILES_PER_DAY = 1
    answer = browser.post(address, {"file": SimpleUploadedFile("back.docx", path.read_bytes())})
    assert answer.status_code == 429
    with pytest.raises(CommentsUnreadable):
        word_files._remarks(b"x" * (word_files.MOST_BYTES + 1))


def test_file_with_comments_is_another_one_and_made_anew_when_they_change(document: Document, link: ReviewLink) -> None:
    from documents.enums import ExportFormat

    def prepared(*, with_comments: bool) -> Any:
        row, _work = exporting.prepare(
            document_id=document.pk, format=ExportFormat.DOCX, with_ai_statement=False, with_comments=with_comments
        )
        return row

    plain = prepared(with_comments=False)
    assert prepared(with_comments=True) == plain
    said(link)
    first = prepared(with_comments=True)
    assert (first != plain, first.with_comments, plain.with_comments) == (True, True, False)
    said(link, text="Another?")
    assert prepared(with_comments=True) != first
    assert prepared(with_comments=False) == plain
    assert not exporting._is_as_made(first)
    exporting._outdated(first)
    assert document.exports.get(with_comments=True, state="pending").due_at is not None


def test_words_are_matched_in_the_rendering_of_the_typesetter(document: Document) -> None:
    rendered(document)
    manuscript = manuscripts.load(document.pk)
    reader = async_to_sync(exporting.render_reader)(manuscript)
    assert WHY in reader.sections[str(document.sections.latest("position").pk)]
