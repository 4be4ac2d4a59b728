"""A person with something in every corner of the house, to be exported and erased."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from djstripe import models as djstripe

from accounts.api_models import ApiCall, ApiSignIn, ApiToken
from accounts.models import (
    DailyUse,
    Device,
    FormerAddress,
    Mail,
    MailEvent,
    MailStop,
    SignInRequest,
    User,
)
from billing.enums import PaymentState, RefundState
from billing.models import Assignment, CreditNote, Mirror, Payment, PriceList, Receipt, ReceiptFile, WebhookEvent
from documents.domain import briefs
from documents.enums import CitationCheck, DocumentState, ExportFormat, ExportState, UploadState
from documents.models import Citation, Document, Export, SectionRevision, Upload
from generation.enums import JobKind, JobState, Scope, Stage, StepState
from generation.models import Attempt, BudgetUse, Job, JobEvent, PersonalLimit, Reservation, Step
from privacy.domain import audit
from privacy.models import Consent
from tesigo.platform.models import Flag, FlagPerson
from tests.documents.factories import DocumentFactory, PassageFactory, SectionFactory, SourceFactory, UserFactory

ADDRESS, AS_TYPED, FORMER = "ada.lovelace@university.example", "Ada.Lovelace@University.example", "ada@old.example"
NAME = "Ada Lovelace"
WORDS = f"Written by {NAME}, {AS_TYPED}."


def stored(folder: str, content: str = WORDS) -> str:
    """A file in storage with her words in it."""
    return default_storage.save(f"{folder}/{uuid.uuid4().hex}", ContentFile(content.encode()))


def ada() -> User:
    """Ada, with everything."""
    now = timezone.now()
    used = {"last_login": now, "last_used_at": now, "inactive_told_at": now}
    user = UserFactory.create(email=ADDRESS, email_as_typed=AS_TYPED, name=NAME, **used)
    _account(user)
    draft = _document(user, topic="A draft about engines")
    ordered = _document(user, topic="An order about engines", state=DocumentState.READY, ordered_at=timezone.now())
    _job(draft, kind=JobKind.OUTLINE)
    _job(ordered, kind=JobKind.DOCUMENT)
    _money(user, ordered)
    _notes(user, ordered)
    return user


def browser_of(user: User) -> Client:
    """A browser in which she is signed in, with her address in the session, as a sign-in by password leaves it."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "email": user.email}]
    session.save()
    return client


def _account(user: User) -> None:
    now = timezone.now()
    Device.objects.create(user=user, session_key="a" * 32, user_agent=f"Browser of {NAME}")
    FormerAddress.objects.create(user=user, email=FORMER, email_as_typed=FORMER, undo_hash=b"u", changed_at=now)
    for number, address in enumerate((ADDRESS, FORMER)):
        request = SignInRequest.objects.create(
            email=address, email_as_typed=address, domain="university.example", token_hash=bytes([number]),
            code_hash=b"c", browser_hash=b"b", ip="203.0.113.9", created_at=now - timedelta(days=1), expires_at=now,
        )  # fmt: skip
        Mail.objects.create(signin=request, to=address, template="signin", state="sent", due_at=None)
    mail = Mail.objects.create(
        user=user, to=AS_TYPED, template="ready", context={"title": WORDS}, state="sent", due_at=None
    )
    MailEvent.objects.create(provider="json", event_id="1", kind="other", mail_id=mail.pk, happened_at=now)
    MailStop.objects.create(address_hash=b"h", reason="bounced", told_by="smtp", user=user)
    DailyUse.objects.create(user=user, what="draft", day=now.date(), times=2)
    Consent.objects.create(
        user=user, kind="essential", granted=True, policy_version="1", ip="203.0.113.9", user_agent=f"of {NAME}"
    )
    for name in (ADDRESS, f"{ADDRESS} somebrowser", FORMER):
        AccessAttempt.objects.create(
            username=name,
            ip_address="203.0.113.9",
            user_agent="x",
            failures_since_start=1,
            post_data=f"username={name}",
        )
    AccessFailureLog.objects.create(username=ADDRESS, ip_address="203.0.113.9", user_agent="x")
    AccessLog.objects.create(username=ADDRESS, ip_address="203.0.113.9", user_agent="x")
    PersonalLimit.objects.create(person=user, tokens=5)
    FlagPerson.objects.create(flag=Flag.objects.get_or_create(name="whole-orders")[0], user=user)
    BudgetUse.objects.create(scope=Scope.USER_DAY, subject=str(user.pk), period="2026-11-29", spent_tokens=3)
    Assignment.objects.create(user=user, variant="A")
    lasts = {"epoch": user.session_epoch, "expires_at": now + timedelta(days=7)}
    ApiSignIn.objects.create(user=user, token_hash=b"s", user_agent=WORDS, **lasts)
    ApiToken.objects.create(
        user=user, name=f"{NAME}'s script", scopes=["documents:read"], token_hash=b"t", prefix="tg_", **lasts
    )
    ApiCall.objects.create(user=user, key="k", fingerprint=b"f", running_until=now, body={"by": WORDS})


