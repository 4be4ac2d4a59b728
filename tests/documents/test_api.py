"""Documents for programs: what they may do, what they are told, how many queries it costs (R-58)."""

import json
import uuid
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.enums import ApiScope
from accounts.models import User
from documents.domain import briefs, typed
from documents.enums import DocumentState, ExportFormat, ExportState, UploadState
from documents.models import Document, Export, TypedBrief, Upload
from privacy.domain import audit
from privacy.models import AuditEvent
from tests.api.calling import Program, kind_of, program_of, with_token
from tests.documents.factories import DocumentFactory, PassageFactory, SourceFactory, outlined_document
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db

DOCUMENTS = "/api/v1/documents"
BRIEF = {"kind": "seminar", "topic": "How lighthouses were kept", "language": "en", "level": "bachelor", "pages": 12}


@pytest.fixture
def ready(student: User) -> Document:
    document = outlined_document(owner=student)
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    document.refresh_from_db()
    return document


def at(document: Document, *more: object) -> str:
    return "/".join([DOCUMENTS, str(document.pk), *map(str, more)])


def tag(program: Program, path: str) -> str:
    """The ETag of what is there now."""
    return str(program.get(path).headers["ETag"])


def exported(document: Document, **fields: Any) -> Export:
    stored = default_storage.save("exports/one", ContentFile(b"%PDF-1.7 words"))
    values = {
        "format": ExportFormat.PDF, "citation_style": "apa", "fingerprint": uuid.uuid4().hex, "size": 14,
        "state": ExportState.READY, "stored_as": stored, "finished_at": timezone.now(), "due_at": None,
    }  # fmt: skip
    return Export.objects.create(document=document, **(values | fields))


# --- the library and one document ----------------------------------------------------------------------------------


def test_a_brief_becomes_a_document_and_is_read_back(program: Program, student: User) -> None:
    made = program.post(DOCUMENTS, BRIEF)
    assert made.status_code == 201, made.content
    document = Document.objects.get(owner=student)
    assert made.json()["id"] == str(document.pk)
    assert made.json()["state"] == "draft"
    again = program.get(at(document))
    assert again.json() == made.json()
    assert again.headers["ETag"] == made.headers["ETag"]
    assert again.json()["search_for_sources"] is True
    assert program.get(at(document), If_None_Match=again.headers["ETag"]).status_code == 304


def test_nobody_chooses_an_id_or_a_state(program: Program) -> None:
    mine = str(uuid.uuid4())
    made = program.post(DOCUMENTS, {**BRIEF, "id": mine, "state": "ready", "owner": 1, "progress": 100})
    assert made.status_code == 201
    assert made.json()["id"] != mine
    assert made.json()["state"] == "draft"
    assert made.json()["progress"] == 0


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"topic": ""}, "/topic"),
        ({"topic": "\u200b"}, "/topic"),
        ({"topic": "x" * 501}, "/topic"),
        ({"pages": 0}, "/pages"),
        ({"pages": 201}, "/pages"),
        ({"pages": "many"}, "/pages"),
        ({"kind": "novel"}, "/kind"),
        ({"language": "xx"}, "/language"),
        ({"citation_style": "../../etc/passwd"}, "/citation_style"),
        ({"requirements": "x" * 8_001}, "/requirements"),
        ({"author_name": ["a", "b"]}, "/author_name"),
    ],
)
def test_a_brief_that_is_none_says_where(program: Program, wrong: dict[str, Any], pointer: str) -> None:
    answer = program.post(DOCUMENTS, {**BRIEF, **wrong})
    assert answer.status_code == 400
    assert kind_of(answer) == "invalid"
    assert [flaw["pointer"] for flaw in answer.json()["errors"]] == [pointer]
    assert not Document.objects.exists()


def test_signs_that_nobody_sees_do_not_come_in(program: Program) -> None:
    said = {**BRIEF, "topic": "Li\u200bght\u202ehouses\n of  old", "requirements": "One\r\nTwo\x00\u2060"}
    answer = program.post(DOCUMENTS, said)
    assert answer.json()["topic"] == "Lighthouses of old"
    assert answer.json()["requirements"] == "One\nTwo"


