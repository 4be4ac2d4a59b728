"""Links and comments by the API (R-94)."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from documents.models import Comment, CommentAnswer, Document, ReviewLink
from tests.api.calling import Program, kind_of
from tests.documents.comments.making import WHY, finished_document, open_link, said
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db


def at(document: Document, *more: Any) -> str:
    return "/".join(["/api/v1/documents", str(document.pk), *map(str, more)])


def test_links_are_made_listed_and_revoked(program: Program, document: Document) -> None:
    made = program("POST", at(document, "links"), {"label": "Prof. Ellingsen", "days": 30})
    assert made.status_code == 201
    assert "/shared/link/" in made.json()["url"]
    listed = program.get(at(document, "links")).json()
    assert [(one["id"], "url" in one) for one in listed] == [(made.json()["id"], False)]
    for _ in range(2):
        assert program("DELETE", at(document, "links", made.json()["id"])).status_code == 204
    assert program.get(at(document, "links")).json() == []
    assert program("DELETE", at(document, "links", uuid4())).status_code == 404
    assert program("POST", at(document, "links"), {"label": "A", "days": 8}).status_code == 400


def test_links_are_few_and_limited(program: Program, document: Document, settings: Settings) -> None:
    for _ in range(5):
        open_link(document)
    assert kind_of(program("POST", at(document, "links"), {"label": "A", "days": 7})) == "too-many-links"
    settings.REVIEW_LINKS_PER_DAY = 1
    assert kind_of(program("POST", at(document, "links"), {"label": "A", "days": 7})) == "quota-reached"


def test_comments_are_listed_answered_accepted_and_deleted(
    program: Program, document: Document, link: ReviewLink, settings: Settings
) -> None:
    comment = said(link)
    Comment.objects.create(document=document, origin="word", author="A", text="All.", sentence="Not there.")
    found = program.get(at(document, "comments")).json()["results"]
    assert [(one["sentence"], one["is_changed"], one["section"] is None) for one in found] == [
        (WHY, False, False), ("Not there.", True, True),
    ]  # fmt: skip
    own = at(document, "comments", comment.pk)
    answered = program("POST", f"{own}/answers", {"text": "Since 1890."})
    assert (answered.status_code, answered.json()["answers"][0]["text"]) == (201, "Since 1890.")
    assert program("PATCH", own, {"is_done": True}).json()["done_at"] is not None
    assert program("PATCH", own, {"is_done": False}).json()["done_at"] is None
    settings.COMMENT_ANSWERS_PER_DAY = 1
    assert kind_of(program("POST", f"{own}/answers", {"text": "And so on."})) == "quota-reached"
    comment.answers.bulk_create([CommentAnswer(comment=comment, text="x") for _ in range(49)])
    assert kind_of(program("POST", f"{own}/answers", {"text": "And so on."})) == "too-many-answers"
    assert program("DELETE", own).status_code == 204
    assert program("DELETE", own).status_code == 404


def test_nothing_of_others_and_of_unfinished_documents(program: Program, document: Document) -> None:
    theirs = finished_document(student_with_consent())
    row, _token = open_link(theirs)
    comment = said(row)
    assert program.get(at(theirs, "comments")).status_code == 404
    assert program("DELETE", at(theirs, "links", row.pk)).status_code == 404
    assert program("PATCH", at(document, "comments", comment.pk), {"is_done": True}).status_code == 404
    Document.objects.filter(pk=document.pk).update(state="writing")
    assert kind_of(program.get(at(document, "comments"))) == "not-ready"


def test_file_that_cannot_be_read_is_told(program: Program, document: Document, settings: Settings) -> None:
    headers = {"Authorization": f"Bearer {program.token}"}

    def sent(data: bytes) -> Any:
        return program.browser.post(
            at(document, "comments", "file"), {"file": SimpleUploadedFile("a.docx", data)}, headers=headers
        )

    assert kind_of(sent(b"PK no file")) == "file-not-usable"
    assert sent(b"x" * (20 * 1024 * 1024 + 1)).status_code in {400, 413}
    settings.COMMENT_FILES_PER_DAY = 1
    assert kind_of(sent(b"PK no file")) == "quota-reached"
