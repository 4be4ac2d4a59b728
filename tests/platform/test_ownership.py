"""Somebody else's object does not exist: every address that takes an id, asked for by everybody who may not (R-100).

The addresses are found, not listed: pages, administration and API by the resolver. A new one is asked by itself; one
whose id is of an unknown kind fails here until `IDS` says what it is. Lines are in `test_lines.py`.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import ApiSignIn, ApiToken, Device, User
from billing.models import CreditNote, Payment, PriceList, Receipt, Refund
from documents.enums import DocumentState, ExportFormat, ExportState, UploadPurpose, UploadState
from documents.models import (
    Comment,
    Document,
    DroppedSection,
    Export,
    OwnStyle,
    OwnTemplate,
    Proof,
    ReviewLink,
    Section,
    SectionRevision,
    SheetLine,
    Upload,
)
from generation.enums import JobKind
from generation.models import Disclosure, Job, Rewriting
from privacy.models import DataExport
from tests.documents.factories import SourceFactory, UserFactory, outlined_document
from tests.documents.test_views import student_with_consent
from tests.staff import new_window

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: Refusals that tell nothing of whether there is such an object. 405 and 415 are answered before it is looked for.
NO_SUCH = {404, 410}
NOT_SO = {405, 415}


class Address(NamedTuple):
    """A route as the resolver has it."""

    route: str
    name: str
    view: Any

    @property
    def ids(self) -> list[str]:
        return re.findall(r"<(?:\w+:)?(\w+)>", self.route)

    @property
    def is_admins(self) -> bool:
        return self.route.startswith(("admin/", "staff/"))

    def at(self, of: Callable[[str], Any]) -> str:
        """The address with every id filled in."""
        filled = re.sub(
            r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", lambda m: str(of(m.group(1) or m.group(2))), self.route
        )
        return "/" + filled.replace("^", "").replace("$", "").replace("\\Z", "")


def addresses(resolver: Any = None, prefix: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Address]:
    """Every address that takes something."""
    for one in (resolver or get_resolver()).url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one, route, (*spaces, one.namespace) if one.namespace else spaces)
        elif isinstance(one, URLPattern) and one.pattern.regex.groups:
            yield Address(route, ":".join((*spaces, one.name or "")), one.callback)


EVERY = sorted(addresses(), key=lambda one: (one.route, one.name))
ADMINS = [one for one in EVERY if one.is_admins]
#: Whoever holds the token may: it was sent to one mailbox, and is used up, or its owner hands it over. A wrong one is
#: asked for here.
BEARER = {
    "accounts:link", "accounts:deny", "accounts:undo-address", "documents:shared", "documents:shared-comment",
}  # fmt: skip
#: Addresses with a word in them that names no object of anybody: a provider, whose reports are signed.
NOBODYS = {"accounts:mail-events"}
THEIRS = [one for one in EVERY if not one.is_admins and one.name not in NOBODYS]


class Things:
    """What one student has: one of each kind that an address can name."""

    def __init__(self, owner: User) -> None:
        now = timezone.now()
        self.owner = owner
        self.document: Document = outlined_document(owner=owner)
        self.upload = Upload.objects.create(
            document=self.document, purpose=UploadPurpose.SOURCE, name="a.txt", state=UploadState.READY,
            stored_as=default_storage.save("uploads/theirs", ContentFile(b"words")), format="txt", size=5,
        )  # fmt: skip
        self.export = Export.objects.create(
            document=self.document, format=ExportFormat.PDF, citation_style="apa", fingerprint="f", size=4,
            state=ExportState.READY, stored_as=default_storage.save("exports/theirs", ContentFile(b"%PDF")),
            finished_at=now,
        )  # fmt: skip
        self.section = self.document.sections.latest("position")
        Section.objects.filter(pk=self.section.pk).update(revision=1, text="Words.")
        SectionRevision.objects.create(section=self.section, revision=1, text="Words.", reason="written")
        self.style = OwnStyle.objects.create(owner=owner, title="Our faculty", text="<style/>", digest="d")
        self.template = OwnTemplate.objects.create(owner=owner, title="Our faculty", content="{}", digest="d")
        self.line = SheetLine.objects.create(
            document=self.document, kind="point", what="point", asks="Why?", origin="owner"
        )
        self.dropped = DroppedSection.objects.create(document=self.document, title="Nights", pages="1.0")
        self.link = ReviewLink.objects.create(
            document=self.document, label="theirs", token_hash=owner.public_id.bytes, place=1,
            expires_at=now + timedelta(days=7),
        )  # fmt: skip
        self.comment = Comment.objects.create(
            document=self.document, section=self.section, origin="link", author="Theirs", text="Why?", sentence="Words."
        )
        self.source = SourceFactory.create(document=self.document)
        prices = PriceList.objects.filter(state="active").first() or PriceList.objects.create(
            version=900, price_per_page="0.50", state="active"
        )
        self.payment = Payment.objects.create(
            document=self.document, user=owner, price_list=prices, pages=4, amount="2.00", state="succeeded", lines=[],
            consented_at=now, succeeded_at=now, expires_at=now + timedelta(hours=24), checked_at=now,
        )  # fmt: skip
        self.receipt = Receipt.objects.create(payment=self.payment, year=1999, number=owner.pk, seller={}, content={})
        refund = Refund.objects.create(payment=self.payment, amount=1, cause="asked for")
        self.note = CreditNote.objects.create(
            receipt=self.receipt, refund=refund, year=1999, number=owner.pk, seller={}, content={}, amount=1
        )
        self.device = Device.objects.create(
            user=owner, session_key="a-session-of-theirs", user_agent="", created_at=now
        )
        Proof.objects.create(export=self.export, manifest="{}", due_at=None)
        self.data_export = DataExport.objects.create(
            user=owner, state="ready", due_at=None, finished_at=now, expires_at=now + timedelta(days=7), size=3,
            stored_as=default_storage.save("data-exports/theirs", ContentFile(b"ZIP")),
        )  # fmt: skip
        self.program = ApiSignIn.objects.create(
            user=owner, token_hash=b"1", epoch=0, expires_at=now + timedelta(days=7)
        )
        self.token = ApiToken.objects.create(
            user=owner, name="theirs", scopes=["documents:read"], token_hash=owner.public_id.bytes, prefix="x", epoch=0,
            expires_at=now + timedelta(days=7),
        )  # fmt: skip
        self.job = Job.objects.create(document=self.document, kind=JobKind.OUTLINE, sort_key=1)
        rewriting = Job.objects.create(document=self.document, kind=JobKind.REWRITING, sort_key=1)
        self.rewriting = Rewriting.objects.create(
            section=self.section, job=rewriting, revision=1, paragraphs=[0], wish="shorter"
        )
        self.disclosure = Disclosure.objects.create(
            document=self.document, words="theirs", ends_at=now + timedelta(days=14)
        )

    def id_of(self, kind: str) -> Any:
        """What stands in an address for this kind of id."""
        assert kind in IDS, f"say in IDS what <{kind}> names"
        return IDS[kind](self)


IDS: dict[str, Callable[[Things], Any]] = {
    "document_id": lambda theirs: theirs.document.pk,
    "upload_id": lambda theirs: theirs.upload.pk,
    "export_id": lambda theirs: theirs.export.pk,
    "source_id": lambda theirs: theirs.source.pk,
    "work_id": lambda theirs: theirs.source.pk,
    "payment_id": lambda theirs: theirs.payment.pk,
    "note_id": lambda theirs: theirs.note.pk,
    "token_id": lambda theirs: theirs.token.pk,
    "sign_in_id": lambda theirs: theirs.program.pk,
    "device_id": lambda theirs: theirs.device.pk,
    "data_export_id": lambda theirs: theirs.data_export.pk,
    "job_id": lambda theirs: theirs.job.pk,
    "disclosure_id": lambda theirs: theirs.disclosure.pk,
    "rewriting_id": lambda theirs: theirs.rewriting.pk,
    "section_id": lambda theirs: theirs.section.pk,
    "template_id": lambda theirs: theirs.template.pk,
    "link_id": lambda theirs: theirs.link.pk,
    "comment_id": lambda theirs: theirs.comment.pk,
    "line_id": lambda theirs: theirs.line.pk,
    "row_id": lambda theirs: theirs.dropped.pk,
    "style_id": lambda theirs: theirs.style.pk,
    "style_name": lambda theirs: f"own-{theirs.style.pk.hex}",
    "token": lambda theirs: "no-such-token-of-a-mail",
}
#: In the administration every address asks for a role before it looks for anything.
ADMIN_IDS = {"app_label": "accounts", "url": "nothing", "name": "mails", "what": "activate", "provider": "openai"}


@pytest.fixture(scope="module")
def theirs(shared_rows: None) -> Things:
    return Things(student_with_consent())


@pytest.fixture(scope="module")
def sessions(theirs: Things) -> dict[str, Client]:
    """Who may ask: nobody who is known, the owner, another student, and staff without a role."""
    people = {"owner": theirs.owner, "other": student_with_consent(), "staff": UserFactory.create(is_staff=True)}
    return {"nobody": Client(), **{who: signed_in(user) for who, user in people.items()}}


@pytest.fixture
def nobody(sessions: dict[str, Client]) -> Client:
    return new_window(sessions["nobody"])


@pytest.fixture
def owner(sessions: dict[str, Client]) -> Client:
    return new_window(sessions["owner"])


@pytest.fixture
def other(sessions: dict[str, Client]) -> Client:
    return new_window(sessions["other"])


@pytest.fixture
def staff(sessions: dict[str, Client]) -> Client:
    return new_window(sessions["staff"])


def ask(browser: Client, method: str, path: str) -> Any:
    is_program = path.startswith("/api/")
    # What costs money asks for a key before it looks for anything, which tells nothing of what there is.
    headers = {"Idempotency-Key": uuid4().hex} if is_program else {}
    return browser.generic(method, path, b"{}" if is_program else b"", content_type=_TYPE(path), headers=headers)


def _TYPE(path: str) -> str:  # reads as the constant that it is for each path
    return "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"


def answers(browser: Client, path: str) -> dict[str, int]:
    """The status for each method that the address knows; a server error is none of them."""
    found = {method: ask(browser, method, path).status_code for method in METHODS}
    assert [status for status in found.values() if status >= 500] == [], (path, found)
    return {method: status for method, status in found.items() if status not in NOT_SO}


def signed_in(user: User) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return browser


def is_sign_in(answer: Any) -> bool:
    """A redirect to where people, or staff, sign in; for programs a 401 or 403."""
    if answer.status_code in {301, 302}:
        return bool(re.match(r"(?:https?://[^/]+)?/(?:signin|admin/login|staff)/", answer.headers["Location"]))
    return False


def test_there_are_addresses_of_every_kind() -> None:
    assert len(THEIRS) >= 25
    assert len(ADMINS) >= 100
    assert {one.name for one in EVERY} >= {"documents:download", "billing:receipt", "accounts:sign-out-device"}


def test_every_id_in_an_address_is_of_a_known_kind() -> None:
    assert {f"<{name}> in {one.route}" for one in THEIRS for name in one.ids if name not in IDS} == set()
    assert {one.name for one in EVERY} >= NOBODYS | BEARER


@pytest.mark.parametrize("address", THEIRS, ids=lambda one: one.route)
def test_another_student_finds_nothing(address: Address, theirs: Things, other: Client) -> None:
    path = address.at(theirs.id_of)
    found = answers(other, path)
    assert found, f"no method of {path} answered"
    assert set(found.values()) <= NO_SUCH, (path, found)
    assert Document.objects.filter(pk=theirs.document.pk, state=DocumentState.OUTLINED).exists()
    assert Upload.objects.filter(pk=theirs.upload.pk).exists()
    assert Device.objects.filter(pk=theirs.device.pk).exists()


@pytest.mark.parametrize("address", THEIRS, ids=lambda one: one.route)
def test_staff_without_a_role_find_nothing_on_the_students_pages(
    address: Address, theirs: Things, staff: Client
) -> None:
    found = answers(staff, address.at(theirs.id_of))
    assert found
    assert set(found.values()) <= NO_SUCH | {401, 403}, found


@pytest.mark.parametrize("address", THEIRS, ids=lambda one: one.route)
def test_nobody_is_asked_to_sign_in(address: Address, theirs: Things, nobody: Client) -> None:
    path = address.at(theirs.id_of)
    for method in METHODS:
        answer = ask(nobody, method, path)
        if answer.status_code in NOT_SO or (address.name in BEARER and answer.status_code in NO_SUCH):
            continue
        is_program = path.startswith(("/api/", "/files/"))
        assert is_sign_in(answer) or (is_program and answer.status_code in {401, 403}), (path, answer.status_code)


@pytest.mark.parametrize("address", THEIRS, ids=lambda one: one.route)
def test_the_same_address_is_there_for_its_owner(address: Address, theirs: Things, owner: Client) -> None:
    """Else the ids above named nothing, and what they answered would say nothing."""
    if address.name in BEARER:
        return
    path = address.at(theirs.id_of)
    found = {ask(owner, method, path).status_code for method in METHODS}
    if found <= NOT_SO | {404}:  # there only once it is written
        Document.objects.filter(pk=theirs.document.pk).update(state=DocumentState.READY)
        found = {ask(owner, method, path).status_code for method in METHODS}
    if found <= NOT_SO | {404}:  # there only once it is thrown away
        draft = {"state": DocumentState.DRAFT, "thrown_away_at": timezone.now(), "ordered_at": None}
        Document.objects.filter(pk=theirs.document.pk).update(**draft)
        found = {ask(owner, method, path).status_code for method in METHODS}
    assert found - NOT_SO - {401, 403, 404}, (path, found)


@pytest.mark.parametrize("address", ADMINS, ids=lambda one: f"{one.route} {one.name}")
def test_the_administration_is_shut_without_a_role(
    address: Address, theirs: Things, nobody: Client, owner: Client, staff: Client
) -> None:
    path = address.at(lambda kind: ADMIN_IDS.get(kind, theirs.document.pk if kind == "object_id" else theirs.owner.pk))
    for browser in (nobody, owner, staff):
        for method in ("GET", "POST"):
            answer = ask(browser, method, path)
            if answer.headers.get("Location") == "/admin/":
                # Of a row that there is not: back to the index, which shows nothing without a role.
                continue
            if answer.status_code in {301, 302} and not is_sign_in(answer):
                # Django's own redirect from an older address to the page itself.
                answer = browser.get(answer.headers["Location"], follow=False)
            assert is_sign_in(answer) or answer.status_code in {403, 404, 405}, (path, answer.status_code)


# --- files -------------------------------------------------------------------------------------------------------


def test_no_address_leads_to_a_file_in_storage(theirs: Things, owner: Client, staff: Client) -> None:
    for browser in (Client(), owner, staff):
        for name in (theirs.upload.stored_as, theirs.export.stored_as, theirs.data_export.stored_as):
            for prefix in ("/", "/media/", "/static/", "/static/../media/", "/uploads/", "/var/media/"):
                assert browser.get(f"{prefix}{name}").status_code == 404, (prefix, name)
