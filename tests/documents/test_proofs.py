"""What files say of their citations, and what tesigo-verify finds of them (R-18)."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from documents.domain import exporting, manifest_keys, manifests, proofs, requesting
from documents.enums import CitationCheck, DocumentState, ExportFormat, ExportState, SourceOrigin, UploadPurpose
from documents.models import Citation, Document, Export, Proof, SectionRevision, Upload
from privacy.domain import consent
from privacy.enums import ConsentKind
from privacy.models import AuditEvent
from tesigo import checks
from tesigo.platform import duty
from tesigo.platform.limited_child import ChildLimits
from tesigo_verify.checking import SourceFile, check
from tesigo_verify.files import PdfText, manifest_of_package, read, sha256_of
from tesigo_verify.folding import fold
from tesigo_verify.manifest import MOST_FILE_BYTES, key_id, parse, signer
from tesigo_verify.report import verdict
from tests.documents.factories import PassageFactory, SourceFactory, UserFactory, outlined_document
from tests.documents.files import pdf
from tests.verify.samples import prose

pytestmark = pytest.mark.django_db(transaction=True)

KEY = base64.b64encode(bytes(range(32))).decode()
SENTENCES = [
    "The keeper trims the lamp at *every* change of the watch [@lind, p. 2].",
    "Oil was dear, as [the ledger](https://example.org/) shows [@lind, p. 3],[^1] and scarce [@ek].",
]


@pytest.fixture
def lind(tmp_path: Path) -> Path:
    return pdf(tmp_path / "lind.pdf", ["\n".join(prose(number)) for number in (1, 2, 3)])


@pytest.fixture
def document(lind: Path) -> Document:
    """A finished document that cites a file of its owner's and a work that a search found."""
    document = outlined_document(pages=4)
    name = default_storage.save("uploads/lind", ContentFile(lind.read_bytes()))
    upload = Upload.objects.create(
        document=document,
        purpose=UploadPurpose.SOURCE,
        name="lind.pdf",
        stored_as=name,
        sha256=sha256_of(lind),
        size=lind.stat().st_size,
        due_at=None,
    )
    own = SourceFactory.create(document=document, key="lind", upload=upload, page_count=3)
    found = SourceFactory.create(document=document, key="ek", origin=SourceOrigin.SEARCH, title="On oil")
    section = document.sections.filter(children=None).order_by("position")[0]
    text = " ".join([*SENTENCES, "Nobody wrote down why."]) + "\n\n[^1]: A note."
    document.sections.filter(pk=section.pk).update(text=text)
    document.sections.filter(children=None).exclude(pk=section.pk).update(text="Nothing more is known of the light.")
    passages = [PassageFactory.create(source=own, page=page, text="\n".join(prose(page)[:4])) for page in (2, 3)]
    abstract = PassageFactory.create(source=found, page=0, text="Oil was dear and scarce in those years, it says.")
    for position, (passage, sentence) in enumerate(zip([*passages, abstract], [*SENTENCES, SENTENCES[1]], strict=True)):
        Citation.objects.create(
            document=document,
            section=section,
            position=position,
            source=passage.source,
            passage=passage,
            sentence=sentence,
            check_result=CitationCheck.JUDGED,
            check_note="It says so.",
        )
    wording = {"words": 40, "quoted": 4, "near": 6, "copied": [{"words": "a b c", "key": "lind", "page": "2"}]}
    density = {"citations": 3, "pages": "1", "wanted": 2, "round": ""}
    document.sections.filter(pk=section.pk).update(provenance={"wording": wording, "density": density})
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY, rendered_style="apa")
    document.refresh_from_db()
    return document