def test_a_change_needs_the_state_that_was_seen(program: Program, student: User) -> None:
    document = outlined_document(owner=student)
    path = at(document)
    assert kind_of(program("PATCH", path, {"pages": 8})) == "if-match-required"
    seen = tag(program, path)
    briefs.change(document_id=document.pk, by=student, author_name="Ada")
    stale = program("PATCH", path, {"pages": 8}, If_Match=seen)
    assert stale.status_code == 412
    assert kind_of(stale) == "changed-meanwhile"
    changed = program("PATCH", path, {"pages": 8}, If_Match=tag(program, path))
    assert changed.status_code == 200
    assert changed.json()["pages"] == 8
    assert changed.json()["author_name"] == "Ada", "what is not sent stays"
    assert changed.json()["state"] == "draft", "another length asks for a new outline"
    assert changed.headers["ETag"] == tag(program, path)


def test_nothing_to_change_is_said(program: Program, student: User) -> None:
    document = outlined_document(owner=student)
    answer = program("PATCH", at(document), {"page": 8}, If_Match=tag(program, at(document)))
    assert answer.status_code == 400
    assert kind_of(answer) == "nothing-to-change"


def test_what_is_paid_for_is_not_changed(program: Program, ready: Document) -> None:
    seen = tag(program, at(ready))
    assert kind_of(program("PATCH", at(ready), {"pages": 8}, If_Match=seen)) == "not-editable"
    assert kind_of(program("DELETE", at(ready), If_Match=seen)) == "was-ordered"
    assert kind_of(program.post(at(ready, "draft"), {"topic": "x"})) == "not-editable"


def test_a_draft_is_thrown_away(program: Program, student: User) -> None:
    document = DocumentFactory.create(owner=student)
    seen = tag(program, at(document))
    briefs.change(document_id=document.pk, by=student, author_name="Ada")
    assert program("DELETE", at(document), If_Match=seen).status_code == 412
    assert program("DELETE", at(document)).status_code == 204
    assert program("DELETE", at(document)).status_code == 404
    assert program.get(at(document)).status_code == 404


def test_the_library_comes_in_pages_and_is_searched(program: Program, student: User) -> None:
    made = [DocumentFactory.create(owner=student, topic=f"Lamp {number}") for number in range(3)]
    outlined_document()
    for document in made:
        briefs.index(document_id=document.pk)
    first = program.get(f"{DOCUMENTS}?page_size=2").json()
    assert [row["topic"] for row in first["results"]] == ["Lamp 2", "Lamp 1"]
    rest = program.get(first["next"]).json()
    assert [row["topic"] for row in rest["results"]] == ["Lamp 0"]
    assert rest["next"] is None
    assert [row["topic"] for row in program.get(f"{DOCUMENTS}?q=lamp+1").json()["results"]] == ["Lamp 1"]
    assert program.get(f"{DOCUMENTS}?state=ready").json()["results"] == []
    assert kind_of(program.get(f"{DOCUMENTS}?state=eaten")) == "unknown-state"


def test_a_search_shows_where_the_words_stand(program: Program, ready: Document) -> None:
    ready.sections.filter(position=0).update(text="Keepers trimmed the wick [@ellingsen-2019] each night.")
    briefs.index(document_id=ready.pk)
    [row] = program.get(f"{DOCUMENTS}?q=wick").json()["results"]
    assert "wick" in row["excerpt"]
    assert "@" not in row["excerpt"]


