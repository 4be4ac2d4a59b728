"""tus-js-client of npm sends to the real application: whole, with a pause, in parts side by side (R-80).

Tests fetch nothing, so they need Node and a folder where somebody ran ``npm install tus-js-client``: `TUS_JS_CLIENT`.
"""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.files.storage import default_storage

from accounts.enums import ApiScope
from documents.enums import UploadState
from documents.models import Document, FilePart
from sandbox.testing import Running
from tesigo.platform import multipart
from tests.api.calling import with_token
from tests.documents.elsewhere import in_s3
from tests.documents.resumable.site import arriving, upload_at

MODULES = os.environ.get("TUS_JS_CLIENT", "")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (MODULES and shutil.which("node")), reason="no Node, or TUS_JS_CLIENT names no folder"),
]
MIB = 1024 * 1024
DATA = b"".join(b"%d lamps were lit along the coast.\n" % number for number in range(160_000))


def send(document: Document, tmp_path: Path, **how: Any) -> str:
    """The path of the file that has come."""
    (tmp_path / "notes.txt").write_bytes(DATA)
    wanted = {
        "modules": str(Path(MODULES).resolve()),
        "endpoint": f"{configured.SITE_URL}/files/",
        "token": with_token(document.owner, ApiScope.DOCUMENTS_WRITE, ApiScope.DOCUMENTS_READ).token,
        "document": str(document.pk),
        "file": str(tmp_path / "notes.txt"),
        "remembered": str(tmp_path / "remembered.json"),
        "chunkSize": MIB,
        **how,
    }
    script = Path(__file__).with_name("tus_js_client.cjs")
    done = subprocess.run(
        ["node", str(script), json.dumps(wanted)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().removeprefix(configured.SITE_URL)


def is_kept(path: str) -> bool:
    upload = upload_at(path)
    assert (upload.state, upload.name) == (UploadState.EXTRACTING, "notes.txt"), upload.verdict
    assert upload.sha256 == hashlib.sha256(DATA).hexdigest()
    with default_storage.open(upload.stored_as) as stored:
        return bool(stored.read() == DATA)


@pytest.mark.parametrize("how", [{}, {"withCreation": True}, {"stopAfter": 2 * MIB}, {"parallelUploads": 3}], ids=str)
def test_it_sends_to_a_disk(document: Document, tmp_path: Path, how: dict[str, Any]) -> None:
    assert is_kept(send(document, tmp_path, **how))
    assert arriving() == []
    assert not FilePart.objects.exists()


@pytest.mark.parametrize("how", [{"stopAfter": 2 * MIB}, {"parallelUploads": 2}], ids=str)
def test_it_sends_to_s3(
    document: Document,
    tmp_path: Path,
    how: dict[str, Any],
    settings: Any,
    sandbox: Running,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.S3_BUCKET, settings.STORAGES = "files", in_s3(sandbox.base_url)
    monkeypatch.setattr(multipart, "PART_BYTES", multipart.LEAST_PART_BYTES)
    path = send(document, tmp_path, **how)
    assert is_kept(path)
    assert sandbox.control.get("s3")["files"] == {"objects": {upload_at(path).stored_as: len(DATA)}, "uploads": {}}