def _document(user: User, **fields: Any) -> Document:
    document = DocumentFactory.create(
        owner=user, title=f"On engines, by {NAME}", requirements=WORDS, author_name=NAME, assignment_text=WORDS,
        outline_wish=WORDS, bibliography_html=WORDS, **fields,
    )  # fmt: skip
    section = SectionFactory.create(document=document, title=f"The notes of {NAME}", text=WORDS, html=WORDS)
    SectionRevision.objects.create(section=section, revision=1, text=WORDS, reason="written")
    upload = Upload.objects.create(
        document=document, purpose="source", name=f"{NAME}.txt", stored_as=stored("sources"), state=UploadState.READY
    )
    source = SourceFactory.create(document=document, upload=upload, title=f"Letters of {NAME}")
    passage = PassageFactory.create(source=source, text=WORDS)
    Citation.objects.create(
        document=document, section=section, position=0, source=source, passage=passage, sentence=WORDS,
        check_result=CitationCheck.values[0],
    )  # fmt: skip
    Export.objects.create(
        document=document, format=ExportFormat.PDF, fingerprint="f", state=ExportState.READY,
        stored_as=stored("exports"),
    )  # fmt: skip
    briefs.index(document_id=document.pk)
    return document


def _job(document: Document, *, kind: JobKind) -> None:
    job = Job.objects.create(document=document, kind=kind, sort_key=1, state=JobState.SUCCEEDED, failure=WORDS)
    step = Step.objects.create(
        job=job, stage=Stage.WRITE, sort_key=1, state=StepState.DONE, result={"text": WORDS}, checkpoint={"t": WORDS}
    )
    JobEvent.objects.create(job=job, step=step, what="step failed", note=WORDS)
    Attempt.objects.create(
        job=job,
        step=step,
        provider="openai",
        model_name="m",
        purpose="writing",
        error=WORDS,
        idempotency_key=uuid.uuid4(),
    )
    Reservation.objects.create(
        document=document, tokens=1, cost=Decimal(1), expires_at=timezone.now() + timedelta(hours=1)
    )


def paid(user: User, document: Document, **fields: Any) -> Payment:
    """A payment of hers for a document."""
    now = timezone.now()
    prices, _is_new = PriceList.objects.get_or_create(
        version=1, defaults={"price_per_page": Decimal("0.50"), "state": "active"}
    )
    fields = {"state": PaymentState.PARTIALLY_REFUNDED, "succeeded_at": now} | fields
    return Payment.objects.create(
        document=document, user=user, price_list=prices, pages=4, amount=Decimal("2.00"), expires_at=now,
        lines=[{"label": "4 pages", "amount": "2.00"}], **fields,
    )  # fmt: skip


