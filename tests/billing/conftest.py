"""Billing against the sandbox's Stripe over real sockets."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # pytest reads this before Django is set up
    from django.test import Client

    from accounts.models import User
    from billing.models import Payment, PriceList
    from documents.models import Document
    from sandbox.testing import Running


@pytest.fixture
def price_list(db: None) -> "PriceList":
    """The list in force: €0.50 a page. Tests that empty the tables have to bring it back."""
    from billing.enums import PriceListState
    from billing.models import PriceList

    return PriceList.objects.get_or_create(
        version=1, defaults={"price_per_page": Decimal("0.50"), "state": PriceListState.ACTIVE}
    )[0]


@pytest.fixture
def student(db: None) -> "User":
    """A signed-up person who has given the essential consent."""
    from django.conf import settings

    from privacy.enums import ConsentKind
    from privacy.models import Consent
    from tests.documents.factories import UserFactory

    user = UserFactory.create()
    Consent.objects.create(user=user, kind=ConsentKind.ESSENTIAL, granted=True, policy_version=settings.POLICY_VERSION)
    return user


@pytest.fixture
def document(student: "User", price_list: "PriceList") -> "Document":
    """A document of 12 pages whose outline is finished: €6.00."""
    from tests.documents.factories import outlined_document

    return outlined_document(owner=student, pages=12)


@pytest.fixture
def written(document: "Document") -> "Document":
    """The same once it is written: its order of €6.00 is paid, and nothing of it waits."""
    from django.utils import timezone

    from documents.enums import DocumentState
    from documents.models import Document
    from tests.generation.making import pay

    pay(document)
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY, ordered_at=timezone.now())
    document.refresh_from_db()
    return document


@pytest.fixture
def browser(student: "User") -> "Client":
    """The student's browser, signed in."""
    from django.test import Client

    client = Client()
    client.force_login(student)
    return client


@pytest.fixture(autouse=True)
def many_calls(settings: Any) -> None:
    """Stripe limits no calls; where its limit counts, a test says so."""
    settings.STRIPE_CALLS_PER_SECOND = 100_000


@pytest.fixture
def payment(document: "Document", sandbox: "Running") -> "Payment":
    """€6.00 for 12 pages, on Stripe's page; nobody has paid yet."""
    from tests.billing.ordering import order

    return order(document)


@pytest.fixture
def paid(payment: "Payment", sandbox: "Running") -> "Payment":
    """€6.00 for 12 pages, settled."""
    from billing.domain import settlement

    sandbox.control.pay(str(payment.stripe_session_id))
    return settlement.settle(payment_id=payment.pk, cause="test")


@pytest.fixture
def started() -> Iterator[list[tuple[Any, Any]]]:
    """(document, payment) of every `payment_succeeded` that was sent."""
    from billing.signals import payment_succeeded

    heard: list[tuple[Any, Any]] = []

    def listen(sender: Any, document_id: Any, payment_id: Any, **more: Any) -> None:
        heard.append((document_id, payment_id))

    payment_succeeded.connect(listen)
    yield heard
    payment_succeeded.disconnect(listen)
