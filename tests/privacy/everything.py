"""A person of whom something is kept in every table that an export brings, with words of their own in each."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from djstripe import models as djstripe

from accounts.api_models import ApiSignIn, ApiToken
from accounts.domain import quotas
from accounts.enums import ApiScope
from accounts.models import Device, FormerAddress, Mail, MailEvent, MailStop, SignInRequest, User
from billing.enums import Movement, PaymentState
from billing.models import (
    Assignment,
    Booking,
    CreditNote,
    Dispute,
    Entry,
    Payment,
    PromoCode,
    Receipt,
    ReceiptFile,
    Redemption,
)
from documents.enums import CitationCheck, CommentOrigin, ExportFormat, ExportState, UploadPurpose, UploadState
from documents.models import (
    Citation,
    Comment,
    CommentAnswer,
    Document,
    Export,
    FilePart,
    FullText,
    OwnStyle,
    OwnTemplate,
    Proof,
    Rendering,
    ReviewLink,
    SectionRevision,
    Source,
    TitlePage,
    TypedBrief,
    UnsavedText,
    Upload,
)
from generation.enums import Scope
from generation.models import (
    AIModel,
    Attempt,
    BudgetUse,
    Disclosure,
    Job,
    JobEvent,
    LeftNote,
    MoreRewritings,
    PersonalLimit,
    Reservation,
    Rewriting,
    Step,
    WholeOrder,
    WriterChoice,
)
from privacy.enums import ExportState as DataExportState
from privacy.models import Consent, DataExport, Erasure
from tesigo.platform.models import Flag, FlagPerson
from tests.documents.factories import UserFactory
from tests.generation.making import ordered_document


@transaction.atomic  # a booking balances when it is committed
def person_with_everything(name: str, *, language: str = "en") -> User:
    """Somebody called `name`; every word about them has it in it."""
    user: User = UserFactory.create(
        email=f"{name.lower()}@university.example", name=f"{name} Byron", language=language, last_login=timezone.now()
    )
    _signing_in(user, name)
    document = ordered_document(owner=user, topic=f"What {name} asked for", author_name=f"{name} Byron")
    _documents(document, name)
    _money(document, name)
    _writing(document, name)
    return user


def stored(folder: str, content: str) -> str:
    """A file in storage."""
    return default_storage.save(f"{folder}/{uuid.uuid4().hex}", ContentFile(content.encode()))


def _signing_in(user: User, name: str) -> None:
    now = timezone.now()
    request = SignInRequest.objects.create(
        email=user.email, email_as_typed=user.email, domain="university.example", ip="203.0.113.9",
        token_hash=f"secret token of {name}".encode(), code_hash=b"c", browser_hash=b"b",
        user_agent=f"{name}'s browser", expires_at=now + timedelta(minutes=15),
    )  # fmt: skip
    mail = Mail.objects.create(
        user=user, signin=request, to=user.email, template="signin", context={"title": f"for {name}"},
        sealed=f"secret seal of {name}",
    )  # fmt: skip
    MailEvent.objects.create(provider="json", event_id=f"e-{name}", kind="other", mail_id=mail.pk, happened_at=now)
    MailStop.objects.create(address_hash=name.encode(), reason="bounced", told_by="smtp", user=user)
    FormerAddress.objects.create(
        user=user, email=f"old-{name.lower()}@university.example", email_as_typed=f"old-{name}@university.example",
        undo_hash=f"secret undo of {name}".encode(),
    )  # fmt: skip
    Device.objects.create(user=user, session_key=f"secret-session-{name}", user_agent=f"{name}'s browser")
    Session.objects.create(session_key=f"secret-session-{name}", session_data="secret", expire_date=now)
    quotas.spend(user=user, what="draft", limit=5)
    Consent.objects.create(user=user, kind="analytics", granted=True, policy_version="1", ip="203.0.113.9")
    Erasure.objects.create(user=user, state="cancelled", ended_at=timezone.now())
    DataExport.objects.create(
        user=user, state=DataExportState.READY, stored_as=stored("data-exports", "secret older archive"), size=20,
        due_at=None, finished_at=now, expires_at=now + timedelta(days=7),
    )  # fmt: skip
    EmailAddress.objects.create(user=user, email=user.email)
    Authenticator.objects.create(user=user, type="totp", data={"secret": f"secret of {name}"})
    soon = now + timedelta(days=1)
    ApiSignIn.objects.create(user=user, token_hash=b"secret", epoch=0, user_agent=f"{name}'s program", expires_at=soon)
    ApiToken.objects.create(
        user=user, name=f"{name}'s script", scopes=[ApiScope.values[0]], token_hash=f"secret of {name}".encode(),
        prefix="secret", epoch=0, expires_at=soon,
    )  # fmt: skip
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        extra: dict[str, Any] = {"failures_since_start": 1} if model is AccessAttempt else {}
        model.objects.create(username=user.email, ip_address="203.0.113.9", user_agent=f"{name}'s browser", **extra)


def _documents(document: Document, name: str) -> None:
    upload = Upload.objects.create(
        document=document, purpose=UploadPurpose.SOURCE, name=f"Notes of {name}.txt", format="txt", size=10,
        state=UploadState.READY, stored_as=stored("uploads", f"what {name} handed in"),
    )  # fmt: skip
    Source.objects.filter(document=document).update(upload=upload)
    FilePart.objects.create(
        owner=document.owner, stored_as=stored("arriving", f"a part for {name}"), size=10, metadata=name,
        due_at=timezone.now(),
    )  # fmt: skip
    export = Export.objects.create(
        document=document, format=ExportFormat.PDF, citation_style="apa", fingerprint="f", state=ExportState.READY,
        due_at=None, stored_as=stored("exports", f"%PDF for {name}"), size=10, finished_at=timezone.now(),
    )  # fmt: skip
    Proof.objects.create(export=export, manifest=f'{{"title": "{name}"}}', due_at=None)
    section = document.sections.earliest("position")
    section.text = f'=SUM("{name}")\nwritten for {name}'
    section.save()
    SectionRevision.objects.create(section=section, revision=1, text=f"once for {name}", reason="written")
    UnsavedText.objects.create(section=section, text=f"not saved by {name}", base_revision=1)
    source = document.sources.get()
    FullText.objects.create(source=source, urls=["https://example.org/copy.pdf"], due_at=None)
    passage = source.passages.earliest("position")
    Citation.objects.create(
        document=document, section=section, position=1, source=source, passage=passage,
        sentence=f"As {name} has it.", check_result=CitationCheck.OVERLAP,
    )  # fmt: skip
    document.events.create(from_state="draft", to_state="outlined", cause="asked for")
    Rendering.objects.create(document=document)
    OwnStyle.objects.create(owner=document.owner, title=f"Style of {name}", text=f"<style>{name}</style>", digest=name)
    OwnTemplate.objects.create(
        owner=document.owner, title=f"Template of {name}", content=f'{{"head": "{name}"}}', digest=name
    )
    document.tags.create(word=f"tag of {name}"[:40])
    document.dropped_sections.create(title=f"Dropped by {name}", pages=1)
    document.sheet_lines.create(kind="term", what="term", value=name, asks=f"{name} in it", origin="owner")
    TitlePage.objects.create(document=document, supervisors=f"Supervisor of {name}", abstract=f"{name} says")
    TypedBrief.objects.create(document=document, values={"topic": f"{name} is typing"})


def _money(document: Document, name: str) -> None:
    user, payment, now = document.owner, document.payments.get(), timezone.now()
    _at_stripe(user, payment, name)
    Assignment.objects.create(user=user, variant="A")
    payment.events.create(from_state=PaymentState.CREATED, to_state=PaymentState.SUCCEEDED, cause="webhook")
    refund = payment.refunds.create(amount=Decimal("0.10"), cause="asked", reason=f"because {name} asked")
    Dispute.objects.create(payment=payment, stripe_dispute_id=f"dp_{name}", amount=Decimal("0.10"))
    code = PromoCode.objects.create(code=f"{name.upper()}10", percent=10)
    Redemption.objects.create(promo_code=code, payment=payment, user=user, ip_hash="secret-ip")
    receipt = Receipt.objects.create(
        payment=payment, year=1999, number=user.pk, seller={}, content={"buyer": f"{name} Byron"}, issued_at=now
    )
    CreditNote.objects.create(
        receipt=receipt, refund=refund, year=1999, number=user.pk, seller={}, content={"buyer": name}, amount=1
    )
    ReceiptFile.objects.create(receipt=receipt, stored_as=stored("receipts", f"receipt of {name}"), size=9, due_at=None)
    booking = Booking.objects.create(key=f"paid:{name}", movement=Movement.PAID, payment=payment)
    Entry.objects.bulk_create(
        [Entry(booking=booking, account="stripe", cents=100), Entry(booking=booking, account="sales", cents=-100)]
    )


def _at_stripe(user: User, payment: Payment, name: str) -> None:
    """Copies of Stripe's objects, with what an export lets through and what it does not."""
    card = {
        "brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2031, "country": "NO", "funding": "credit",
        "fingerprint": f"print of {name}", "network_token": {"used": True}, "checks": {"cvc_check": "pass"},
    }  # fmt: skip
    who = {
        "name": f"{name} Byron", "email": user.email, "phone": None, "tax_id": "unknown",
        "address": {"city": f"{name}'s harbour", "country": "NO", "line1": "Way 1", "line2": "", "postal_code": "1"},
    }  # fmt: skip
    customer, charge = f"cus_{name}00001", f"ch_{name}00001"
    djstripe.Customer.objects.create(
        id=customer, livemode=False, subscriber=user,
        stripe_data={"id": customer, **who, "invoice_prefix": "secret-prefix", "metadata": {"token": "secret-token"}},
    )  # fmt: skip
    djstripe.PaymentMethod.objects.create(
        id=f"pm_{name}00001", livemode=False,
        stripe_data={
            "id": f"pm_{name}00001", "customer": customer, "type": "card", "card": card, "billing_details": who,
            "client_secret": "secret-of-the-method",
        },
    )  # fmt: skip
    djstripe.Charge.objects.create(
        id=charge, livemode=False, amount=200, currency="eur", status="succeeded",
        stripe_data={
            "id": charge, "customer": customer, "payment_intent": payment.stripe_payment_intent_id,
            "billing_details": who, "receipt_email": user.email, "receipt_url": "https://pay.example/secret-receipt",
            "payment_method_details": {"type": "card", "card": card}, "client_secret": "secret-of-the-charge",
        },
    )  # fmt: skip


