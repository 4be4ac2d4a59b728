from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_django

if TYPE_CHECKING:
    from documents.models import Document, Upload

# Models are imported where they are used: pytest may load this file before Django is set up.
HandIn = Callable[..., Any]


@pytest.fixture
def document() -> "Document":
    from tests.documents.factories import DocumentFactory

    return DocumentFactory.create()


@pytest.fixture
def hand_in(
    document: "Document", django_capture_on_commit_callbacks: pytest_django.DjangoCaptureOnCommitCallbacks
) -> HandIn:
    """Hands a file in as its owner would, and reads it at once unless told not to; commits really commit."""
    from documents.domain import extraction, uploads

    def hand_in(
        path: Path, *, purpose: str = "source", name: str = "", read: bool = True, into: "Document | None" = None
    ) -> "Upload":
        target = into or document
        content = path.read_bytes()
        chunks = (content[at : at + 65_536] for at in range(0, len(content), 65_536))
        with django_capture_on_commit_callbacks(execute=True):
            upload = uploads.receive(
                document=target,
                purpose=purpose,
                name=name or path.name,
                chunks=chunks,
                by=target.owner,
            )
        if read:
            with django_capture_on_commit_callbacks(execute=True):
                extraction.extract(upload_id=upload.pk)
            upload.refresh_from_db()
        return upload

    return hand_in
