"""Every list of the administration knows a person by address: it shows whose a row is and finds it (R-117)."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from djstripe import models as copies

from accounts.domain import mail_addresses
from accounts.enums import MailEventKind, MailState, StopReason
from accounts.models import FormerAddress, Mail, MailEvent, SignInRequest, User
from billing.domain import ledger
from billing.enums import Movement
from billing.models import CreditNote, Mirror, Payment, PromoCode, Receipt, Redemption, WebhookEvent
from documents.enums import DocumentState
from documents.models import Citation, Comment, Document, OwnStyle, OwnTemplate, ReviewLink
from generation.enums import Scope
from generation.models import Attempt, BudgetUse, Disclosure, MoreRewritings, PersonalLimit, Reservation
from privacy import registry
from privacy.domain import audit
from privacy.models import Consent
from tesigo.platform.models import Flag, FlagPerson
from tesigo.platform.of_people import OfPeople
from tests.documents.factories import UserFactory
from tests.generation.making import ordered_document
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

ADA = "ada.lovelace@university.example"
BOB = "bob@university.example"

#: Lists whose rows are about nobody.
OF_NOBODY = {
    "billing.PriceList": "prices",
    "billing.PromoCode": "codes; their uses are a list of their own",
    "billing.Reconciliation": "sums of a day, and ids of payments in its words",
    "generation.AIModel": "models",
    "generation.ChainPlace": "models",
    "generation.KeyLimit": "keys of the house",
    "generation.LanguageFactor": "languages",
    "generation.Budget": "budgets of the house",
    "generation.ProviderCredit": "credit of the house",
    "platform.BackupRun": "copies of everything, by their ids",
    "platform.Flag": "how far features are rolled out; whom they name is a list of its own",
    "platform.Alert": "told to staff, without a word about people",
    "platform.TelegramAlert": "as above",
    "platform.Condition": "what is wrong with the site",
    "platform.Worker": "processes of the site",
}
#: Found by address; whose one is takes a look at Stripe's own ids, which a list of hundreds does not do for each.
WITHOUT_COLUMN = {
    "billing.WebhookEvent", "billing.Mirror",
    "djstripe.Session", "djstripe.PaymentIntent", "djstripe.Charge", "djstripe.Refund", "djstripe.Dispute",
}  # fmt: skip
#: Model fields of this name are not our column.
OWN_COLUMN = {"generation.PersonalLimit": "address"}


def labels() -> list[str]:
    return sorted(model._meta.label for model in admin.site._registry)


def of_people() -> list[str]:
    return [label for label in labels() if label not in OF_NOBODY]


def list_of(label: str) -> str:
    return f"/admin/{label.lower().replace('.', '/')}/"


@pytest.fixture
def boss(client: Client) -> User:
    return sign_in(client, User.objects.create_superuser("boss@tesigo.example"))


def everything(person: User, count: int = 1) -> None:
    """``count`` rows of every kind that is about the person."""
    PersonalLimit.objects.create(person=person, tokens=1000)
    FlagPerson.objects.create(flag=Flag.objects.get_or_create(name="whole-orders")[0], user=person)
    for number in range(count):
        document = ordered_document(owner=person, topic=f"Lighthouse {person.pk} {number}")
        _writing(document, number)
        _money(document.payments.get(), number)
        _mail(person, _signing_in(person, number), number)
        OwnStyle.objects.create(owner=person, title="Our faculty", text="<style/>", digest=str(number))
        OwnTemplate.objects.create(owner=person, title="Our faculty", content="{}", digest=str(number))
        Consent.objects.create(user=person, kind="analytics", granted=True, policy_version="1")
        audit.record(action="user.blocked", subject=person, by=None)
        BudgetUse.objects.create(scope=Scope.USER_DAY, period=f"2026-11-{number + 1:02}", subject=str(person.pk))


def _writing(document: Document, number: int) -> None:
    now = timezone.now()
    job = document.jobs.create(kind="writing", sort_key=number)
    Attempt.objects.create(job=job, provider="openai", model_name="gpt", purpose="write", idempotency_key=uuid4())
    MoreRewritings.objects.create(document=document, count=3)
    ready = ordered_document(owner=document.owner)
    Document.objects.filter(pk=ready.pk).update(state=DocumentState.READY)
    Disclosure.objects.create(document=ready, words="x", ends_at=timezone.now() + timedelta(days=14))
    link = ReviewLink.objects.create(
        document=document, label="Prof. Lind", token_hash=document.pk.bytes, expires_at=now + timedelta(days=7)
    )
    Comment.objects.create(document=document, link=link, origin="link", author="Prof. Lind", text="Why?", digest="d")
    Reservation.objects.create(document=document, tokens=1, cost=1, expires_at=now + timedelta(hours=1))
    source = document.sources.get()
    Citation.objects.create(
        document=document, section=document.sections.all()[0], source=source, passage=source.passages.all()[0],
        position=0, sentence="So it is.", check_result="judged",
    )  # fmt: skip


def _money(payment: Payment, number: int) -> None:
    now = timezone.now()
    name = payment.document_id.hex
    code = PromoCode.objects.create(code=f"C{name[:20].upper()}", percent=5)
    Redemption.objects.create(promo_code=code, payment=payment, user=payment.user)
    refund = payment.refunds.create(
        amount=Decimal("0.10"), cause=f"c{number}", due_at=now, stripe_refund_id=f"re_{name}"
    )
    payment.disputes.create(stripe_dispute_id=f"dp_{name}", amount=1)
    with transaction.atomic():
        ledger.book(movement=Movement.PAID, payment=payment, amount=payment.amount, now=now)
    last = Receipt.objects.count()
    receipt = Receipt.objects.create(payment=payment, year=2026, number=last + 1, seller={}, content={})
    CreditNote.objects.create(
        receipt=receipt, refund=refund, year=2026, number=last + 1, seller={}, content={}, amount=Decimal("0.10")
    )
    intent = payment.stripe_payment_intent_id
    WebhookEvent.objects.create(
        event_id=f"evt_{name}", type="charge.refunded", object_id=f"ch_{name}", payload={"payment_intent": intent}
    )
    Mirror.objects.create(kind="charge", object_id=f"ch_{name}")
    charge = copies.Charge.objects.create(id=f"ch_{name}", amount=1, stripe_data={"payment_intent": intent})
    below = {"amount": 1, "stripe_data": {"payment_intent": intent}}
    copies.Session.objects.create(id=payment.stripe_session_id)
    copies.PaymentIntent.objects.create(id=intent)
    copies.Refund.objects.create(id=f"re_{name}", charge=charge, **below)
    copies.Dispute.objects.create(id=f"dp_{name}", stripe_data=below["stripe_data"])


def _mail(person: User, signin: SignInRequest, number: int) -> None:
    # The event is about a mail to sign in with, which belongs to nobody yet.
    mail = Mail.objects.create(signin=signin, to=person.email, template="signin", state=MailState.SENT, due_at=None)
    Mail.objects.create(user=person, to=person.email, template="ready", state=MailState.SENT, due_at=None)
    MailEvent.objects.create(
        provider="dsn", event_id=f"{person.pk} {number}", kind=MailEventKind.DELIVERED, mail_id=mail.pk,
        happened_at=timezone.now(),
    )  # fmt: skip
    if not number:
        mail_addresses.stop(
            address=person.email, reason=StopReason.BOUNCED, status="5.1.1", told_by="smtp", now=timezone.now()
        )


def _signing_in(person: User, number: int) -> SignInRequest:
    return SignInRequest.objects.create(
        email=person.email, email_as_typed=person.email, domain="university.example",
        token_hash=f"{person.pk} {number}".encode(), code_hash=b"c", browser_hash=b"b",
        expires_at=timezone.now() + timedelta(minutes=10),
    )  # fmt: skip


def found(client: Client, label: str, query: str) -> list[Model]:
    answer = client.get(list_of(label), {"q": query})
    assert answer.status_code == 200, (label, answer.status_code)
    return list(answer.context["cl"].result_list)


def test_every_list_knows_people_or_is_said_to_be_of_nobody() -> None:
    for model, page in admin.site._registry.items():
        label = model._meta.label
        assert isinstance(page, OfPeople) != (label in OF_NOBODY), label
        if label not in OF_NOBODY and label not in WITHOUT_COLUMN:
            assert OWN_COLUMN.get(label, "person") in page.list_display, label
    assert set(OF_NOBODY) <= set(labels())


def test_what_is_declared_to_be_of_a_person_is_a_list_of_people() -> None:
    for model, page in admin.site._registry.items():
        rows = registry.rows_of(model)
        assert rows is None or rows.of is None or isinstance(page, OfPeople), model


def test_every_list_finds_a_person_by_address_and_nobody_elses_rows(client: Client, boss: User) -> None:
    ada, bob = UserFactory.create(email=ADA), UserFactory.create(email=BOB)
    everything(ada)
    hers = {label: {row.pk for row in found(client, label, ADA)} for label in of_people()}
    everything(bob)
    FormerAddress.objects.create(user=ada, email="ada@before.example", email_as_typed="x@y.example", undo_hash=b"u")
    for label in of_people():
        assert hers[label], f"{label}: nothing of {ADA} was found"
        # As people type it: with a tag, in capitals, with blanks around; and what it was before.
        for typed in (ADA, "Ada.Lovelace+news@University.Example", f" {ADA} "):
            rows = {row.pk for row in found(client, label, typed)}
            # The trail has grown by what we looked at meanwhile.
            assert rows == hers[label] or label == "privacy.AuditEvent", (label, typed)
        if label not in ("accounts.MailStop", "accounts.SignInRequest"):
            assert found(client, label, "ada@before.example"), label
        assert not {row.pk for row in found(client, label, BOB)} & hers[label], label
        assert found(client, label, "nobody@university.example") == [], label


def test_each_row_leads_to_the_page_of_its_person(client: Client, boss: User) -> None:
    ada = UserFactory.create(email=ADA)
    everything(ada)
    for label in set(of_people()) - WITHOUT_COLUMN:
        page = client.get(list_of(label), {"q": ADA}).content.decode()
        assert re.search(rf'<a href="/admin/people/{ada.pk}/">{re.escape(ADA)}</a>', page), label


def test_no_list_asks_more_often_for_four_rows_than_for_one(client: Client, boss: User) -> None:
    def queries() -> dict[str, int]:
        asked = {}
        for label in of_people():
            with CaptureQueriesContext(connection) as seen:
                client.get(list_of(label))
            asked[label] = len(seen)
        return asked

    everything(UserFactory.create(email=ADA))
    queries()
    few = queries()
    for name in "xyz":
        everything(UserFactory.create(email=f"{name}{BOB}"))
    assert queries() == few


@pytest.mark.parametrize("role", ["AI operations", "Pricing"])
def test_who_may_not_look_at_people_sees_and_finds_no_address(role: str, client: Client) -> None:
    clerk = User.objects.create_user("clerk@tesigo.example", is_staff=True)
    clerk.groups.add(Group.objects.get(name=role))
    sign_in(client, clerk)
    ada = UserFactory.create(email=ADA)
    everything(ada)
    opened = 0
    for label in of_people():
        if client.get(list_of(label)).status_code != 200:
            continue
        opened += 1
        page = client.get(list_of(label)).content.decode()
        assert ADA not in page, label
        assert f"/people/{ada.pk}/" not in page, label
        (row, *_others) = client.get(list_of(label)).context["cl"].result_list
        assert ADA not in client.get(f"{list_of(label)}{row.pk}/change/").content.decode(), label
        assert found(client, label, ADA) == found(client, label, "lovelace") == [], label
    assert opened