def _money(user: User, document: Document) -> None:
    payment = paid(
        user, document, stripe_session_id="cs_test_ada001", stripe_payment_intent_id="pi_ada00001",
        checkout_url=f"https://checkout.example/{ADDRESS}", failure=WORDS, refunded_amount=Decimal("0.50"),
        addressee={"name": NAME, "address": f"c/o {NAME}", "vat_id": ADDRESS},
    )  # fmt: skip
    refund = payment.refunds.create(
        amount=Decimal("0.50"), cause="staff", reason=f"{NAME} wrote to us", state=RefundState.SUCCEEDED
    )
    content = {
        "payment": str(payment.pk), "to": f"{NAME}\nc/o {NAME}\n{AS_TYPED}",
        "language": "en", "document": str(document), "pages": 4,
        "lines": payment.lines, "amount": "2.00", "notice": "",
    }  # fmt: skip
    receipt = Receipt.objects.create(payment=payment, year=2026, number=1, seller={"name": "TesiGo"}, content=content)
    note = CreditNote.objects.create(
        receipt=receipt, refund=refund, amount=Decimal("0.50"), year=2026, number=1, seller={"name": "TesiGo"},
        content={
            **content, "receipt": str(receipt), "receipt_issued": "2026-11-29T10:00:00+00:00",
            "lines": [{"label": f"{NAME} wrote to us", "amount": "0.50"}], "amount": "0.50",
        },
    )  # fmt: skip
    ReceiptFile.objects.create(receipt=receipt, stored_as=stored("receipts"), size=1)
    ReceiptFile.objects.create(credit_note=note, stored_as=stored("receipts"), size=1)
    WebhookEvent.objects.create(
        event_id="evt_ada00001", type="x.y", object_id="pi_ada00001", payload={"id": "pi_ada00001"}
    )
    _copies(user)


def _copies(user: User) -> None:
    """What dj-stripe keeps: each names the next, and one comes only by way of the customer."""
    who = {"billing_details": {"email": AS_TYPED, "name": NAME}}
    for model, id, data in (
        (djstripe.Session, "cs_test_ada001", {"payment_intent": "pi_ada00001", "customer_email": AS_TYPED}),
        (djstripe.PaymentIntent, "pi_ada00001", {"latest_charge": "ch_ada00001", **who}),
        (djstripe.Charge, "ch_ada00001", {"payment_intent": "pi_ada00001", "customer": "cus_ada00001", **who}),
        (djstripe.PaymentMethod, "pm_ada00001", {"customer": "cus_ada00001", **who}),
        (djstripe.Customer, "cus_ada00001", {"email": AS_TYPED, "name": NAME}),
    ):
        needed = {"amount": 200, "currency": "eur", "status": "succeeded"} if model is djstripe.Charge else {}
        model.objects.create(id=id, livemode=False, stripe_data={"id": id, **data}, **needed)
    told = {"object": {"id": "pi_ada00001", **who}}
    event = djstripe.Event.objects.create(
        id="evt_ada00001", livemode=False, stripe_data={"data": told}, data=told, type="x.y"
    )
    djstripe.WebhookEventTrigger.objects.create(
        remote_ip="203.0.113.9", headers={"From": AS_TYPED}, body=f'{{"id": "evt_ada00001", "email": "{AS_TYPED}"}}',
        event=event, stripe_trigger_account=None, webhook_endpoint=None,
    )  # fmt: skip
    Mirror.objects.create(kind="payment_intent", object_id="pi_ada00001")


def _notes(user: User, document: Document) -> None:
    staff = UserFactory.create(is_staff=True)
    for thing in (user, document):
        LogEntry.objects.create(
            user=staff, content_type=ContentType.objects.get_for_model(thing), object_id=str(thing.pk),
            object_repr=f"{thing} {NAME}", action_flag=2,
        )  # fmt: skip
    audit.record(action="document.changed", subject=document, by=user)