def test_searches_are_bounded(program: Program, settings: Any) -> None:
    settings.SEARCHES_PER_MINUTE = 1
    assert program.get(f"{DOCUMENTS}?q=a").status_code == 200
    answer = program.get(f"{DOCUMENTS}?q=b")
    assert kind_of(answer) == "too-many-searches"
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_whatever_is_in_it(
    program: Program, student: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _row in range(rows):
        outlined_document(owner=student)
    with django_assert_num_queries(4):  # the token, the consent, the page, its tags
        assert len(program.get(DOCUMENTS).json()["results"]) == rows


def filled(owner: User, rows: int) -> Document:
    """A finished document with ``rows`` sources, citations, files handed in and files to take away."""
    document = outlined_document(owner=owner)
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    section = document.sections.get(position=0)
    for row in range(rows):
        upload = Upload.objects.create(document=document, purpose="source", name="a.txt", state=UploadState.READY)
        source = SourceFactory.create(document=document, upload=upload)
        document.citations.create(
            section=section, position=row, source=source, passage=PassageFactory.create(source=source),
            sentence="The lens turned.", check_result="overlap",
        )  # fmt: skip
        exported(document)
    return document


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("what", "queries"),
    [("sources", 4), ("works", 4), ("sections", 5), ("export", 4), ("citations", 6), ("outline", 5)],
)
def test_what_a_document_has_costs_the_same_however_much_it_is(
    program: Program, student: User, rows: int, what: str, queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    document = filled(student, rows)
    with django_assert_num_queries(queries):  # the token, the consent, the document, and what is asked for
        assert program.get(at(document, what)).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_what_stopped_costs_the_same_however_much_it_is(
    program: Program, student: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    DocumentFactory.create_batch(rows, owner=student)
    with django_assert_num_queries(3):
        assert len(program.get(f"{DOCUMENTS}/recover").json()) == rows


def test_drafts_are_as_many_as_one_may_have(program: Program, settings: Any) -> None:
    settings.DRAFTS_PER_DAY = 1
    assert program.post(DOCUMENTS, BRIEF).status_code == 201
    answer = program.post(DOCUMENTS, BRIEF)
    assert answer.status_code == 429
    assert kind_of(answer) == "quota-reached"
    assert int(answer.headers["Retry-After"]) > 0
    assert Document.objects.count() == 1


def test_what_stopped_half_way_is_listed_with_what_comes_next(program: Program, student: User) -> None:
    draft = DocumentFactory.create(owner=student)
    outlined = outlined_document(owner=student)
    outlined_document()
    found = {row["document"]["id"]: row["next"] for row in program.get(f"{DOCUMENTS}/recover").json()}
    assert found == {str(draft.pk): "brief", str(outlined.pk): "outline"}


def test_a_token_does_what_its_scopes_say(student: User) -> None:
    document = DocumentFactory.create(owner=student)
    reader = with_token(student, ApiScope.DOCUMENTS_READ)
    assert reader.get(at(document)).status_code == 200
    assert kind_of(reader.post(DOCUMENTS, BRIEF)) == "insufficient-scope"
    assert kind_of(with_token(student, ApiScope.PAYMENTS_READ).get(at(document))) == "insufficient-scope"
    assert Program().get(at(document)).status_code == 401


# --- a brief while it is typed (R-89) -----------------------------------------------------------------------------


def test_what_is_typed_is_kept_until_it_is_saved(program: Program, student: User) -> None:
    document = DocumentFactory.create(owner=student, topic="Lamps")
    before = program.get(at(document, "draft", "latest")).json()
    assert before["is_brief"] is True
    assert before["missing"] == {}
    kept = program.post(at(document, "draft"), {"topic": "", "pages": 900, "requirements": "Two\ncountries"})
    assert kept.status_code == 200
    latest = program.get(at(document, "draft", "latest")).json()
    assert latest["values"]["requirements"] == "Two\ncountries"
    assert latest["values"]["pages"] == 900
    assert set(latest["missing"]) == {"topic", "pages"}
    assert latest["is_brief"] is False
    document.refresh_from_db()
    assert document.topic == "Lamps"
    assert document.pages == 4
    program("PATCH", at(document), {"topic": "Lenses"}, If_Match=tag(program, at(document)))
    assert program.get(at(document, "draft", "latest")).json()["is_brief"] is True
    assert not TypedBrief.objects.exists()


def test_what_is_no_part_of_a_brief_is_not_kept(student: User) -> None:
    document = DocumentFactory.create(owner=student)
    with pytest.raises(TypeError, match="not part of a brief: owner, state"):
        typed.save(
            document_id=document.pk, by=student, now=timezone.now(), values={"topic": "x", "state": "ready", "owner": 1}
        )
    assert not TypedBrief.objects.exists()


def test_typing_leaves_one_row_in_the_trail(program: Program, student: User) -> None:
    document = DocumentFactory.create(owner=student)
    for words in ("a", "ab", "abc"):
        assert program.post(at(document, "draft"), {"topic": words}).status_code == 200
    assert AuditEvent.objects.filter(action="brief.typed").count() == 1


# --- the outline ------------------------------------------------------------------------------------------------


def test_an_outline_is_read_changed_and_sent_back(program: Program, student: User) -> None:
    document = outlined_document(owner=student)
    read = program.get(at(document, "outline"))
    outline = read.json()
    assert outline["is_complete"] is True
    assert [(row["number"], row["title"], row["pages"]) for row in outline["sections"]] == [
        ("1", "Introduction", "1.00"),
        ("2", "The work", "3.00"),
    ]
    assert [row["number"] for row in outline["sections"][1]["sections"]] == ["2.1", "2.2"]
    outline["title"] = "Lights"
    outline["sections"][0]["title"] = "Opening"
    outline["sections"].append({"title": "End", "pages": "1.5", "covers": "What became of them"})
    changed = program("PUT", at(document, "outline"), outline, If_Match=read.headers["ETag"])
    assert changed.status_code == 200, changed.content
    said = changed.json()
    assert said["title"] == "Lights"
    assert [row["title"] for row in said["sections"]] == ["Opening", "The work", "End"]
    assert sum(float(row["pages"]) for row in said["sections"]) == 4
    assert said["is_complete"] is True
    assert changed.headers["ETag"] == tag(program, at(document, "outline"))
    stale = program("PUT", at(document, "outline"), outline, If_Match=read.headers["ETag"])
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("sections", "pointer"),
    [
        ([], "/sections"),
        ([{"title": ""}], "/sections/0/title"),
        ([{"title": "A", "pages": "NaN"}], "/sections/0/pages"),
        ([{"title": "A", "pages": 201}], "/sections/0/pages"),
        ([{"title": "A", "sections": [{"title": "B", "pages": "x"}]}], "/sections/0/sections/0/pages"),
        (
            [{"title": "A", "sections": [{"title": "B", "sections": [{"title": "C", "sections": [{}]}]}]}],
            "/sections/0/sections/0/sections/0/sections",
        ),
        ("all", "/sections"),
    ],
)
def test_an_outline_that_is_none_says_where(program: Program, student: User, sections: Any, pointer: str) -> None:
    document = outlined_document(owner=student)
    seen = tag(program, at(document, "outline"))
    answer = program("PUT", at(document, "outline"), {"sections": sections}, If_Match=seen)
    assert answer.status_code == 400
    assert [flaw["pointer"] for flaw in answer.json()["errors"]] == [pointer]
    assert document.sections.count() == 4


def test_more_sections_than_tenths_of_a_page_are_refused_in_words(program: Program, student: User) -> None:
    document = outlined_document(owner=student, pages=1)
    rows = [{"title": f"Part {number}"} for number in range(11)]
    seen = tag(program, at(document, "outline"))
    answer = program("PUT", at(document, "outline"), {"sections": rows}, If_Match=seen)
    assert kind_of(answer) == "outline-invalid"
    assert "1 pages cannot be shared between 11 sections" in answer.json()["detail"]


def test_without_an_outline_there_is_none_to_edit(program: Program, student: User) -> None:
    document = DocumentFactory.create(owner=student)
    read = program.get(at(document, "outline"))
    assert read.json()["sections"] == []
    sent = {"sections": [{"title": "A"}]}
    answer = program("PUT", at(document, "outline"), sent, If_Match=read.headers["ETag"])
    assert kind_of(answer) == "no-outline"


# --- the text ---------------------------------------------------------------------------------------------------


def test_sections_have_their_text_once_the_document_is_ready(program: Program, student: User) -> None:
    document = outlined_document(owner=student)
    document.sections.update(text="Words", html="<p>Words</p>")
    rows = program.get(at(document, "sections")).json()["results"]
    assert [(row["number"], row["level"], row["text"]) for row in rows] == [
        ("1", 1, None), ("2", 1, None), ("2.1", 2, None), ("2.2", 2, None),
    ]  # fmt: skip
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    rows = program.get(at(document, "sections")).json()["results"]
    assert {(row["text"], row["html"]) for row in rows} == {("Words", "<p>Words</p>")}
    second = program.get(program.get(f"{at(document, 'sections')}?page_size=3").json()["next"]).json()["results"]
    assert [row["number"] for row in second] == ["2.2"]


def test_works_and_citations_are_shown_with_what_they_rest_on(program: Program, ready: Document) -> None:
    source = SourceFactory.create(document=ready)
    passage = PassageFactory.create(source=source, page_label="xii")
    ready.citations.create(
        section=ready.sections.get(position=0), position=0, source=source, passage=passage,
        sentence=f"The lens turned [@{source.key}].", check_result="overlap",
    )  # fmt: skip
    section = ready.sections.get(position=0)
    run = {"passage": passage.pk, "key": source.key, "page": "xii", "length": 8, "words": "the lens turned on a bath"}
    section.provenance = {
        "wording": {"words": 90, "quoted": 9, "near": 8, "copied": [run]},
        "density": {"citations": 1, "pages": 0.33, "wanted": 2, "round": "over budget"},
    }
    section.save()
    [work] = program.get(at(ready, "works")).json()["results"]
    assert (work["key"], work["citations"], work["csl"]["type"]) == (source.key, 1, "book")
    report = program.get(at(ready, "citations")).json()
    assert (report["total"], report["sources"], report["by_check"]) == (1, 1, {"overlap": 1})
    assert (report["by_origin"], report["only_own_sources"]) == ({"upload": 1}, False)
    [citation] = report["citations"]
    assert citation["page"] == "xii"
    assert citation["passage"] == passage.text
    assert citation["who_and_when"] == "Ellingsen, 2019"
    assert report["shares"] == {"words": 90, "quoted": 9, "near": 8, "own": 73}
    [wording] = report["sections"]
    assert (wording["section"], wording["number"], wording["shares"]) == (str(section.pk), "1", report["shares"])
    assert wording["density"] == {
        "citations": 1, "pages": "0.33", "wanted": 2, "is_thin": True, "round": "over budget",
    }  # fmt: skip
    assert wording["copied"] == [
        {"words": run["words"], "key": source.key, "source_title": source.title, "page": "xii"}
    ]


def test_citations_of_what_is_not_written_are_not_there_yet(program: Program, student: User) -> None:
    document = outlined_document(owner=student)
    answer = program.get(at(document, "citations"))
    assert kind_of(answer) == "not-ready"
    assert answer.json()["state"] == "outlined"


def test_another_style_is_set_in_the_background(program: Program, ready: Document) -> None:
    styles = [style["name"] for style in program.get("/api/v1/citation-styles").json()]
    assert "ieee" in styles
    seen = tag(program, at(ready))
    assert kind_of(program("PUT", at(ready, "style"), {"citation_style": "ieee"})) == "if-match-required"
    answer = program("PUT", at(ready, "style"), {"citation_style": "ieee"}, If_Match=seen)
    assert answer.status_code == 202, answer.content
    assert answer.json()["citation_style"] == "ieee"
    assert ready.rendering.due_at is not None
    assert answer.headers["ETag"] == tag(program, at(ready))
    stale = program("PUT", at(ready, "style"), {"citation_style": "apa"}, If_Match=seen)
    assert (stale.status_code, kind_of(stale)) == (412, "changed-meanwhile")
    assert program.get(at(ready)).json()["citation_style"] == "ieee"
    assert program("PUT", at(ready, "style"), {"citation_style": "nonsense"}, If_Match=seen).status_code == 400


# --- files handed in ----------------------------------------------------------------------------------------------


def hand_in(program: Program, document: Document, name: str, words: bytes, **fields: str) -> Any:
    headers = {"Authorization": f"Bearer {program.token}"}
    data = {"file": SimpleUploadedFile(name, words), **fields}
    return program.browser.post(at(document, "sources"), data=data, headers=headers)


TEXT = ("The keeper wound the clockwork every four hours. " * 40).encode()


def test_a_file_is_handed_in_seen_and_taken_back(program: Program, student: User) -> None:
    document = DocumentFactory.create(owner=student)
    answer = hand_in(program, document, "notes.txt", TEXT, purpose="assignment")
    assert answer.status_code == 202, answer.content
    row = answer.json()
    assert (row["purpose"], row["name"], row["state"]) == ("assignment", "notes.txt", "extracting")
    assert "stored_as" not in row
    assert program.get(at(document, "sources")).json()["results"] == [row]
    assert program.get(at(document, "sources", row["id"])).json() == row
    seen = tag(program, at(document, "sources", row["id"]))
    assert program.get(at(document, "sources", row["id"]), If_None_Match=seen).status_code == 304
    Upload.objects.update(state=UploadState.READY)
    assert kind_of(program("DELETE", at(document, "sources", row["id"]), If_Match=seen)) == "changed-meanwhile"
    assert document.uploads.exists()
    seen = tag(program, at(document, "sources", row["id"]))
    assert program("DELETE", at(document, "sources", row["id"]), If_Match=seen).status_code == 204
    assert program("DELETE", at(document, "sources", row["id"])).status_code == 404
    assert not document.uploads.exists()


@pytest.mark.parametrize(
    ("field", "words", "kind"),
    [
        ("bibtex", "@book{lind2020,\n author={Lind, Ada},\n title={On rocks},\n year=2020\n}\n", "bibtex"),
        ("bibtex", "@book{lind2020, author={Lind, Ada}, title={On rocks}, year={2020}}", "bibtex"),
        ("ris", "TY  - BOOK\nAU  - Lind, Ada\nTI  - On rocks\nPY  - 2020\nER  - \n", "ris"),
    ],
)
def test_references_are_handed_in_as_text(program: Program, student: User, field: str, words: str, kind: str) -> None:
    document = DocumentFactory.create(owner=student)
    answer = program.post(at(document, "sources"), {field: words})
    assert answer.status_code == 202, answer.content
    assert answer.json()["format"] == kind
    assert answer.json()["purpose"] == "source"


def test_a_file_that_cannot_be_used_says_why_and_leaves_nothing(program: Program, student: User) -> None:
    document = DocumentFactory.create(owner=student)
    answer = hand_in(program, document, "evil.pdf", b"MZ\x90\x00" + b"\x00" * 200)
    assert answer.status_code == 422
    assert kind_of(answer) == "file-not-usable"
    assert answer.json()["detail"]
    assert not document.uploads.exists()


def test_one_thing_is_handed_in_at_a_time(program: Program, student: User) -> None:
    document = DocumentFactory.create(owner=student)
    assert program.post(at(document, "sources"), {}).status_code == 400
    assert program.post(at(document, "sources"), {"bibtex": "@a{}", "ris": "TY"}).status_code == 400
    assert hand_in(program, document, "a.txt", TEXT, purpose="decoration").status_code == 400


def test_files_of_what_is_paid_for_stay(program: Program, ready: Document) -> None:
    upload = Upload.objects.create(document=ready, purpose="source", name="a.txt", state=UploadState.READY)
    assert kind_of(program("DELETE", at(ready, "sources", upload.pk))) == "not-editable"
    assert kind_of(program.post(at(ready, "sources"), {"bibtex": "@a{b}"})) == "not-editable"


# --- files to take away -------------------------------------------------------------------------------------------


def test_a_file_is_asked_for_listed_and_fetched(program: Program, ready: Document) -> None:
    asked = program.post(at(ready, "export"), {"format": "docx"})
    assert asked.status_code == 202, asked.content
    assert (asked.json()["state"], asked.json()["file_url"]) == ("pending", None)
    waiting = program.get(at(ready, "export", asked.json()["id"], "file"))
    assert kind_of(waiting) == "not-ready"
    assert "Retry-After" in waiting.headers
    done = exported(ready)
    rows = {row["id"]: row for row in program.get(at(ready, "export")).json()["results"]}
    assert set(rows) == {str(done.pk), asked.json()["id"]}
    file = program.get(rows[str(done.pk)]["file_url"], Accept="application/pdf")
    assert file.status_code == 200
    assert b"".join(file) == b"%PDF-1.7 words"
    name = f"lighthouses-apa-{done.finished_at or done.created_at:%Y-%m-%d}.pdf"
    assert file.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert rows[str(done.pk)]["name"] == name
    assert AuditEvent.objects.filter(action="export.downloaded", object_id=str(done.pk)).count() == 1


def test_a_download_that_broke_off_goes_on_and_one_that_is_there_is_not_sent_again(
    program: Program, ready: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = exported(ready)
    address = at(ready, "export", done.pk, "file")
    head = program("HEAD", address)
    tag = head.headers["ETag"]
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, "14", b"")
    assert head.headers["Accept-Ranges"] == "bytes"
    same = program.get(address, **{"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    none = program.get(address, Range="bytes=14-")
    assert (none.status_code, none.headers["Content-Range"]) == (416, "bytes */14")
    assert not AuditEvent.objects.filter(action="export.downloaded").exists(), "no byte went out"
    rest = program.get(address, **{"Range": "bytes=9-", "If-Range": tag})
    assert (rest.status_code, rest.headers["Content-Range"], b"".join(rest)) == (206, "bytes 9-13/14", b"words")
    assert rest.headers["Content-Disposition"] == head.headers["Content-Disposition"]
    taken = AuditEvent.objects.filter(action="export.downloaded")
    assert taken.count() == 1
    for span in ("bytes=0-3", "bytes=4-8", "bytes=-1"):  # a program that fetches in pieces
        assert program.get(address, Range=span).status_code == 206
    assert taken.count() == 1, "one download"
    assert b"".join(program.get(address)) == b"%PDF-1.7 words"
    assert taken.count() == 2, "whole once more"
    later = timezone.now() + audit.ONE_DOWNLOAD
    monkeypatch.setattr(audit, "utc_now", lambda: later)
    assert program.get(address, Range="bytes=9-").status_code == 206
    assert taken.count() == 3, "gone on with much later"


def test_a_lost_file_is_made_again(program: Program, ready: Document) -> None:
    lost = exported(ready)
    default_storage.delete(lost.stored_as)
    answer = program.get(at(ready, "export", lost.pk, "file"))
    assert answer.status_code == 409
    assert kind_of(answer) == "not-ready"
    lost.refresh_from_db()
    assert lost.state == ExportState.PENDING


def test_nothing_is_taken_away_while_the_payment_is_disputed(program: Program, ready: Document) -> None:
    done = exported(ready)
    Document.objects.filter(pk=ready.pk).update(frozen_at=timezone.now())
    assert kind_of(program.get(at(ready, "export", done.pk, "file"))) == "frozen"
    assert kind_of(program.post(at(ready, "export"), {"format": "pdf"})) == "frozen"
    assert program.get(at(ready)).json()["is_frozen"] is True


def test_files_are_as_many_as_one_may_have_made(program: Program, ready: Document, settings: Any) -> None:
    settings.EXPORTS_PER_DAY = 1
    assert program.post(at(ready, "export"), {"format": "docx"}).status_code == 202
    assert kind_of(program.post(at(ready, "export"), {"format": "pdf"})) == "quota-reached"


def test_a_file_of_another_document_is_not_found(program: Program, ready: Document) -> None:
    theirs = outlined_document()
    Document.objects.filter(pk=theirs.pk).update(state=DocumentState.READY)
    export = exported(theirs)
    assert program.get(at(theirs, "export", export.pk, "file")).status_code == 404
    assert program.get(at(ready, "export", export.pk, "file")).status_code == 404


@pytest.mark.django_db(transaction=True)
async def test_a_file_is_streamed_without_a_connection() -> None:
    def prepare() -> tuple[str, str]:
        owner = student_with_consent()
        document = outlined_document(owner=owner)
        Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
        return at(document, "export", exported(document).pk, "file"), program_of(owner).token

    path, token = await sync_to_async(prepare)()
    response: Any = await AsyncClient().get(path, headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200
    assert b"".join([part async for part in response.streaming_content]) == b"%PDF-1.7 words"


# --- every method of every route ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "allowed"),
    [
        ("", {"GET", "POST"}),
        ("/recover", {"GET"}),
        ("/{id}", {"GET", "PATCH", "DELETE"}),
        ("/{id}/draft", {"POST"}),
        ("/{id}/draft/latest", {"GET"}),
        ("/{id}/outline", {"GET", "PUT"}),
        ("/{id}/sections", {"GET"}),
        ("/{id}/works", {"GET", "POST"}),
        ("/{id}/works/1", {"GET", "PATCH", "DELETE"}),
        ("/{id}/works/1/use", {"PUT"}),
        ("/{id}/works/1/joined", {"PUT", "DELETE"}),
        ("/{id}/works/1/alike", {"DELETE"}),
        ("/{id}/citations", {"GET"}),
        ("/{id}/style", {"PUT"}),
        ("/{id}/sources", {"GET", "POST"}),
        ("/{id}/sources/{upload}", {"GET", "DELETE"}),
        ("/{id}/export", {"GET", "POST"}),
        ("/{id}/export/{export}/file", {"GET"}),
    ],
)
def test_every_method_is_answered_as_it_should(
    program: Program, ready: Document, route: str, allowed: set[str]
) -> None:
    upload = Upload.objects.create(document=ready, purpose="source", name="a.txt", state=UploadState.READY)
    path = DOCUMENTS + route.format(id=ready.pk, upload=upload.pk, export=exported(ready).pk)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = program(method, path, {} if method in {"POST", "PUT", "PATCH"} else None)
        assert answer.status_code < 500, (method, path, answer.content)
        assert (answer.status_code == 405) == (method not in allowed), (method, path, answer.status_code)
        if answer.status_code >= 400:
            assert json.loads(answer.content)["status"] == answer.status_code
