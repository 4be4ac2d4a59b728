"""Files are looked at by clamd before they are read, over a real socket (R-81)."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from documents.domain import extraction
from documents.enums import UploadState
from documents.models import Document, Upload
from documents.uploads import scanner
from sandbox.clamd import EICAR, FOUND, Clamd
from tesigo.platform import duty
from tesigo.platform.processes import free_port
from tests.documents import files
from tests.serving import serving

pytestmark = pytest.mark.django_db
HandIn = Callable[..., Upload]


@pytest.fixture
def clamd(settings: Any) -> Iterator[Clamd]:
    with serving(Clamd()) as server:
        settings.CLAMD_URL = server.url
        yield server
    scanner.breaker.forget()


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text(files.prose(100))
    return path


def test_a_clean_file_is_read(clamd: Clamd, hand_in: HandIn, note: Path) -> None:
    assert hand_in(note).state == UploadState.READY
    assert clamd.scanned == [note.stat().st_size]


def test_what_is_found_is_named_and_nothing_is_kept(clamd: Clamd, hand_in: HandIn, note: Path) -> None:
    note.write_bytes(note.read_bytes() + EICAR)
    upload = hand_in(note)
    assert (upload.state, upload.stored_as) == (UploadState.REJECTED, "")
    assert upload.verdict == f"The virus scanner found something harmful in this file ({FOUND}). It was not kept."


def test_while_it_is_away_a_file_waits_and_says_so(
    clamd: Clamd, hand_in: HandIn, document: Document, note: Path, settings: Any
) -> None:
    settings.CLAMD_URL = f"tcp://127.0.0.1:{free_port()}"
    upload = hand_in(note)
    assert upload.state == UploadState.EXTRACTING
    assert "The file waits for it" in upload.verdict
    assert upload.due_at
    assert upload.due_at > timezone.now()
    assert not document.sources.exists()
    settings.CLAMD_URL = clamd.url
    scanner.breaker.forget()
    Upload.objects.update(**duty.due_now(upload.created_at))
    extraction.extract(upload_id=upload.pk)
    upload.refresh_from_db()
    assert upload.state == UploadState.READY


def test_a_file_that_is_too_long_for_it_is_refused(clamd: Clamd, hand_in: HandIn, tmp_path: Path) -> None:
    clamd.stream_max_bytes = 1000
    path = tmp_path / "long.txt"
    path.write_text(files.prose(100_000))
    upload = hand_in(path)
    assert (upload.state, clamd.scanned) == (UploadState.REJECTED, [])
    assert upload.verdict == "This file is larger than the virus scanner of this site takes. It was not kept."


@pytest.mark.parametrize("answer", ["stream: Can't allocate memory ERROR", "COMMAND READ TIMED OUT", "UNKNOWN COMMAND"])
def test_an_answer_that_is_no_word_on_the_file_is_none(clamd: Clamd, note: Path, answer: str) -> None:
    clamd.answer = answer
    with pytest.raises(scanner.ScannerAway):
        scanner.found_in(note)


def test_one_that_falls_silent_is_away(clamd: Clamd, note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "ANSWER_SECONDS", 0.05)
    clamd.silence = 0.2
    for _ in range(2):  # at the second time nobody is asked
        with pytest.raises(scanner.ScannerAway):
            scanner.found_in(note)


def test_it_is_reached_by_a_socket_of_the_machine(note: Path, settings: Any, tmp_path: Path) -> None:
    place = tmp_path / "clamd.ctl"
    settings.CLAMD_URL = f"unix://{place}"
    with pytest.raises(scanner.ScannerAway):
        scanner.found_in(note)
    scanner.breaker.forget()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(place))
        door.listen()

        def cut() -> None:
            line, _address = door.accept()
            line.recv(10)
            line.sendall(b"stream: OK")  # and no end
            line.close()

        thread = threading.Thread(target=cut)
        thread.start()
        with pytest.raises(scanner.ScannerAway):
            scanner.found_in(note)
        thread.join()
    scanner.breaker.forget()