def _writing(document: Document, name: str) -> None:
    user, now = document.owner, timezone.now()
    job = Job.objects.create(kind="document", document=document, sort_key=1, failure=f"{name} waits")
    step = Step.objects.create(job=job, stage="write", sort_key=1, result={"text": f"for {name}"})
    JobEvent.objects.create(job=job, step=step, what="begun", note=f"note on {name}")
    Attempt.objects.create(
        job=job, step=step, provider="openai", model_name="m", purpose="writing", idempotency_key=uuid.uuid4()
    )
    PersonalLimit.objects.create(person=user, tokens=1000)
    FlagPerson.objects.create(flag=Flag.objects.get_or_create(name="whole-orders")[0], user=user)
    BudgetUse.objects.create(scope=Scope.USER_DAY, period=f"{now:%Y-%m-%d}", subject=str(user.pk))
    WholeOrder.objects.create(document=document)
    Rewriting.objects.create(
        section=document.sections.earliest("position"),
        job=job,
        revision=1,
        paragraphs=[0],
        wish="own",
        words=f"{name} wishes",
        state="failed",
    )
    MoreRewritings.objects.create(document=document, count=1)
    link = ReviewLink.objects.create(
        document=document, label="Prof. Lind", token_hash=name.encode(), expires_at=now + timedelta(days=7)
    )
    comment = Comment.objects.create(
        document=document,
        section=document.sections.earliest("position"),
        link=link,
        origin=CommentOrigin.LINK,
        author="Prof. Lind",
        text=f"said to {name}",
        digest="e" * 64,
    )
    CommentAnswer.objects.create(comment=comment, text=f"answered by {name}")
    LeftNote.objects.create(document=document, kind="slip", digest="f" * 64)
    Disclosure.objects.create(document=document, words=f"asked by {name}", ends_at=now + timedelta(days=14))
    WriterChoice.objects.create(document=document, model=AIModel.objects.earliest("pk"))
    Reservation.objects.create(document=document, tokens=1, cost=1, expires_at=now + timedelta(hours=1))
