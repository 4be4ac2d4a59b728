"""Every page of a student and of a visitor is valid HTML in every language, as the checker of the W3C reads it.

Tests fetch nothing, so they need Java and the checker's program, as of ``npm install vnu-jar``: `VNU_JAR` names it.
"""

import json
import os
import shutil
import subprocess
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from documents.enums import DocumentState
from documents.models import Document
from tests.documents.test_views import student_with_consent
from tests.languages.test_untranslated import pages_without_ids
from tests.platform.test_ownership import THEIRS, Things, signed_in

VNU_JAR: Final = os.environ.get("VNU_JAR", "")
#: For some 1,300 pages, on a busy machine.
_TIMEOUT_SECONDS: Final = 900

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not (VNU_JAR and shutil.which("java")), reason="no Java, or VNU_JAR names no checker"),
]


def _kept(folder: Path) -> dict[str, str]:
    """Writes each page once, whoever has it in whatever language. Returns where each file was had."""
    theirs, found = Things(student_with_consent()), {}
    paths = [*pages_without_ids(), *(one.at(theirs.id_of) for one in THEIRS if not one.route.startswith("api/"))]
    for language, _name in settings.LANGUAGES:
        User.objects.filter(pk=theirs.owner.pk).update(language=language)
        for state in (DocumentState.OUTLINED, DocumentState.READY):
            Document.objects.filter(pk=theirs.document.pk).update(state=state)
            for browser in (signed_in(theirs.owner), Client(headers={"Accept-Language": language})):
                for path in paths:
                    answer = browser.get(path)
                    # Parts that htmx puts into a page are no documents.
                    if not (b"" if answer.streaming else answer.content.lstrip()[:9]).lower().startswith(b"<!doctype"):
                        continue
                    name = f"{blake2b(answer.content, digest_size=8).hexdigest()}.html"
                    if name not in found:
                        (folder / name).write_bytes(answer.content)
                        found[name] = f"{path} {language} {state}"
    return found


def _errors(folder: Path) -> list[dict[str, Any]]:
    command = ["java", "-Xmx1g", "-jar", VNU_JAR, "--errors-only", "--exit-zero-always", "--format", "json", folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=True)
    messages: list[dict[str, Any]] = json.loads(done.stderr)["messages"]
    return messages


def test_every_page_is_valid_in_every_language(tmp_path: Path) -> None:
    found = _kept(tmp_path)
    assert len(found) > 500
    said = {
        (found[Path(one["url"]).name].split()[0], one["message"], one.get("extract", "")) for one in _errors(tmp_path)
    }
    assert sorted(said) == []


def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text("<!doctype html><html lang=en><title>A</title><p><div></p>")
    assert _errors(tmp_path)
