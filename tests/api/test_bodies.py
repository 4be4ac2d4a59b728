"""Bodies that no program means: each is refused in words, whatever the route."""

import pytest
from django.test import RequestFactory

from documents.models import Document
from tesigo.platform.api.problems import handler
from tests.api.calling import kind_of, program_of
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db

ROUTES = [
    ("post", "/api/v1/documents"),
    ("post", "/api/v1/generate/document-async"),
    ("patch", "/api/v1/user"),
    ("put", "/api/v1/user/consents"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"title":' * 50_000,
        b'{"title": "\\ud800"}',
        b'{"\\udc00": 1}',
        b"\xff\xfe",
        b'{"pages": ' + b"9" * 6_000 + b"}",
        b'{"pages": NaN}',
        b"{",
    ],
    ids=["lists", "objects", "half a pair", "half a pair as name", "no UTF-8", "digits", "NaN", "cut"],
)
def test_what_is_no_json_of_ours_is_a_bad_request(method: str, path: str, body: bytes) -> None:
    program = program_of(student_with_consent())
    headers = {"Authorization": f"Bearer {program.token}", "Idempotency-Key": "a-key"}
    answer = getattr(program.browser, method)(path, data=body, content_type="application/json", headers=headers)
    assert answer.status_code == 400
    kind_of(answer)
    assert not Document.objects.exists()


def test_what_is_gone_by_the_time_it_is_locked_is_not_found() -> None:
    request = RequestFactory().patch("/api/v1/documents/x")
    answer = handler(Document.DoesNotExist(), {"request": request})
    assert answer is not None
    assert answer.status_code == 404
