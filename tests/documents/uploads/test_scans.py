"""Scans that are handed in: recognised where a program for it is there, with its progress; refused with a word else."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from pytest_django import Settings

from documents.domain import extraction, scans
from documents.domain.scans import BEING_RECOGNISED
from documents.enums import Recognising, UploadPurpose, UploadState
from documents.models import Document, Passage, Upload
from tesigo.platform import duty
from tests.documents import files
from tests.documents.uploads.conftest import HandIn

pytestmark = pytest.mark.django_db
WORDS = ["harbour", "bell", "quay", "fog", "lamp", "rope", "tide", "mole", "pilot", "keeper", "boat", "winter"]


def page_of(number: int) -> str:
    """Sentences of English, other ones on each page."""
    lines = []
    for at in range(14):
        one, two, three = (WORDS[(number * 5 + at * step) % len(WORDS)] for step in (1, 3, 7))
        lines.append(f"In {1800 + number * 14 + at} the {one} of the town was not far from the {two} and the {three}.")
    return "\n".join(lines)


def recogniser(folder: Path, does: str) -> str:
    path = folder / "recogniser"
    path.write_text(f'#!/bin/sh\nfor one; do made="$one"; done\n{does}\n', encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("purpose", [UploadPurpose.SOURCE, UploadPurpose.ASSIGNMENT])
def test_a_scan_is_recognised_and_its_pages_are_told_as_they_come(
    hand_in: HandIn, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, purpose: UploadPurpose
) -> None:
    made = files.pdf(tmp_path / "made.pdf", [page_of(number) for number in range(5)])
    settings.OCR_PROGRAM = recogniser(tmp_path, f'cp {made} "$made"')
    seen: list[tuple[int, str]] = []
    hold = extraction._hold

    def watched(upload: Upload, **values: object) -> None:
        hold(upload, **values)
        row = Upload.objects.get(pk=upload.pk)
        seen.append((row.pages_read, row.verdict))

    monkeypatch.setattr(extraction, "_hold", watched)
    upload = hand_in(files.scanned_pdf(tmp_path / "scan.pdf", 5), purpose=purpose)
    assert (upload.state, upload.pages_total, upload.pages_read) == (UploadState.READY, 5, 5)
    assert (0, str(BEING_RECOGNISED)) in seen
    assert (5, str(BEING_RECOGNISED)) in seen
    assert {passage.page for passage in Passage.objects.all()} == (
        {1, 2, 3, 4, 5} if purpose == UploadPurpose.SOURCE else set()
    )
    assert "recognised" not in upload.verdict


def test_a_scan_of_which_nothing_is_recognised_says_so(hand_in: HandIn, tmp_path: Path, settings: Settings) -> None:
    settings.OCR_PROGRAM = "/bin/true"
    upload = hand_in(files.scanned_pdf(tmp_path / "scan.pdf", 2))
    assert "could not be recognised" in upload.verdict
    assert (upload.state, upload.stored_as) == (UploadState.REJECTED, "")


def test_one_page_in_twelve_is_too_little_of_a_scan(hand_in: HandIn, tmp_path: Path, settings: Settings) -> None:
    made = files.pdf(tmp_path / "made.pdf", [page_of(1)])
    once = f'if [ -e {tmp_path}/seen ]; then exit 15; else touch {tmp_path}/seen; cp {made} "$made"; fi'
    settings.OCR_PROGRAM = recogniser(tmp_path, once)
    assert "could not be recognised" in hand_in(files.scanned_pdf(tmp_path / "scan.pdf", 12)).verdict
    assert not Passage.objects.exists()


def test_what_is_no_scan_is_not_recognised(hand_in: HandIn, tmp_path: Path, settings: Settings) -> None:
    settings.OCR_PROGRAM = recogniser(tmp_path, f"touch {tmp_path}/called")
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4\nnothing\n%%EOF")
    assert "damaged" in hand_in(path).verdict
    assert not (tmp_path / "called").exists()


def test_the_row_says_that_text_is_being_recognised(hand_in: HandIn, tmp_path: Path) -> None:
    upload = hand_in(files.scanned_pdf(tmp_path / "scan.pdf", 2), read=False)
    upload.verdict, upload.pages_total, upload.pages_read = str(BEING_RECOGNISED), 40, 10
    row = render_to_string("documents/uploads/rows.html", {"uploads": [upload], "document": upload.document})
    assert "its text is being recognised" in row
    assert "page 10 of 40" in row


def test_scans_wait_for_each_other_and_nothing_else_waits_for_them(
    hand_in: HandIn, tmp_path: Path, settings: Settings
) -> None:
    made = files.pdf(tmp_path / "made.pdf", [page_of(number) for number in range(5)])
    settings.OCR_PROGRAM = recogniser(tmp_path, f'cp {made} "$made"')
    first = hand_in(files.scanned_pdf(tmp_path / "first.pdf", 4))
    assert (first.state, first.recognition) == (UploadState.READY, Recognising.WAITING)
    # As if another worker had it just now.
    soon = timezone.now() + timedelta(seconds=60)
    held = {"state": UploadState.EXTRACTING, "recognition": Recognising.GOING, "due_at": soon}
    Upload.objects.filter(pk=first.pk).update(**held)
    second = hand_in(files.scanned_pdf(tmp_path / "second.pdf", 5))
    assert (second.state, second.recognition, second.verdict) == (
        UploadState.EXTRACTING, Recognising.WAITING, str(BEING_RECOGNISED),
    )  # fmt: skip
    assert second.tries == 0, "waiting is no try"
    assert hand_in(files.pdf(tmp_path / "text.pdf", [page_of(9)])).state == UploadState.READY

    def again() -> Upload:
        Upload.objects.filter(pk=second.pk).update(due_at=timezone.now())
        extraction.extract(upload_id=second.pk)
        return Upload.objects.get(pk=second.pk)

    settings.OCR_PROGRAM = recogniser(tmp_path, "exit 1")
    assert again().recognition == Recognising.WAITING
    Upload.objects.filter(pk=first.pk).update(due_at=timezone.now())  # its worker died
    settings.OCR_PROGRAM = recogniser(tmp_path, f'cp {made} "$made"')
    assert again().state == UploadState.READY


def test_a_scan_that_is_in_other_hands_takes_no_turn(document: Document) -> None:
    upload = Upload.objects.create(document=document, purpose=UploadPurpose.SOURCE, state=UploadState.EXTRACTING)
    Upload.objects.update(token=7)
    with pytest.raises(duty.LostDuty):
        scans.take_turn(upload)
    scans.give_turn_back(upload)
    assert Upload.objects.get().recognition == ""
