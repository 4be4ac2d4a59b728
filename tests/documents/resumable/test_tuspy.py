"""tuspy of PyPI sends to the real application: whole, with a pause, with checksums (R-80).

It brings aiohttp along, which the SDKs of Stripe and others load where they find it: so it is in a folder of its own,
`TUSPY`, where somebody ran ``pip install --target``.
"""

import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.files.storage import default_storage

from accounts.enums import ApiScope
from documents.enums import UploadState
from documents.models import Document
from tests.api.calling import with_token
from tests.documents.resumable.site import arriving, upload_at

MODULES = os.environ.get("TUSPY", "")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not MODULES, reason="TUSPY names no folder"),
]

MIB = 1024 * 1024
DATA = b"".join(b"%d lamps were lit along the coast.\n" % number for number in range(100_000))


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "notes.txt"
    path.write_bytes(DATA)
    return str(path)


@pytest.fixture
def client(document: Document, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", [*sys.path, MODULES])
    from tusclient.client import TusClient  # type: ignore[import-not-found]  # only where somebody has it

    token = with_token(document.owner, ApiScope.DOCUMENTS_WRITE, ApiScope.DOCUMENTS_READ).token
    return TusClient(f"{configured.SITE_URL}/files/", headers={"Authorization": f"Bearer {token}"})


def is_kept(url: str) -> bool:
    upload = upload_at(url.removeprefix(configured.SITE_URL))
    assert (upload.state, upload.name) == (UploadState.EXTRACTING, "notes.txt"), upload.verdict
    assert upload.sha256 == hashlib.sha256(DATA).hexdigest()
    with default_storage.open(upload.stored_as) as stored:
        return bool(stored.read() == DATA)


@pytest.mark.parametrize("is_checked", [False, True])
def test_it_sends_in_pieces(client: Any, document: Document, file: str, is_checked: bool) -> None:
    about = {"filename": "notes.txt", "document": str(document.pk)}
    uploader = client.uploader(file, chunk_size=MIB, metadata=about, upload_checksum=is_checked)
    uploader.upload()
    assert is_kept(uploader.url)
    assert arriving() == []


def test_it_goes_on_where_another_one_stopped(client: Any, document: Document, file: str) -> None:
    about = {"filename": "notes.txt", "document": str(document.pk)}
    first = client.uploader(file, chunk_size=MIB, metadata=about)
    first.upload(stop_at=2 * MIB)
    second = client.uploader(file, chunk_size=MIB, url=first.url)
    assert second.get_offset() == 2 * MIB
    second.upload()
    assert is_kept(first.url)
