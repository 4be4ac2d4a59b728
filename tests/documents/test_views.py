"""The documents' pages: whose they are, what they refuse, how many queries they cost."""

import uuid
from typing import Any

import lxml.html
import pytest
from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from documents.domain import briefs
from documents.domain.recovery import LATE
from documents.enums import DocumentState, ExportState, UploadPurpose, UploadState
from documents.models import Document, Export, Upload
from privacy.domain import consent
from privacy.enums import ConsentKind
from tests.documents.factories import DocumentFactory, UserFactory, outlined_document

pytestmark = pytest.mark.django_db

BRIEF = {
    "kind": "seminar",
    "topic": "How lighthouses were kept",
    "language": "en",
    "level": "bachelor",
    "pages": "12",
    "citation_style": "apa",
    "requirements": "",
    "search_for_sources": "on",
    "author_name": "",
}


def student_with_consent() -> User:
    user: User = UserFactory.create()
    consent.give(user=user, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    return user


def words(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


def test_every_page_of_somebody_elses_document_is_missing(browser: Client) -> None:
    theirs = outlined_document()
    for name in ("brief", "outline", "outline-state", "read", "citations", "take_away", "files"):
        assert browser.get(reverse(f"documents:{name}", args=[theirs.pk])).status_code == 404, name
    for name in ("delete", "outline-request", "style"):
        assert browser.post(reverse(f"documents:{name}", args=[theirs.pk])).status_code == 404, name
    assert browser.get(reverse("documents:download", args=[theirs.pk, uuid.uuid4()])).status_code == 404
    assert Document.objects.filter(pk=theirs.pk, state=DocumentState.OUTLINED).exists()


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    response = client.get(reverse("documents:library"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:signin"))


def test_a_brief_becomes_a_document(browser: Client, student: User) -> None:
    response = browser.post(reverse("documents:new"), BRIEF)
    document = Document.objects.get()
    assert response["Location"] == reverse("documents:brief", args=[document.pk])
    assert (document.owner, document.pages, document.topic) == (student, 12, "How lighthouses were kept")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("pages", "0", "Order at least 1 page."),
        ("pages", "201", "Order at most 200 pages."),
        ("pages", "twelve", "as a whole number"),
        ("pages", "", "Say how many pages"),
        ("topic", "   ", "Say in a sentence what the work is about."),
        ("topic", "x" * 10_000, "The topic is too long: 10000 characters."),
        ("requirements", "\x00", "Only signs that cannot be seen were typed here."),
        ("requirements", "\u200b", "Only signs that cannot be seen were typed here."),
        ("language", "uk", "Select a valid choice"),
        ("citation_style", "../../etc/passwd", "Select a valid choice"),
        ("english", "en-AU", "Select a valid choice"),
    ],
)
def test_a_brief_that_cannot_be_is_refused_in_plain_words(browser: Client, field: str, value: str, says: str) -> None:
    response = browser.post(reverse("documents:new"), {**BRIEF, field: value})
    assert response.status_code == 422
    assert says in words(response)
    assert "How lighthouses were kept" in words(response) or field == "topic", "what was typed is still there"
    assert not Document.objects.exists()


def test_other_pages_ask_for_a_new_outline_and_a_new_style_does_not(browser: Client, student: User) -> None:
    document = outlined_document(owner=student)
    brief = {**BRIEF, "topic": document.topic, "kind": document.kind, "pages": "4"}
    browser.post(reverse("documents:brief", args=[document.pk]), {**brief, "citation_style": "ieee"})
    document.refresh_from_db()
    assert (document.state, document.citation_style) == (DocumentState.OUTLINED, "ieee")
    browser.post(reverse("documents:brief", args=[document.pk]), {**brief, "pages": "9"})
    document.refresh_from_db()
    assert (document.state, document.pages) == (DocumentState.DRAFT, 9)


def test_an_outline_waits_for_the_files_to_be_read(browser: Client, student: User) -> None:
    document = DocumentFactory.create(owner=student)
    Upload.objects.create(document=document, purpose=UploadPurpose.SOURCE, name="a.pdf", state=UploadState.EXTRACTING)
    response = browser.post(reverse("documents:outline-request", args=[document.pk]), follow=True)
    assert "Your files are still being read" in words(response)
    document.refresh_from_db()
    assert document.state == DocumentState.DRAFT


def outline_form(document: Document) -> dict[str, object]:
    rows = [str(section.pk) for section in document.sections.all()]
    form: dict[str, object] = {"title": document.title, "row": rows}
    for section in document.sections.all():
        form[f"title-{section.pk}"] = section.title
        form[f"pages-{section.pk}"] = str(section.pages)
        form[f"parent-{section.pk}"] = str(section.parent_id or "")
        form[f"order-{section.pk}"] = str(section.position)
    return form


def test_the_outline_is_renamed_moved_and_its_pages_add_up(browser: Client, student: User) -> None:
    document = outlined_document(owner=student)
    first, *_, last = document.sections.all()
    form = {
        **outline_form(document),
        f"title-{first.pk}": "Begin here",
        f"pages-{last.pk}": "30",
        "move": f"{last.pk}:up",
    }
    response = browser.post(reverse("documents:outline", args=[document.pk]), form, follow=True)
    assert "The pages add up to 4" in words(response)
    sections = list(document.sections.all())
    assert [section.title for section in sections] == ["Begin here", "The work", "Days", "Nights"]
    assert sum(section.pages for section in sections) == 4


def test_a_dropped_chapter_leaves_its_sections(browser: Client, student: User) -> None:
    document = outlined_document(owner=student)
    chapter = document.sections.get(title="The work")
    browser.post(reverse("documents:outline", args=[document.pk]), {**outline_form(document), "drop": str(chapter.pk)})
    assert [(section.title, section.parent_id) for section in document.sections.all()] == [
        ("Introduction", None),
        ("Nights", None),
        ("Days", None),
    ]


def test_a_section_is_added_and_goes_on_to_the_price(browser: Client, student: User) -> None:
    document = outlined_document(owner=student)
    form = {**outline_form(document), "add": "top", "next": "price"}
    response = browser.post(reverse("documents:outline", args=[document.pk]), form)
    assert response["Location"] == reverse("billing:price", args=[document.pk])
    assert document.sections.last().title == "New section"


@pytest.mark.parametrize("pages", ["many", "-3", "NaN", "1e400"])
def test_pages_that_are_no_number_change_nothing(browser: Client, student: User, pages: str) -> None:
    document = outlined_document(owner=student)
    first = document.sections.first()
    form = {**outline_form(document), f"pages-{first.pk}": pages, f"title-{first.pk}": "Lost"}
    response = browser.post(reverse("documents:outline", args=[document.pk]), form, follow=True)
    assert "pages of a section" in words(response)
    assert not document.sections.filter(title="Lost").exists()


def test_null_bytes_in_an_outline_are_left_out(browser: Client, student: User) -> None:
    document = outlined_document(owner=student)
    first = document.sections.first()
    fields = {f"title-{first.pk}": "Be\0gin", f"covers-{first.pk}": "a\0", f"leaves-{first.pk}": "\0b", "title": "T\0"}
    response = browser.post(
        reverse("documents:outline", args=[document.pk]), outline_form(document) | fields, follow=True
    )
    assert "add up to 4" in words(response)
    document.refresh_from_db()
    first = document.sections.first()
    assert (document.title, first.title, first.covers, first.leaves_out) == ("T", "Begin", "a", "b")


def test_wishes_smaller_than_any_page_are_shared_as_nothing(browser: Client, student: User) -> None:
    document = outlined_document(owner=student)
    form = outline_form(document)
    form |= {name: "1e-1000100" for name in form if name.startswith("pages-")}
    assert "add up to 4" in words(browser.post(reverse("documents:outline", args=[document.pk]), form, follow=True))


def test_sections_that_hang_on_each_other_become_chapters(browser: Client, student: User) -> None:
    document = outlined_document(owner=student)
    first, chapter, nights, _days = document.sections.all()
    form = {**outline_form(document), f"parent-{first.pk}": str(chapter.pk), f"parent-{chapter.pk}": str(first.pk)}
    browser.post(reverse("documents:outline", args=[document.pk]), form)
    assert [section.title for section in document.sections.filter(parent=None)] == ["Introduction", "The work"]
    assert document.sections.get(title=nights.title).parent.title == "The work"


def test_a_draft_is_thrown_away_and_a_paid_document_is_not(browser: Client, student: User) -> None:
    draft = DocumentFactory.create(owner=student)
    paid = DocumentFactory.create(owner=student, state=DocumentState.QUEUED)
    for document in (draft, paid):
        browser.post(reverse("documents:delete", args=[document.pk]))
    assert list(Document.objects.owned_by(student)) == [paid]


def test_a_draft_is_thrown_away_by_no_single_click(browser: Client, student: User) -> None:
    """WCAG 2.2, 3.3.4: what deletes people's data is confirmed, also without a script."""
    draft = DocumentFactory.create(owner=student)
    page: Any = lxml.html.fromstring(browser.get(reverse("documents:brief", args=[draft.pk])).content)
    (form,) = page.xpath(f"//form[@action='{reverse('documents:delete', args=[draft.pk])}']")
    (around,) = form.iterancestors("details")
    assert "open" not in around.attrib
    assert around.findtext("summary") == "Throw this draft away"
    assert "For 30 days you can bring them back in the library" in form.text_content()


def test_the_library_costs_the_same_queries_for_one_and_for_three(browser: Client, student: User) -> None:
    DocumentFactory.create()
    for made, count in ((1, 1), (2, 3)):
        DocumentFactory.create_batch(made, owner=student)
        browser.get(reverse("documents:library"))
        with CaptureQueriesContext(connection) as seen:
            response = browser.get(reverse("documents:library"))
        listed = words(response).split("</section>")[-1]
        assert listed.count("row-title") == count
        asked = [query["sql"] for query in seen]
        # The session is read from the database where Redis is late.
        of_person = [sql for sql in asked if 'FROM "accounts_user"' in sql or 'FROM "django_session"' in sql]
        assert len(asked) - len(of_person) == 6, asked


@pytest.mark.parametrize(
    ("fields", "said", "page"),
    [
        ({"state": DocumentState.DRAFT}, "its outline comes next", "documents:brief"),
        ({"outline_error": "No model answered."}, "could not be made: No model answered.", "documents:brief"),
        ({"state": DocumentState.OUTLINED}, "ready and not ordered yet", "documents:outline"),
        ({"state": DocumentState.OUTLINED, "ordered_at": timezone.now()}, "no payment for it", "billing:price"),
        ({"state": DocumentState.FAILED, "failure": "No source was found."}, "No source was found. Your money",
         "generation:progress"),
        ({"state": DocumentState.QUEUED, "updated_at": timezone.now() - 2 * LATE}, "longer than usual",
         "generation:progress"),
        ({"state": DocumentState.OUTLINING, "updated_at": timezone.now() - 2 * LATE}, "longer than usual",
         "documents:outline"),
    ],
)  # fmt: skip
def test_the_library_lists_what_stopped_with_one_way_on(
    browser: Client, student: User, fields: dict[str, Any], said: str, page: str
) -> None:
    document = DocumentFactory.create(owner=student, **fields)
    shown = words(browser.get(reverse("documents:library")))
    stopped = shown.split('id="stopped-title"')[1].split("</section>")[0]
    assert said in stopped
    assert stopped.count("<a ") == 1
    assert f'href="{reverse(page, args=[document.pk])}"' in stopped


@pytest.mark.parametrize("state", ["queued", "outlining", "writing", "ready"])
def test_what_goes_on_by_itself_is_not_called_stopped(browser: Client, student: User, state: str) -> None:
    DocumentFactory.create(owner=student, state=state)
    DocumentFactory.create(state=DocumentState.FAILED)
    assert "stopped-title" not in words(browser.get(reverse("documents:library")))


def test_only_the_newest_that_stopped_are_listed_and_none_while_searching(browser: Client, student: User) -> None:
    DocumentFactory.create_batch(7, owner=student)
    shown = words(browser.get(reverse("documents:library")))
    assert shown.count(">Go on<") == 5
    assert "Older ones are in the list below." in shown
    assert "stopped-title" not in words(browser.get(reverse("documents:library"), {"state": "draft"}))


def test_the_library_finds_words_and_marks_them(browser: Client, student: User) -> None:
    document = outlined_document(owner=student)
    document.sections.filter(title="Nights").update(text="The <b>lamp</b> was trimmed at every change of the watch.")
    briefs.index(document_id=document.pk)
    page = words(browser.get(reverse("documents:library"), {"q": "trimmed"}))
    assert "<mark>trimmed</mark>" in page
    assert "<b>lamp</b>" not in page
    assert "No document of yours fits" in words(browser.get(reverse("documents:library"), {"q": "submarine"}))


def test_pages_carry_a_strict_policy(browser: Client) -> None:
    policy = browser.get(reverse("documents:library"))["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


async def test_a_file_is_streamed_to_its_owner_and_to_nobody_else(
    async_client: AsyncClient, transactional_db: None
) -> None:
    def prepare() -> tuple[User, User, Document, Export]:
        owner, stranger = student_with_consent(), student_with_consent()
        document = DocumentFactory.create(owner=owner, title="Über Licht / “Nights”", state=DocumentState.READY)
        content = b"%PDF-" + bytes(range(256)) * 2000
        export = Export.objects.create(
            document=document, format="pdf", citation_style="apa", fingerprint="f", state=ExportState.READY,
            size=len(content), stored_as=default_storage.save("exports/test.pdf", ContentFile(content)),
        )  # fmt: skip
        return owner, stranger, document, export

    owner, stranger, document, export = await sync_to_async(prepare)()
    address = reverse("documents:download", args=[document.pk, export.pk])
    await async_client.aforce_login(owner)
    response: Any = await async_client.get(address)
    body = b"".join([chunk async for chunk in response.streaming_content])
    assert len(body) == export.size == int(response["Content-Length"])
    assert response["Content-Type"] == "application/pdf"
    assert (
        response["Content-Disposition"]
        == f'attachment; filename="uber-licht-nights-apa-{export.created_at:%Y-%m-%d}.pdf"'
    )
    await Export.objects.filter(pk=export.pk).aupdate(with_ai_statement=True)
    response = await async_client.get(address)
    assert 'filename="uber-licht-nights-apa-with-statement-of-ai-use-' in response["Content-Disposition"]
    await async_client.aforce_login(stranger)
    assert (await async_client.get(address)).status_code == 404


def test_a_form_sent_twice_makes_one_draft_and_both_clicks_end_on_it(browser: Client, student: User) -> None:
    once = str(browser.get(reverse("documents:new")).context["form"]["once"].value())
    sent = BRIEF | {"once": once}
    first, second = (browser.post(reverse("documents:new"), sent) for _click in range(2))
    made = Document.objects.get(owner=student)
    assert first["Location"] == second["Location"] == reverse("documents:brief", args=[made.pk])
    # Gone back to and changed, it is another work; and so is the same one from a new form, or of another person.
    browser.post(reverse("documents:new"), sent | {"topic": "How lamps were lit"})
    browser.post(reverse("documents:new"), BRIEF | {"once": "another"})
    other = student_with_consent()
    browser.force_login(other)
    browser.post(reverse("documents:new"), sent)
    assert (Document.objects.filter(owner=student).count(), Document.objects.filter(owner=other).count()) == (3, 1)


def test_a_quota_that_is_used_up_bars_no_second_click(browser: Client, settings: Any) -> None:
    settings.DRAFTS_PER_DAY = 1
    sent = BRIEF | {"once": "a form"}
    assert [browser.post(reverse("documents:new"), sent).status_code for _click in range(2)] == [302, 302]


def test_the_database_makes_a_document_once(student: User) -> None:
    made = briefs.create(by=student, once="a form", topic="Lamps")
    with pytest.raises(IntegrityError, match="document_made_once"), transaction.atomic():
        Document.objects.create(owner=student, topic="Lamps", made_from=made.made_from)


def test_searches_are_counted_and_looking_is_not(browser: Client, settings: Any) -> None:
    settings.SEARCHES_PER_MINUTE = 2
    path = reverse("documents:library")
    assert [browser.get(path, {"q": "lamps"}).status_code for _ in range(3)] == [200, 200, 429]
    assert int(browser.get(path, {"q": "lamps"})["Retry-After"]) <= 60
    assert browser.get(path).status_code == 200