def look(client: Client, user: User) -> None:
    """Signs them in, with the consent that pages ask for."""
    consent.give(user=user, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    client.force_login(user)


def exported(document: Document, format: ExportFormat = ExportFormat.PDF) -> Export:
    pk = async_to_sync(exporting.export)(document_id=document.pk, format=format, with_ai_statement=False)
    return Export.objects.get(pk=pk)


def stored(export: Export) -> Path:
    assert default_storage.size(export.stored_as) == export.size
    return Path(default_storage.path(export.stored_as))


def test_a_pdf_holds_its_manifest_and_is_checked(document: Document, lind: Path, settings: Any, client: Client) -> None:
    settings.MANIFEST_SIGNING_KEY = KEY
    export = exported(document)
    proof = Proof.objects.get(export=export)
    data = PdfText(stored(export)).manifest()
    assert data == proof.manifest.encode()
    read_back = parse(data)
    raw: Any = read_back.raw
    assert [one["number"] for one in raw["citations"]] == [1, 2, 3]
    assert [one["document_page"] for one in raw["citations"]] == [3, 3, 3]
    assert raw["citations"][1]["pieces"] == ["Oil was dear, as the ledger shows", "and scarce"]
    assert raw["citations"][0] | {"passage": 0} == {
        "number": 1, "section": "1", "key": "lind",
        "sentence": "The keeper trims the lamp at *every* change of the watch.",
        "pieces": ["The keeper trims the lamp at *every* change of the watch"], "page": 2, "page_label": "",
        "document_page": 3, "check": "judged", "check_note": "", "passage": 0,
    }  # fmt: skip
    assert raw["words"] == {"all": 40, "quoted": 4, "near": 6, "own": 30}
    assert raw["sections"] == [{"number": "1", "title": "Introduction", "words": raw["words"]}]
    assert raw["copied"] == [{"section": "1", "words": "a b c", "key": "lind", "page_label": "2"}]
    assert raw["document"]["bibliography"] in "References Bibliography"
    public = signer(raw)
    assert public is not None
    assert [key["key_id"] for key in manifest_keys.published()] == [key_id(public)]

    # With the file and the source alone; a page too far fails.
    findings = check(read_back, read(stored(export)), [SourceFile(lind)])
    assert verdict(findings) == "holds", findings.failed
    assert findings.same_files == 1
    assert verdict(check(read_back, read(stored(export)), [SourceFile(lind)], shift=1)) == "fails"

    # By ourselves, in the background.
    assert proofs.figures(document) is None
    assert proofs.check(export_id=export.pk)
    assert not proofs.check(export_id=export.pk)
    found = proofs.figures(document)
    told = proofs.Figures(citations=3, sentences=3, looked_up=2, passages=2, copied=1, is_signed=True)
    assert found == replace(told, file="PDF", made_at=export.finished_at)
    assert found.holds
    look(client, document.owner)
    for page in ("documents:take_away", "documents:citations"):
        words = client.get(reverse(page, args=[document.pk])).content.decode()
        assert "3 of 3 cited sentences" in words
        assert "2 of 2 passages" in words
        assert "The manifest is signed." in words


def test_words_of_own_files_are_not_published(document: Document) -> None:
    raw = json.loads(Proof.objects.get(export=exported(document)).manifest)
    own, _, found = (one["passage"] for one in raw["citations"])
    assert (own["words"], bool(own["parts"]), len(own["sha256"])) == ("", True, 64)
    assert found["words"].startswith("Oil was dear")
    # Nor what a judge says of them.
    assert [one["check_note"] for one in raw["citations"]] == ["", "", "It says so."]
    assert raw["sources"][1]["files"][0]["pages"] == 3
    assert raw["sources"][0]["files"] == []
    assert raw["signature"] is None


def test_a_docx_holds_it_too_and_others_have_it_beside_them(document: Document, client: Client) -> None:
    word = exported(document, ExportFormat.DOCX)
    assert manifest_of_package(stored(word)) == word.proof.manifest.encode()
    assert parse(word.proof.manifest.encode()).citations[0].document_page == 0
    assert proofs.check(export_id=word.pk)
    figures = proofs.figures(document)
    assert (figures.sentences, figures.passages, figures.is_signed) == (3, 2, False)
    for format in (ExportFormat.ZOTERO, ExportFormat.WORD):
        live = exported(document, format)
        assert manifest_of_package(stored(live)) == live.proof.manifest.encode()
    plain = exported(document, ExportFormat.MARKDOWN)
    assert json.loads(plain.proof.manifest)["document"]["format"] == "markdown"
    assert not proofs.check(export_id=plain.pk)
    look(client, document.owner)
    page = client.get(reverse("documents:take_away", args=[document.pk])).content.decode()
    for export in (word, plain):
        address = reverse("documents:manifest", args=[document.pk, export.pk])
        assert address in page
        response = client.get(address)
        assert response.content.decode() == export.proof.manifest
        [noted] = AuditEvent.objects.filter(action="manifest.downloaded", object_id=str(export.pk))
        assert (noted.actor_id, noted.details["format"]) == (document.owner_id, export.format)
        assert response["Content-Disposition"].endswith('.manifest.json"')
    table = exported(document, ExportFormat.REPORT_CSV)
    assert client.get(reverse("documents:manifest", args=[document.pk, table.pk])).status_code == 404
    look(client, UserFactory.create())
    assert client.get(reverse("documents:manifest", args=[document.pk, word.pk])).status_code == 404


def test_nothing_is_taken_away_while_a_payment_is_disputed(document: Document, client: Client) -> None:
    export = exported(document, ExportFormat.MARKDOWN)
    Document.objects.filter(pk=document.pk).update(frozen_at=document.created_at)
    look(client, document.owner)
    response = client.get(reverse("documents:manifest", args=[document.pk, export.pk]))
    assert response.status_code == 302


def test_a_file_asked_for_in_the_background_has_one(document: Document) -> None:
    row = requesting.request_export(document_id=document.pk, format=ExportFormat.MARKDOWN, with_ai_statement=False)
    assert exporting.make_export(export_id=row.pk)
    row.refresh_from_db()
    assert row.state == ExportState.READY
    assert json.loads(row.proof.manifest)["citations"]


def test_figures_are_those_of_the_newest_file(document: Document) -> None:
    rows = [exported(document, format) for format in (ExportFormat.MARKDOWN, ExportFormat.HTML)]
    values = {"sentences": 3, "looked_up": 2, "passages": 2, "copied": 0, "is_signed": False}
    for number, row in enumerate(rows, start=1):
        Proof.objects.filter(export=row).update(findings={"citations": number, **values})
    # The first is made again, and finished last.
    Export.objects.filter(pk=rows[0].pk).update(finished_at=rows[1].finished_at + timedelta(hours=1))
    found = proofs.figures(document)
    assert found is not None
    assert (found.citations, found.file, found.is_behind) == (1, "Markdown", False)
    section = document.sections.first()
    assert section
    assert found.made_at
    after = found.made_at + timedelta(hours=1)
    SectionRevision.objects.create(section=section, revision=99, text="Anew.", reason="edited", created_at=after)
    behind = proofs.figures(document)
    assert behind is not None
    assert behind.is_behind


def test_sources_are_copied_a_few_at_a_time(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    export = exported(document, ExportFormat.DOCX)
    assert proofs.check(export_id=export.pk)
    whole = proofs.figures(document)
    monkeypatch.setattr(proofs, "_COPIED_BYTES", 1)
    uploads = list(Upload.objects.filter(document=document).exclude(stored_as=""))
    assert [len(batch) for batch in proofs._batches(uploads)] == [1] * len(uploads)
    assert proofs._batches([]) == [[]]
    Proof.objects.filter(export=export).update(findings=None, **duty.afresh(export.created_at))
    assert proofs.check(export_id=export.pk)
    assert proofs.figures(document) == whole


def test_sources_are_copied_together_as_far_as_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "_COPIED_BYTES", 10)
    uploads = [Upload(name=f"{size}.pdf", size=size) for size in (4, 6, 1, 20, 3)]
    assert [[one.size for one in batch] for batch in proofs._batches(uploads)] == [[4, 6], [1], [20], [3]]


def test_a_file_that_cannot_be_checked_is_tried_again(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    export = exported(document, ExportFormat.DOCX)
    stored(export).write_bytes(b"PK nothing")
    assert not proofs.check(export_id=export.pk)
    row = Proof.objects.get(export=export)
    assert (row.tries, row.error) == (1, "tesigo-verify could not read the file.")
    monkeypatch.setattr(proofs, "_LIMITS", ChildLimits(memory_bytes=3 * 1024**3, cpu_seconds=9, wall_seconds=0.01))
    duty.nudge_due()
    Proof.objects.update(due_at=row.created_at)
    assert not proofs.check(export_id=export.pk)
    row.refresh_from_db()
    assert row.error == "tesigo-verify came to no end."


def test_citations_that_nobody_checked_are_told(document: Document, client: Client) -> None:
    Citation.objects.filter(position=0).update(check_result=CitationCheck.CHANGED)
    export = exported(document, ExportFormat.DOCX)
    assert json.loads(export.proof.manifest)["citations"][0]["check"] == "changed"
    assert proofs.check(export_id=export.pk)
    found = proofs.figures(document)
    assert found is not None
    assert (found.unchecked, found.holds) == (1, True)
    look(client, document.owner)
    words = client.get(reverse("documents:take_away", args=[document.pk])).content.decode()
    assert "In a sentence that its author changed, not checked since: 1" in words
    assert "callout-success" not in words


def test_a_source_too_large_to_be_looked_up_ends_no_check(document: Document) -> None:
    Upload.objects.update(size=MOST_FILE_BYTES + 1)
    export = exported(document, ExportFormat.DOCX)
    assert proofs.check(export_id=export.pk)
    found = proofs.figures(document)
    assert found is not None
    assert (found.sentences, found.looked_up) == (3, 0)


@pytest.mark.parametrize(
    ("citations", "looked_up", "passages", "holds"),
    [(3, 2, 2, True), (3, 2, 1, False), (3, 0, 0, False), (0, 0, 0, True)],
)
def test_a_file_of_which_nothing_could_be_looked_up_does_not_hold(
    citations: int, looked_up: int, passages: int, holds: bool
) -> None:
    found = proofs.Figures(citations, citations, looked_up, passages, copied=0, is_signed=True)
    assert found.holds == holds


def test_the_manifest_has_the_title_that_is_printed(document: Document) -> None:
    document.own_title = "A title of my own"
    raw = json.loads(manifests.of_document(document, format="html", page_texts=(), now=document.created_at))
    assert raw["document"]["title"] == "A title of my own"


def test_sentences_that_are_not_found_have_no_page() -> None:
    finder = manifests._Finder([fold("First page with words"), fold("Second one")])
    assert finder.page_of(["Second one"]) == 2
    assert finder.page_of(["First page"]) == 1
    assert finder.page_of(["Nowhere"]) == 0
    assert finder.page_of([]) == 0


def test_pieces_of_a_sentence() -> None:
    assert manifests.pieces_of("[not a citation @] stays, [@lind] goes.") == ["[not a citation @] stays,", "goes."]


def test_keys_are_published_and_wrong_ones_refused(client: Client, settings: Any) -> None:
    assert client.get("/manifest-keys.json").json() == {"keys": []}
    assert checks.production_signs_manifests(None) == []
    settings.MANIFEST_SIGNING_KEY = KEY
    settings.MANIFEST_EARLIER_PUBLIC_KEYS = [base64.b64encode(bytes(32)).decode()] * 2
    response = client.get("/manifest-keys.json")
    keys = response.json()["keys"]
    assert [len(base64.b64decode(key["public_key"])) for key in keys] == [32, 32]
    assert keys[1]["key_id"] == key_id(bytes(32))
    assert "public" in response["Cache-Control"]
    settings.IS_PRODUCTION = True
    assert checks.production_signs_manifests(None) == []
    assert checks.manifests_can_be_signed(None) == []
    settings.MANIFEST_SIGNING_KEY = ""
    assert [one.id for one in checks.production_signs_manifests(None)] == ["tesigo.W004"]
    for wrong in ("c2hvcnQ=", "§"):
        settings.MANIFEST_EARLIER_PUBLIC_KEYS = [wrong]
        assert [one.id for one in checks.manifests_can_be_signed(None)] == ["tesigo.E003"]
