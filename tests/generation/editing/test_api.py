"""A program changes a section's text (R-90, R-91)."""

import pytest

from accounts.models import User
from documents.models import Section
from tests.api.calling import kind_of, program_of
from tests.generation.editing.making import TEXT

pytestmark = pytest.mark.django_db


def test_a_text_is_read_changed_and_has_versions(section: Section, student: User) -> None:
    program, at = program_of(student), f"/api/v1/documents/{section.document_id}/sections/{section.pk}"
    read = program.get(f"{at}/text").json()
    assert (read["revision"], read["text"]) == (1, TEXT)
    put = program("PUT", f"{at}/text", {**read, "text": f"{TEXT} Mine."})
    assert (put.status_code, put.json()["revision"]) == (200, 2)
    assert kind_of(program("PUT", f"{at}/text", {**read, "text": "Late."})) == "newer-version"
    refused = program("PUT", f"{at}/text", {"revision": 2, "text": "So [@nobody]."})
    assert (refused.status_code, kind_of(refused)) == (422, "text-not-usable")
    assert [(one["revision"], one["reason"]) for one in program.get(f"{at}/versions").json()] == [
        (2, "edited"), (1, "written"),
    ]  # fmt: skip
