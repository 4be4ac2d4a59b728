"""From bytes to passages: what stays of good files, and that nothing stays of the others (R-80, R-84)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from documents.domain import choosing, extraction, uploads
from documents.enums import DocumentState, SourceOrigin, SourceUse, UploadPurpose, UploadState
from documents.errors import NotEditable, UploadInUse, UploadRefused
from documents.models import Document, Passage, Source, Upload
from privacy.models import AuditEvent
from tests.documents import files
from tests.documents.factories import DocumentFactory, SectionFactory
from tests.documents.removing import remove_what_is_due
from tests.documents.uploads.conftest import HandIn
from tests.reading import typeset

pytestmark = pytest.mark.django_db


def stored_files() -> set[str]:
    """What storage holds once workers have deleted what is to go."""
    remove_what_is_due()
    folder = Path(settings.MEDIA_ROOT) / "uploads"
    return {one.name for one in folder.iterdir()} if folder.is_dir() else set()


@pytest.fixture
def before() -> set[str]:
    return stored_files()


def test_pdf_becomes_a_source_with_passages_by_page(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    texts = [files.prose(150, start=page * 150) for page in range(3)]
    path = files.pdf(
        tmp_path / "a.pdf", [f"On Lamps and Lenses\nAnna Rossi\n2021\n{texts[0]}", *texts[1:]],
        Title="On Lamps and Lenses", Author="Anna Rossi", CreationDate="D:20210304",
    )  # fmt: skip
    upload = hand_in(path, name="../Röhre\u202e.pdf")
    assert (upload.state, upload.name, upload.format) == (UploadState.READY, "Röhre.pdf", "pdf")
    assert (upload.pages_total, upload.pages_read, upload.verdict) == (3, 3, "Read: 3 pages.")
    source = document.sources.get()
    assert (source.key, source.title, source.page_count) == ("rossi-2021", "On Lamps and Lenses", 3)
    assert source.csl["id"] == source.key
    assert {passage.page for passage in source.passages.all()} == {1, 2, 3}
    assert all(passage.search for passage in source.passages.all())


def test_stored_under_a_random_name(hand_in: HandIn, before: set[str], tmp_path: Path) -> None:
    path = files.pdf(tmp_path / "thesis.pdf", [files.prose(100)])
    upload = hand_in(path, read=False)
    (name,) = stored_files() - before
    assert upload.stored_as == f"uploads/{name}"
    assert "thesis" not in name
    assert (upload.size, len(upload.sha256)) == (path.stat().st_size, 64)
    with default_storage.open(upload.stored_as) as stored:
        assert stored.read() == path.read_bytes()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_bytes(files.exe_bytes()), "This is a program"),
        (lambda path: files.encrypted_pdf(path, user="secret"), "locked with a password"),
        (lambda path: files.scanned_pdf(path, 12), "looks scanned"),
        (lambda path: path.write_bytes(b"%PDF-1.4\nnothing\n%%EOF"), "damaged"),
        (lambda path: files.form_bomb(path, 12), ""),
        (lambda path: path.write_bytes(b""), "empty"),
    ],
    ids=["program", "encrypted", "scanned", "broken", "bomb", "empty"],
)
def test_rejected_file_says_why_and_leaves_nothing_behind(
    hand_in: HandIn, before: set[str], tmp_path: Path, make: object, words: str
) -> None:
    path = tmp_path / "paper.pdf"
    make(path)
    upload = hand_in(path)
    assert upload.state == UploadState.REJECTED
    assert words in upload.verdict
    assert upload.verdict
    assert upload.stored_as == ""
    assert not Source.objects.exists()
    assert not Passage.objects.exists()
    assert stored_files() == before


def test_scan_with_a_cover_page_of_text_is_a_scan(hand_in: HandIn, tmp_path: Path) -> None:
    path = files.scanned_pdf(tmp_path / "a.pdf", 15)
    cover = files.pdf(tmp_path / "cover.pdf", [files.prose(50)])
    with pikepdf.open(cover) as first, pikepdf.open(path, allow_overwriting_input=True) as document:
        document.pages.insert(0, first.pages[0])
        document.save(path)
    assert "looks scanned" in hand_in(path).verdict
    assert not Passage.objects.exists()


@pytest.mark.parametrize("lines", [["Bells"], ["Bells on the quay", "12 to 14"], [""]])
def test_a_file_with_hardly_a_word_says_so_and_looks_like_no_scan(
    hand_in: HandIn, tmp_path: Path, lines: list[str]
) -> None:
    verdict = hand_in(files.pdf(tmp_path / "a.pdf", ["\n".join(lines)])).verdict
    assert "too little text" in verdict


def test_forty_words_on_one_page_are_read(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    lines = [files.prose(5, start=at * 12).split(".")[0][:30] for at in range(10)]
    upload = hand_in(files.pdf(tmp_path / "a.pdf", ["\n".join(lines)]))
    assert upload.state == UploadState.READY, upload.verdict
    assert document.sources.get().passages.get().page == 1


def test_a_passage_names_the_number_printed_on_its_page(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    texts = [f"{files.prose(150, start=page * 150)}\n{page + 212}" for page in range(1, 6)]
    hand_in(files.pdf(tmp_path / "a.pdf", texts))
    passages = document.sources.get().passages.all()
    assert {(passage.page, passage.page_label) for passage in passages} == {(n, str(n + 212)) for n in range(1, 6)}


@pytest.mark.parametrize(
    ("is_longer", "pages"),
    [(False, "412-414"), (True, "412-415")],
)
def test_an_article_whose_running_heads_are_single_pages_has_all_of_them(
    hand_in: HandIn, document: Document, tmp_path: Path, is_longer: bool, pages: str
) -> None:
    texts = [f"Marine Signals 31 (2016) {412 + at}\n{files.prose(150, start=at * 150)}" for at in range(3)]
    texts += [f"Advertisements\n{files.prose(90, start=700)}"] * is_longer
    upload = hand_in(files.pdf(tmp_path / "bells.pdf", texts))
    assert upload.state == UploadState.READY, upload.verdict
    csl = document.sources.get().csl
    assert (csl["container-title"], csl["page"]) == ("Marine Signals", pages)


def test_a_pdf_is_named_from_its_first_page(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    head = "<p>Marine Signals 31 (2016) 88-104</p><h1>Bells on the Quay</h1><p>Mira Talvik and Jonas Ferrow</p>"
    html = f"{head}<p>Abstract</p>{typeset.text()}"
    hand_in(typeset.typeset(tmp_path / "a.pdf", html, title="final_v2.docx"))
    source = document.sources.get()
    assert source.key == "talvik-2016"
    assert source.csl == {
        "id": "talvik-2016", "type": "article-journal", "title": "Bells on the Quay",
        "language": source.csl["language"],
        "author": [{"family": "Talvik", "given": "Mira"}, {"family": "Ferrow", "given": "Jonas"}],
        "issued": {"date-parts": [[2016]]}, "container-title": "Marine Signals", "volume": "31", "page": "88-104",
    }  # fmt: skip


def test_too_large_is_refused_while_it_still_arrives(document: Document, settings: Settings, before: set[str]) -> None:
    settings.UPLOAD_MAX_BYTES = 10_000
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 4096
            yield b"x" * 4096

    upload = uploads.receive(
        document=document, purpose=UploadPurpose.SOURCE, name="a.txt", chunks=endless(), by=document.owner
    )
    assert (upload.state, sent) == (UploadState.REJECTED, 12_288)
    assert "larger than" in upload.verdict
    assert stored_files() == before


def test_connection_that_breaks_leaves_nothing(document: Document, before: set[str]) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half of a text"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        uploads.receive(
            document=document, purpose=UploadPurpose.SOURCE, name="a.txt", chunks=broken(), by=document.owner
        )
    assert not Upload.objects.exists()
    assert stored_files() == before


def test_what_is_removed_while_it_arrives_gets_no_verdict(
    document: Document, settings: Settings, before: set[str]
) -> None:
    settings.UPLOAD_MAX_BYTES = 10_000

    def too_much() -> Iterator[bytes]:
        uploads.delete(upload_id=Upload.objects.get().pk, by=document.owner)
        yield b"x" * 10_001

    with pytest.raises(UploadRefused, match="removed while it arrived"):
        uploads.receive(
            document=document, purpose=UploadPurpose.SOURCE, name="a.txt", chunks=too_much(), by=document.owner
        )
    assert not Upload.objects.exists()
    assert [one.action for one in AuditEvent.objects.order_by("pk")] == ["upload.started", "upload.deleted"]
    assert stored_files() == before


def test_same_file_twice_is_used_once(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    path = files.pdf(tmp_path / "a.pdf", [files.prose(100)])
    hand_in(path)
    again = hand_in(path, name="b.pdf")
    assert again.state == UploadState.REJECTED
    assert "here already" in again.verdict
    assert document.sources.count() == 1


def test_a_file_that_is_handed_in_again_brings_back_what_was_thrown_away(
    hand_in: HandIn, document: Document, tmp_path: Path
) -> None:
    path = files.pdf(tmp_path / "a.pdf", [files.prose(100)])
    hand_in(path)
    source = document.sources.get()
    choosing.throw_away(source=source, by=document.owner)
    assert "here already" in hand_in(path).verdict
    source.refresh_from_db()
    assert (source.use, source.thrown_away_at) == (SourceUse.MAY, None)
    choosing.throw_away(source=source, by=document.owner)
    Document.objects.filter(pk=document.pk).update(state=DocumentState.QUEUED)
    assert source.upload is not None
    choosing.want_file_again(source.upload)
    source.refresh_from_db()
    assert source.thrown_away_at is not None


def test_two_files_of_one_author_and_year_get_two_keys(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    for number in range(2):
        texts = [f"Thing {number}\nAnna Rossi\n2021\n{files.prose(100, start=number)}"]
        info = {"Title": f"Thing {number}", "Author": "Anna Rossi", "CreationDate": "D:2021"}
        hand_in(files.pdf(tmp_path / f"{number}.pdf", texts, **info))
    assert sorted(document.sources.values_list("key", flat=True)) == ["rossi-2021", "rossi-2021b"]


def test_assignment_text_shapes_the_document(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    path = files.docx(
        tmp_path / "a.docx", ["Write twelve pages about lamps.", "Cite two sources at the least, please."]
    )
    upload = hand_in(path, purpose=UploadPurpose.ASSIGNMENT)
    document.refresh_from_db()
    assert upload.state == UploadState.READY
    assert document.assignment_text == "Write twelve pages about lamps.\n\nCite two sources at the least, please."
    assert not document.sources.exists()


def test_new_assignment_takes_the_place_of_the_old(
    hand_in: HandIn, document: Document, before: set[str], tmp_path: Path
) -> None:
    for name, text in [
        ("a", "The first assignment asks for lamps and nothing else."),
        ("b", "The second one is about lenses, and longer."),
    ]:
        hand_in(files.docx(tmp_path / f"{name}.docx", [text]), purpose=UploadPurpose.ASSIGNMENT)
    document.refresh_from_db()
    assert document.assignment_text == "The second one is about lenses, and longer."
    assert [upload.name for upload in document.uploads.all()] == ["b.docx"]
    assert len(stored_files() - before) == 1


def test_long_assignment_is_read_to_a_limit(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    path = files.pdf(
        tmp_path / "a.pdf", [files.prose(300, start=page * 300).replace(". ", ".\n") for page in range(60)]
    )
    hand_in(path, purpose=UploadPurpose.ASSIGNMENT)
    document.refresh_from_db()
    assert 15_000 < len(document.assignment_text) <= extraction.ASSIGNMENT_CHARACTERS


def test_an_empty_page_of_an_assignment_is_passed_over(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    first, last = "Write twelve pages about lamps, and about oil.", "Cite two sources at the least, please."
    upload = hand_in(files.pdf(tmp_path / "a.pdf", [first, "", last]), purpose=UploadPurpose.ASSIGNMENT)
    document.refresh_from_db()
    assert (upload.state, upload.pages_read) == (UploadState.READY, 3)
    assert document.assignment_text == f"{first}\n\n{last}"


def test_an_assignment_without_text_is_refused_and_the_one_of_before_stays(
    hand_in: HandIn, document: Document, tmp_path: Path
) -> None:
    words = "Write twelve pages about lamps and lenses."
    hand_in(files.docx(tmp_path / "a.docx", [words]), purpose=UploadPurpose.ASSIGNMENT)
    scan = hand_in(files.scanned_pdf(tmp_path / "b.pdf", 2), purpose=UploadPurpose.ASSIGNMENT)
    assert scan.state == UploadState.REJECTED
    assert "looks scanned" in scan.verdict
    document.refresh_from_db()
    assert document.assignment_text == words


def test_an_assignment_of_a_few_words_is_no_scan(hand_in: HandIn, tmp_path: Path) -> None:
    sheet = hand_in(files.docx(tmp_path / "a.docx", ["Write."]), purpose=UploadPurpose.ASSIGNMENT)
    assert "too little text" in sheet.verdict


def test_a_long_file_is_kept_in_batches_without_a_gap(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    """More pages than one transaction takes, and more text than its title is looked for in."""
    pages = extraction._BATCH_PAGES + 5
    path = files.pdf(tmp_path / "a.pdf", [files.prose(120, start=page * 120) for page in range(pages)])
    upload = hand_in(path)
    assert (upload.verdict, upload.pages_read) == (f"Read: {pages} pages.", pages)
    passages = list(document.sources.get().passages.order_by("position").values_list("position", "page"))
    assert [position for position, _page in passages] == list(range(len(passages)))
    assert [page for _position, page in passages] == sorted(page for _position, page in passages)
    assert {page for _position, page in passages} == set(range(1, pages + 1))


def test_bibliography_is_no_assignment(hand_in: HandIn, tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_text("@book{a,\n title = {Lamps},\n year = 2020}\n")
    assert "Hand it in under sources" in hand_in(path, purpose=UploadPurpose.ASSIGNMENT).verdict


def test_bibliography_entries_become_sources_with_their_abstracts(
    hand_in: HandIn, document: Document, tmp_path: Path
) -> None:
    path = tmp_path / "a.bib"
    path.write_text(
        "@article{a,\n author = {Rossi, Anna},\n title = {Lamps},\n year = 2020,\n"
        f" abstract = {{{files.prose(60)}}}}}\n"
        "@book{b,\n author = {Novák, Jan},\n title = {Lenses},\n year = 2019}\n"
    )
    upload = hand_in(path)
    assert upload.verdict == "Read: 2 entries, 1 with a text that can be cited."
    lamps, lenses = document.sources.order_by("title")
    assert (lamps.key, lamps.origin, lamps.passages.count()) == ("rossi-2020", SourceOrigin.BIBLIOGRAPHY, 1)
    assert lamps.passages.get().page == 0
    assert (lenses.key, lenses.passages.count()) == ("novak-2019", 0)


def test_a_bibliography_of_which_no_entry_has_a_title_says_so(hand_in: HandIn, tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_text("@article{a,\n author = {Rossi, Anna},\n year = 2020}\n")
    upload = hand_in(path)
    assert upload.state == UploadState.REJECTED
    assert upload.verdict.startswith("No entry of this bibliography could be read.")
    assert upload.verdict.endswith("Not read: line 1, a (no title).")
    assert not Source.objects.exists()


def test_entries_that_are_not_read_are_named_at_the_file(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_text(
        "@book{a, title = {Lamps}, year = 2020}\n@book{a, title = {Lenses}, year = 2019}\n"
        "@article{b, author = {Rossi, Anna}}\n@misc{c, title = {Wicks\n"
    )
    upload = hand_in(path)
    assert upload.verdict == (
        "Read: 2 of 4 entries, 0 with texts that can be cited. "
        "Not read: line 3, b (no title); line 4, c (a brace or quotation mark is never closed)."
    )
    assert set(document.sources.values_list("title", flat=True)) == {"Lamps", "Lenses"}


def test_works_that_call_themselves_retracted_are_named_at_the_file(
    hand_in: HandIn, document: Document, tmp_path: Path
) -> None:
    path = tmp_path / "a.bib"
    path.write_text(
        "@article{a,\n author = {Rossi, Anna},\n title = {RETRACTED: On Lamps},\n year = 2020}\n"
        "@book{b,\n author = {Novák, Jan},\n title = {Lenses},\n year = 2019}\n"
    )
    upload = hand_in(path)
    assert upload.verdict.startswith("Read: 2 entries, 0 with texts that can be cited. Retracted, and not cited: ")
    assert upload.verdict.endswith("On Lamps")
    assert set(document.sources.filter(retracted_at=None).values_list("title", flat=True)) == {"Lenses"}


def test_short_text_is_one_passage(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("Lamps were lit at dusk.")
    hand_in(path)
    assert [passage.text for passage in document.sources.get().passages.all()] == ["Lamps were lit at dusk."]


# --- workers come and go ------------------------------------------------------------------------------


def test_a_file_that_the_storage_has_lost_is_told(document: Document) -> None:
    lost = Upload.objects.create(
        document=document,
        purpose=UploadPurpose.SOURCE,
        state=UploadState.EXTRACTING,
        stored_as="uploads/gone",
        format="pdf",
    )
    extraction.extract(upload_id=lost.pk)
    lost.refresh_from_db()
    assert (lost.state, lost.verdict) == (UploadState.REJECTED, "This file was lost. Choose it again.")


def test_a_file_that_is_held_is_not_read_twice(hand_in: HandIn, tmp_path: Path) -> None:
    upload = hand_in(files.pdf(tmp_path / "a.pdf", [files.prose(100)]), read=False)
    held_until = timezone.now() + timedelta(seconds=60)
    Upload.objects.filter(pk=upload.pk).update(due_at=held_until, token=1)
    extraction.extract(upload_id=upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.token) == (UploadState.EXTRACTING, 1)


def test_a_lost_worker_is_followed_by_another_that_starts_anew(
    hand_in: HandIn, document: Document, tmp_path: Path
) -> None:
    upload = hand_in(files.pdf(tmp_path / "a.pdf", [files.prose(100)]), read=False)
    half = Source.objects.create(
        document=document, key="reading-half", origin=SourceOrigin.UPLOAD, upload=upload, title="x", csl={}
    )
    Passage.objects.create(source=half, page=1, position=0, text="What the dead worker had read.")
    Upload.objects.filter(pk=upload.pk).update(due_at=timezone.now(), token=1, tries=1)
    extraction.extract(upload_id=upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.token) == (UploadState.READY, 2)
    assert not Passage.objects.filter(text__contains="dead worker").exists()
    assert document.sources.count() == 1


def test_a_worker_that_wakes_up_late_writes_nothing(
    hand_in: HandIn, document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = hand_in(files.pdf(tmp_path / "a.pdf", [files.prose(100)]), read=False)
    real_store = extraction._store

    def overtaken(*args: object) -> None:
        Upload.objects.filter(pk=upload.pk).update(token=99)
        real_store(*args)

    monkeypatch.setattr(extraction, "_store", overtaken)
    extraction.extract(upload_id=upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.token) == (UploadState.EXTRACTING, 99)
    assert not Passage.objects.exists()


def test_a_file_that_kills_every_worker_is_given_up(
    hand_in: HandIn,
    before: set[str],
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    upload = hand_in(files.pdf(tmp_path / "a.pdf", [files.prose(100)]), read=False)
    Upload.objects.filter(pk=upload.pk).update(due_at=timezone.now(), tries=uploads.READINGS.most_tries)
    with django_capture_on_commit_callbacks(execute=True):
        extraction.extract(upload_id=upload.pk)
    upload.refresh_from_db()
    assert upload.state == UploadState.REJECTED
    assert "several tries" in upload.verdict
    assert stored_files() == before


def test_removed_while_being_read_leaves_nothing(
    hand_in: HandIn, document: Document, before: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = hand_in(files.pdf(tmp_path / "a.pdf", [files.prose(100)]), read=False)
    real_store = extraction._store

    def removed(*args: object) -> None:
        uploads.delete(upload_id=upload.pk, by=document.owner)
        real_store(*args)

    monkeypatch.setattr(extraction, "_store", removed)
    extraction.extract(upload_id=upload.pk)
    assert not Upload.objects.exists()
    assert not Passage.objects.exists()


# --- taking back ----------------------------------------------------------------------------------------


def test_removing_a_file_removes_all_that_came_from_it(
    hand_in: HandIn,
    document: Document,
    before: set[str],
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    upload = hand_in(files.pdf(tmp_path / "a.pdf", [files.prose(100)]))
    with django_capture_on_commit_callbacks(execute=True):
        uploads.delete(upload_id=upload.pk, by=document.owner)
    assert not Source.objects.exists()
    assert not Passage.objects.exists()
    assert stored_files() == before


def test_removing_the_assignment_forgets_its_text(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    upload = hand_in(
        files.docx(tmp_path / "a.docx", ["Write twelve pages about lamps and lenses."]),
        purpose=UploadPurpose.ASSIGNMENT,
    )
    uploads.delete(upload_id=upload.pk, by=document.owner)
    document.refresh_from_db()
    assert document.assignment_text == ""


def test_a_paid_document_keeps_its_files(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    path = files.pdf(tmp_path / "a.pdf", [files.prose(100)])
    upload = hand_in(path)
    Document.objects.filter(pk=document.pk).update(state=DocumentState.QUEUED)
    with pytest.raises(NotEditable):
        uploads.delete(upload_id=upload.pk, by=document.owner)
    with pytest.raises(NotEditable):
        hand_in(files.pdf(tmp_path / "b.pdf", [files.prose(90)]))


def test_a_file_that_is_cited_stays(hand_in: HandIn, document: Document, tmp_path: Path) -> None:
    upload = hand_in(files.pdf(tmp_path / "a.pdf", [files.prose(100)]))
    source = document.sources.get()
    section = SectionFactory.create(document=document)
    document.citations.create(
        section=section,
        position=0,
        source=source,
        passage=source.passages.all()[0],
        sentence="So.",
        check_result="overlap",
    )
    with pytest.raises(UploadInUse):
        uploads.delete(upload_id=upload.pk, by=document.owner)


def test_a_document_holds_no_more_files_than_it_may(document: Document) -> None:
    Upload.objects.bulk_create(
        Upload(document=document, purpose=UploadPurpose.SOURCE, name=f"{number}")
        for number in range(uploads.MAX_UPLOADS)
    )
    with pytest.raises(UploadRefused):
        uploads.receive(
            document=document, purpose=UploadPurpose.SOURCE, name="one more", chunks=[b"x"], by=document.owner
        )


def test_real_manuals_are_read_whole(hand_in: HandIn) -> None:
    document = DocumentFactory.create()
    for name in ("debian-policy.pdf", "developers-reference.pdf"):
        assert hand_in(files.real_file(name), into=document).state == UploadState.READY
    sheet = hand_in(files.real_file("assignment-en.docx"), into=document, purpose=UploadPurpose.ASSIGNMENT)
    document.refresh_from_db()
    assert sheet.state == UploadState.READY
    assert "12 pages" in document.assignment_text
    assert sorted(document.sources.values_list("key", "page_count")) == [
        ("debian-developers-2023", 114), ("debian-policy-2022", 193),
    ]  # fmt: skip
    labels = dict(Passage.objects.filter(source__key="debian-policy-2022").values_list("page", "page_label"))
    assert labels[31] == "21"
