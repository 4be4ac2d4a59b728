"""The whole journey by a program: from an address to a finished, cited PDF, with nothing but a token (R-58)."""

import io
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest

from billing.domain import settlement
from billing.models import Payment
from demo.source import TEXT
from documents.models import Document
from documents.tasks import extract_upload
from sandbox.client import Control
from tests.accounts.journey import Post
from tests.api.calling import Program, sign_in
from tests.generation.making import drain

pytestmark = pytest.mark.usefixtures("committed")

API = "/api/v1"
ADDRESS = "ada.lovelace@university.example"


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, (answer.status_code, answer.content[:500])
    return answer.json()


def signed_in(post: Post) -> Program:
    """By the code of the mail; agrees to the terms, as nothing else goes before."""
    tokens = ok(sign_in(post, ADDRESS))
    program = Program(tokens["access_token"])
    assert program.get(f"{API}/documents").status_code == 403
    assert ok(program("PUT", f"{API}/user/consents", {"essential": True}))["is_accepted"] is True
    return program


def hand_in(program: Program, path: str) -> None:
    """One source, read at once as a worker would."""
    answer = program.browser.post(
        path,
        data={"file": io.BytesIO(TEXT.read_bytes()), "purpose": "source"},
        headers={"Authorization": f"Bearer {program.token}"},
    )
    extract_upload(ok(answer, 202)["id"])
    [row] = ok(program.get(path))["results"]
    assert row["state"] == "ready", row


def paid(program: Program, path: str, control: Control) -> None:
    """Ordered at the price that was seen, and paid by a person on Stripe's page."""
    price = ok(program.get(f"{path}/price"))
    assert price["total"] == "1.00"
    order = {"total": price["total"], "version": price["version"], "terms": True, "start_now": True}
    opened = ok(program.post(f"{path}/checkout", order, Idempotency_Key=uuid4().hex), 201)
    payment = Payment.objects.get(pk=opened["payment_id"])
    assert opened["checkout_url"] == payment.checkout_url
    control.pay(str(payment.stripe_session_id))
    settlement.settle(payment_id=payment.pk, cause="webhook")
    assert ok(program.get(f"{API}/payment/{payment.pk}"))["state"] == "succeeded"


def taken_away(program: Program, path: str) -> str:
    """The text of the PDF."""
    ready = {row["format"]: row for row in ok(program.get(f"{path}/export"))["results"]}
    assert set(ready) == {"pdf", "docx"}
    file = program.get(ready["pdf"]["file_url"], Accept="application/pdf")
    assert file.headers["Content-Type"] == "application/pdf"
    pages = pypdfium2.PdfDocument(b"".join(file))
    return " ".join(page.get_textpage().get_text_bounded() for page in pages)


def test_from_an_address_to_a_finished_cited_pdf(post: Post, control: Control) -> None:
    program = signed_in(post)
    brief = {"kind": "essay", "topic": "How lighthouses were kept", "pages": 2, "search_for_sources": False}
    document = ok(program.post(f"{API}/documents", brief), 201)["id"]
    path = f"{API}/documents/{document}"
    hand_in(program, f"{path}/sources")

    begun = ok(program.post(f"{API}/generate/outline", {"document_id": document}, Idempotency_Key=uuid4().hex), 202)
    drain()
    assert ok(program.get(begun["check_url"]))["status"] == "succeeded"
    read = program.get(f"{path}/outline")
    outline = ok(read)
    outline["sections"][0]["title"] = "What the lights were for"
    changed = ok(program("PUT", f"{path}/outline", outline, If_Match=read.headers["ETag"]))
    assert changed["is_complete"] is True

    paid(program, path, control)
    drain()
    assert ok(program.get(f"{path}/progress"))["percent"] == 100
    sections = ok(program.get(f"{path}/sections"))["results"]
    assert sections[0]["title"] == "What the lights were for"
    assert any("[@" in (row["text"] or "") for row in sections)
    report = ok(program.get(f"{path}/citations"))
    assert report["total"] == len(report["citations"]) > 0
    assert "What the lights were for" in taken_away(program, path)
    [payment] = ok(program.get(f"{API}/payment/history"))["results"]
    assert (payment["document"], payment["amount"]) == (document, "1.00")


def test_a_whole_work_is_ordered_in_one_call_and_polled_to_its_end(post: Post, control: Control) -> None:
    program = signed_in(post)
    work = {"title": "How lighthouses were kept", "pages": 2, "kind": "essay"}
    begun = ok(program.post(f"{API}/generate/document-async", work, Idempotency_Key=uuid4().hex), 202)
    drain()
    waiting = ok(program.get(begun["check_url"]))
    assert (waiting["status"], waiting["waits_for"]["what"]) == ("waiting", "payment")
    drain()
    assert Document.objects.get().state == "outlined", "nothing is written unpaid"
    paid(program, f"{API}/documents/{begun['document_id']}", control)
    drain()
    done = ok(program.get(begun["check_url"]))
    assert (done["status"], done["progress"], done["document_id"]) == ("succeeded", 100, begun["document_id"])
    assert done["payment_url"] is None
