"""What the site depends on freezes: it keeps its sockets open and never answers (R-106, R-115).

Pages, forms and the webhook are answered all the same, nothing of the pool is used up, and what was asked for happens
when it thaws.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from django.db import connection

from accounts.enums import MailState
from accounts.models import Mail
from billing.enums import PaymentState
from billing.models import Payment, WebhookEvent
from documents.models import Document, Upload
from tesigo.platform.live import TRY_AGAIN_LATER
from tests.documents.factories import DocumentFactory
from tests.documents.test_views import student_with_consent
from tests.faults.frozen import LIMIT, Answer, Site, Visitor, at_once, own_site, web_server
from tests.faults.own_servers import speaking_to
from tests.faults.workers import wait_until
from tests.generation.conftest import silent_port
from tests.generation.making import ordered_document

__all__ = ["silent_port"]

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

BRIEF = {"kind": "essay", "topic": "What a frozen database kept", "language": "en", "pages": "4"}
THAW_SECONDS = 60.0


@pytest.fixture(scope="module")
def running(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with own_site(tmp_path_factory.mktemp("frozen")) as site:
        yield site


@pytest.fixture
def site(running: Site, committed: None) -> Iterator[Site]:
    """The site, and its database for what the test itself writes and reads."""
    with speaking_to(running.environ["DATABASE_URL"]):
        yield running
        running.everybody_leaves()


def slowest(answers: list[Answer]) -> float:
    return max(answer.seconds for answer in answers)


def told(answers: list[Answer]) -> list[tuple[int, float, str]]:
    return [
        (answer.status, round(answer.seconds, 1), answer.text[:80] if answer.status != 200 else "")
        for answer in answers
    ]


class TestRedis:
    def test_forms_and_pages_are_answered_and_what_was_asked_for_happens_after_the_thaw(self, site: Site) -> None:
        visitors = [site.visitor() for _ in range(8)]
        students = [site.student() for _ in range(4)]
        asked = [f"frozen{number}@students{number}.example" for number in range(8)]
        with site.frozen("redis"):
            posts = at_once(
                *(
                    lambda visitor=visitor, email=email: visitor.post("/signin/", {"email": email})
                    for visitor, email in zip(visitors, asked, strict=True)
                )
            )
            pages = at_once(
                *(lambda student=student: student.get("/documents/") for student in students),
                *(lambda visitor=visitor: visitor.get("/") for visitor in visitors[:3]),
                lambda: visitors[3].get("/ready"),
            )
        assert {answer.status for answer in posts} == {302}, told(posts)
        assert {answer.status for answer in pages} == {200}, told(pages)
        assert slowest([*posts, *pages]) < LIMIT, told([*posts, *pages])
        assert '"database": "ok"' in pages[-1].text
        assert '"redis": "away"' in pages[-1].text
        wait_until(
            lambda: Mail.objects.filter(state=MailState.SENT, to__in=asked).count() == 8,
            "the mails did not leave",
            seconds=THAW_SECONDS,
        )
        assert [len(site.mails_to(address)) for address in asked] == [1] * 8

    def test_a_signed_event_is_stored_and_answered_and_worked_once_after_the_thaw(self, site: Site) -> None:
        letters = [site.webhook({"id": f"cs_test_frozen{number}", "object": "checkout.session"}) for number in range(8)]
        with site.frozen("redis"):
            answers = at_once(*letters)
            again = at_once(*letters)
            assert WebhookEvent.objects.count() == 8
            time.sleep(10)  # the outage itself: longer than the worker's and beat's own time limits
        assert {answer.status for answer in [*answers, *again]} == {200}, told([*answers, *again])
        assert slowest([*answers, *again]) < LIMIT, told([*answers, *again])
        waiting = WebhookEvent.objects.filter(processed_at=None)
        wait_until(lambda: not waiting.exists(), "the events were not worked", seconds=THAW_SECONDS)

    def test_live_lines_send_their_page_to_polling_and_go_on_after_the_thaw(self, site: Site) -> None:
        document = ordered_document(owner=student_with_consent())
        student, others = site.student(document.owner), [site.student(document.owner) for _ in range(3)]
        line = student.line(progress_line(document))
        assert json.loads(line.recv(THAW_SECONDS))["state"]
        with site.frozen("redis"):
            closed = at_once(*(lambda one=one: one.closed_with(progress_line(document)) for one in others))
            polled = at_once(
                *(lambda one=one: one.get(f"/documents/{document.pk}/progress/fragment/") for one in others)
            )
        assert {answer.status for answer in closed} == {TRY_AGAIN_LATER}, told(closed)
        assert {answer.status for answer in polled} == {200}, told(polled)
        assert slowest([*closed, *polled]) < LIMIT, told([*closed, *polled])
        assert json.loads(line.recv(THAW_SECONDS))["state"], "the line of before is dead"
        wait_until(lambda: opens(others[0], document), "no line opens again", seconds=THAW_SECONDS)


class TestPostgreSQL:
    def test_every_page_says_soon_that_it_is_away_and_works_again_after_the_thaw(self, site: Site) -> None:
        students = [site.student() for _ in range(8)]
        at_once(*(lambda one=one: one.get("/documents/") for one in students))  # its connections are in the pool
        with site.frozen("postgres"):
            first = at_once(*(lambda one=one: one.get("/documents/") for one in students))
            posts = at_once(*(lambda one=one: one.post("/documents/new/", BRIEF) for one in students))
            ready, alive = at_once(lambda: students[0].get("/ready"), lambda: students[1].get("/health"))
        assert {answer.status for answer in [*first, *posts]} == {503}, told([*first, *posts])
        assert slowest([*first, *posts, ready, alive]) < LIMIT, told([*first, *posts, ready, alive])
        assert all(answer.headers["Retry-After"] for answer in [*first, *posts])
        assert all(answer.headers["X-Correlation-ID"] in answer.text for answer in [*first, *posts])
        assert all("was not kept" in answer.text for answer in posts)
        assert (ready.status, alive.status) == (503, 200)
        assert '"database": "away"' in ready.text
        wait_until(lambda: students[0].get("/documents/").status == 200, "it does not come back", seconds=THAW_SECONDS)
        after = at_once(*(lambda one=one: one.get("/documents/") for one in students))
        assert {answer.status for answer in after} == {200}, told(after)
        assert slowest(after) < LIMIT, told(after)
        assert not Document.objects.filter(topic=BRIEF["topic"]).exists(), "half of what was refused was done"

    def test_a_live_line_is_closed_soon_and_opens_after_the_thaw(self, site: Site) -> None:
        document = ordered_document(owner=student_with_consent())
        students = [site.student(document.owner) for _ in range(3)]
        with site.frozen("postgres"):
            closed = at_once(*(lambda one=one: one.closed_with(progress_line(document)) for one in students))
        assert {answer.status for answer in closed} == {TRY_AGAIN_LATER}, told(closed)
        assert slowest(closed) < LIMIT, told(closed)
        wait_until(lambda: opens(students[0], document), "no line opens again", seconds=THAW_SECONDS)

    def test_the_first_page_after_its_restart_is_a_page(self, site: Site) -> None:
        students = [site.student() for _ in range(6)]
        at_once(*(lambda one=one: one.get("/documents/") for one in students))
        site.own.kill_postgres()
        try:
            down = at_once(*(lambda one=one: one.get("/documents/") for one in students))
            later = at_once(*(lambda one=one: one.get("/documents/") for one in students))
        finally:
            site.own.start_postgres()
        assert {answer.status for answer in [*down, *later]} == {503}, told([*down, *later])
        assert slowest([*down, *later]) < LIMIT, told([*down, *later])
        up = at_once(*(lambda one=one: one.get("/documents/") for one in students))
        assert 200 in {answer.status for answer in up}, told(up)
        assert slowest(up) < LIMIT, told(up)
        wait_until(lambda: students[0].get("/documents/").status == 200, "it does not come back", seconds=THAW_SECONDS)

    def test_a_pool_that_is_used_up_is_not_a_database_that_is_away(self, site: Site) -> None:
        students = [site.student() for _ in range(6)]
        with ThreadPoolExecutor(6) as pool, psycopg.connect(site.environ["DATABASE_URL"]) as locker:
            # Five connections wait for the table, for longer than a server that is frozen would be waited for.
            locker.execute("LOCK TABLE documents_document IN ACCESS EXCLUSIVE MODE")
            pages = [pool.submit(one.get, "/documents/") for one in students]
            wait_until(lambda: waiting_for_locks() >= 5, "the pool is not used up", seconds=30)
            ready = students[0].get("/ready")
            time.sleep(2.5)  # the slow queries themselves, not a wait for something
            locker.rollback()
            answers = [page.result(60) for page in pages]
        assert {answer.status for answer in answers} == {200}, told(answers)
        assert ready.status == 200, ready
        assert '"database": "busy"' in ready.text
        assert ready.seconds < LIMIT


class TestOutside:
    """Stripe and the mail server are one process here."""

    def test_the_button_that_pays_says_not_now_and_the_next_try_goes_on_with_the_same_order(self, site: Site) -> None:
        documents = [to_be_paid() for _ in range(3)]
        buyers = [site.student(document.owner) for document in documents]
        with site.frozen("outside"):
            first = press(buyers[0], documents[0])
            others = at_once(
                *(lambda one=one, of=of: press(one, of) for one, of in zip(buyers[1:], documents[1:], strict=True)),
                lambda: press(buyers[0], documents[0]),
                lambda: buyers[1].get("/documents/"),
            )
            pages = others.pop()
            kept = keys_of(documents)
            signed_in = site.visitor().post("/signin/", {"email": "while@frozen.example"})
        assert {answer.status for answer in [first, *others]} == {503}, told([first, *others])
        assert all("Nothing was charged" in answer.text for answer in [first, *others])
        assert all(answer.headers["Retry-After"] for answer in [first, *others])
        assert (pages.status, signed_in.status) == (200, 302)
        assert slowest([first, *others, pages, signed_in]) < LIMIT, told([first, *others, pages, signed_in])
        assert set(kept) == {document.pk for document in documents}, "an order is kept with its key"
        opened = Payment.objects.filter(document__in=documents).exclude(stripe_session_id=None)
        # Nobody presses again: a worker asks under the same key once Stripe is there.
        wait_until(lambda: opened.count() == 3, "the sessions were not opened afterwards", seconds=150)
        again = press(buyers[0], documents[0])
        assert again.status == 302, told([again])
        assert again.headers["Location"].startswith(site.environ["STRIPE_CHECKOUT_ORIGIN"])
        assert keys_of(documents) == kept
        sessions = site.sandbox.get("stripe/objects", kind="checkout.session")["objects"]
        ours = {str(payment_id) for payment_id in opened.values_list("pk", flat=True)}
        assert sorted(one["client_reference_id"] for one in sessions if one["client_reference_id"] in ours) == sorted(
            ours
        )
        wait_until(lambda: len(site.mails_to("while@frozen.example")) == 1, "the mail did not leave", seconds=90)

    def test_the_way_back_from_paying_does_not_wait_and_settles_by_itself(self, site: Site) -> None:
        document = to_be_paid()
        buyer = site.student(document.owner)
        page = press(buyer, document)
        assert page.status == 302, told([page])
        payment = Payment.objects.get(document=document)
        site.sandbox.post("stripe/webhooks", mode="drop")
        site.sandbox.pay(str(payment.stripe_session_id))
        with site.frozen("outside"):
            back = buyer.get(f"/documents/{document.pk}/paid/?session={payment.stripe_session_id}")
        assert back.status == 200, told([back])
        assert back.seconds < LIMIT, told([back])
        assert "please do not pay again" in back.text
        paid = Payment.objects.filter(pk=payment.pk, state=PaymentState.SUCCEEDED)
        wait_until(paid.exists, "the payment was not settled afterwards", seconds=150)


class TestStorage:
    def test_a_file_that_cannot_be_kept_is_refused_soon_and_leaves_nothing_behind(
        self, site: Site, silent_port: int, tmp_path: Path
    ) -> None:
        bucket = {
            "S3_BUCKET": "files", "S3_ENDPOINT_URL": f"http://127.0.0.1:{silent_port}",
            "S3_ACCESS_KEY": token_hex(10), "S3_SECRET_KEY": token_hex(20), "AWS_DEFAULT_REGION": "eu-central-1",
        }  # fmt: skip
        document = DocumentFactory.create(owner=student_with_consent())
        with web_server(tmp_path / "web.log", site.environ | bucket, ready="/health") as address:
            student = Visitor(address, document.owner)
            path = f"/documents/{document.pk}/uploads/"
            sheet = {"file": ("sheet.txt", b"Write about lighthouses.\n" * 40, "text/plain")}
            answers = [student.post(path, {"purpose": "assignment"}, files=sheet) for _ in range(2)]
            pages = at_once(*(lambda: student.get("/documents/") for _ in range(6)), lambda: student.get("/ready"))
            student.leave()
        assert {answer.status for answer in answers} == {503}, told(answers)
        assert all("was not kept" in answer.text for answer in answers)
        assert slowest([*answers, *pages]) < LIMIT, told([*answers, *pages])
        assert [answer.status for answer in pages] == [200] * 6 + [503], told(pages)
        assert not Upload.objects.exists()


def keys_of(documents: list[Document]) -> dict[object, object]:
    return dict(Payment.objects.filter(document__in=documents).values_list("document_id", "idempotency_key"))


def progress_line(document: Document) -> str:
    return f"/ws/documents/{document.pk}/progress/"


def opens(student: Visitor, document: Document) -> bool:
    return "state" in student.closed_with(progress_line(document)).text


def to_be_paid() -> Document:
    document = ordered_document(owner=student_with_consent())
    document.payments.all().delete()
    return document


def press(buyer: Visitor, document: Document) -> Answer:
    """Presses the button that pays two pages."""
    values = {"total": "1.00", "version": "1", "code": "", "terms": "on", "start_now": "on"}
    return buyer.post(f"/documents/{document.pk}/pay/", values)


def waiting_for_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return int(cursor.fetchone()[0])
