"""Comments as the owner of the document reads, answers, accepts and deletes them (R-94)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Mail
from documents.domain.comments import saying, telling
from documents.errors import CommentRefused
from documents.models import Comment, CommentAnswer, Document, Export, ReviewLink, Section
from documents.tasks import tell_of_comments
from privacy.models import AuditEvent
from tests.documents.comments.making import HTML, LAMP, WHY, finished_document, open_link, said
from tests.documents.test_views import student_with_consent, words

pytestmark = pytest.mark.django_db


def at(document: Document, name: str, *more: Any) -> str:
    return reverse(f"documents:{name}", args=[document.pk, *more])


def test_page_without_comments_says_what_to_do(browser: Client, document: Document) -> None:
    page = words(browser.get(at(document, "comments")))
    assert "No comments yet" in page
    assert at(document, "links") in page


def test_comments_stand_beside_the_text_and_in_the_list(browser: Client, document: Document, link: ReviewLink) -> None:
    open_one, done = said(link), said(link, LAMP, text="Good.")
    saying.mark(comment=done, is_done=True, now=timezone.now())
    page = browser.get(at(document, "read")).content.decode()
    assert f'<mark class="said" id="said-{open_one.pk}">{WHY}</mark>' in page
    assert f'id="comment-{open_one.pk}"' in page
    assert f'id="comment-{done.pk}"' not in page
    assert "1 open comment" in page
    listed = words(browser.get(at(document, "comments")))
    assert "1 is open, 2 in all." in listed
    assert f'id="comment-{done.pk}"' in listed
    assert "1 open comment" in words(browser.get(reverse("documents:library")))


def test_owner_answers_accepts_and_takes_up_again(browser: Client, document: Document, link: ReviewLink) -> None:
    comment = said(link)
    address = at(document, "comment", comment.pk)
    answer = browser.post(address, {"text": "Since 1890.", "on": "read"})
    assert answer.headers["Location"] == f"{at(document, 'read')}#comment-{comment.pk}"
    browser.post(address, {"text": "Since 1890."})
    assert [one.text for one in comment.answers.all()] == ["Since 1890."]
    assert "Since 1890." in words(browser.get(at(document, "comments")))
    answer = browser.post(address, {"done": "1"})
    assert answer.headers["Location"] == f"{at(document, 'comments')}#comment-{comment.pk}"
    comment.refresh_from_db()
    assert comment.done_at is not None
    browser.post(address, {"done": "1"})
    assert Comment.objects.get().done_at == comment.done_at
    browser.post(address, {"again": "1"})
    comment.refresh_from_db()
    assert comment.done_at is None


def test_answer_that_cannot_be_taken_is_not_lost(
    browser: Client, document: Document, link: ReviewLink, settings: Settings
) -> None:
    comment = said(link)
    address = at(document, "comment", comment.pk)
    answer = browser.post(address, {"text": "x" * 2_001})
    assert (answer.status_code, "x" * 2_001 in words(answer)) == (422, True)
    settings.COMMENT_ANSWERS_PER_DAY = 1
    browser.post(address, {"text": "One."})
    answer = browser.post(address, {"text": "Two of them."})
    assert (answer.status_code, "Two of them." in words(answer)) == (429, True)
    CommentAnswer.objects.bulk_create([CommentAnswer(comment=comment, text=f"{number}") for number in range(49)])
    answer = browser.post(address, {"text": "One too many."})
    assert (answer.status_code, "the most there may be" in words(answer)) == (422, True)
    with pytest.raises(CommentRefused):
        saying.answer(comment=comment, text="Again", by=document.owner, now=timezone.now())


def test_owner_deletes_a_comment_for_good(browser: Client, document: Document, link: ReviewLink) -> None:
    comment = said(link)
    assert "The comment is deleted." in words(
        browser.post(at(document, "comment", comment.pk), {"delete": "1"}, follow=True)
    )
    assert not Comment.objects.exists()
    assert AuditEvent.objects.filter(action="comment.deleted", object_id=str(comment.pk)).count() == 1


def test_comments_of_another_document_are_not_there(browser: Client, document: Document) -> None:
    theirs = finished_document(student_with_consent())
    comment = said(open_link(theirs)[0])
    assert browser.get(at(theirs, "comments")).status_code == 404
    for address in (at(theirs, "comment", comment.pk), at(document, "comment", comment.pk)):
        for pressed in ({"text": "No."}, {"done": "1"}, {"delete": "1"}):
            assert browser.post(address, pressed).status_code == 404
    assert browser.post(at(theirs, "comment-file")).status_code == 404
    comment.refresh_from_db()
    assert comment.done_at is None


def test_changed_sentence_is_told_beside_the_text_and_in_the_list(
    browser: Client, document: Document, link: ReviewLink, section: Section
) -> None:
    comment = said(link)
    Section.objects.filter(pk=section.pk).update(html=HTML.replace("early", "late"))
    for name in ("read", "comments"):
        page = words(browser.get(at(document, name)))
        assert "The sentence was changed since. It was about:" in page
        assert f'id="comment-{comment.pk}"' in page


def test_comment_without_a_section_stands_before_the_text(browser: Client, document: Document) -> None:
    Comment.objects.create(document=document, origin="word", author="A", text="All of it.", sentence="Not there.")
    assert "On the whole text" in words(browser.get(at(document, "comments")))
    page = words(browser.get(at(document, "read")))
    assert "The words it is about are not in the text:" in page


def test_docx_with_comments_is_offered_only_where_some_are_open(
    browser: Client, document: Document, link: ReviewLink
) -> None:
    assert "Make with comments" not in words(browser.get(at(document, "take_away")))
    comment = said(link)
    assert "Make with comments" in words(browser.get(at(document, "take_away")))
    browser.post(at(document, "take_away"), {"format": "docx-with-comments"})
    browser.post(at(document, "take_away"), {"format": "docx"})
    assert sorted(Export.objects.values_list("format", "with_comments")) == [("docx", False), ("docx", True)]
    saying.mark(comment=comment, is_done=True, now=timezone.now())
    browser.post(at(document, "take_away"), {"format": "docx-with-comments"})
    assert Export.objects.count() == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_list_do_not_grow(
    browser: Client, document: Document, link: ReviewLink, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        comment = said(link, text=f"Remark {number}")
        saying.answer(comment=comment, text="So.", by=document.owner, now=timezone.now())
    browser.get(at(document, "comments"))
    # Session and person, the document, comments, answers, sections, how many.
    with django_assert_num_queries(6):
        browser.get(at(document, "comments"))


def test_database_refuses_empty_words_and_the_same_comment_twice(link: ReviewLink) -> None:
    comment = said(link)
    answer = saying.answer(comment=comment, text="So.", by=link.document.owner, now=timezone.now())
    rows = Comment.objects.filter(pk=comment.pk)
    for broken in ({"text": ""}, {"author": ""}, {"origin": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        CommentAnswer.objects.filter(pk=answer.pk).update(text="")
    comment.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        comment.save(force_insert=True)


# --- the mail ------------------------------------------------------------------------------------------------------


def counts() -> list[int]:
    return [one.context["count"] for one in Mail.objects.filter(template="commented").order_by("created_at")]


def test_one_mail_tells_of_all_comments_of_some_hours(link: ReviewLink) -> None:
    said(link)
    said(link, text="Another?", minutes=5)
    said(link, text="A third?", minutes=10)
    assert counts() == [1]
    now = timezone.now()
    assert telling.tell_all(now=now + timedelta(hours=5)) == 0
    assert telling.tell_all(now=now + timedelta(hours=7)) == 1
    assert counts() == [1, 2]
    assert telling.tell_all(now=now + timedelta(hours=70)) == 0
    assert not telling.tell(document_id=link.document_id, now=now + timedelta(hours=70))


def test_beat_tells_of_what_waited(link: ReviewLink) -> None:
    comment = said(link)
    Comment.objects.filter(pk=comment.pk).update(told_at=timezone.now() - timedelta(hours=7))
    Mail.objects.all().delete()
    Comment.objects.create(
        document_id=link.document_id, origin="link", author="A", text="?", digest="another", link=link
    )
    tell_of_comments()
    assert counts() == [1]
