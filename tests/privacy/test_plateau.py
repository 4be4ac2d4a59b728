"""Tables stop growing (R-77): a real order shows which grow, and years of its copies, one a day, show that they end."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Field, ForeignKey, Model
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from billing.domain import settlement
from documents.domain import outline, requesting, uploads
from documents.enums import DocumentState, ExportFormat, UploadPurpose
from documents.models import Document
from generation.ai import breaker, key_limits, keys
from privacy import registry
from privacy.domain import audit, retention
from privacy.registry import Retained
from sandbox.testing import Running
from tesigo.celery import app
from tesigo.platform import duty
from tests.accounts.journey import Post, sign_in
from tests.billing import at_stripe
from tests.billing.ordering import order
from tests.documents import files
from tests.generation.making import drain

pytestmark = [pytest.mark.django_db(transaction=True)]

#: Rows of one table that are copied of the real order: enough to see whether they go.
MOST_ROWS: Final = 3
#: One order a day for longer than the longest rule but those of four years, then one a month for longer than those.
DAYS: Final = (*range(1, 760), *range(760, 1500, 30))
#: What is added then, all of it older than any rule: nothing of it may stay in a table that ends by a rule.
OLDER: Final = range(1500, 1700, 10)
#: Grows with an order, and is about nobody.
HOUSE: Final[Mapping[str, str]] = {
    "billing.ReceiptCounter": "one row a year",
    "djstripe.Account": "our own account at Stripe: one row",
    "djstripe.APIKey": "the keys of it: one row each",
}
_SHARED: Final = {"generation.BudgetUse", *HOUSE}
#: Ids of a copy lie so far below those of the copy before: older rows have the smaller ones, as in life.
APART: Final = 1_000_000


def rows_by_table() -> dict[type[Model], set[Any]]:
    """The keys of every table of every model."""
    return {
        model: set(model._default_manager.values_list("pk", flat=True))
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def work_duties() -> None:
    """What beat and the workers do with all that is due, or will be."""
    app.loader.import_default_modules()
    for _round in range(10):
        for kind in duty.kinds():
            rows = kind.model._default_manager.filter(kind.is_open, due_at__isnull=False)
            rows.update(due_at=timezone.now())
            for pk in rows.values_list("pk", flat=True):
                app.tasks[kind.task](str(pk))


def a_real_order(sandbox: Running) -> Document:
    """From the address to the file that is taken away, with all that workers do besides."""
    browser, post = Client(), Post(sandbox)
    sign_in(browser, post)
    browser.post("/consents/", {"essential": "on"})
    ada = User.objects.get(email="ada@university.example")
    brief = {
        "kind": "seminar", "topic": "How lighthouses were kept", "language": "en", "level": "bachelor", "pages": "2",
        "citation_style": "apa",
    }  # fmt: skip
    answer = browser.post("/documents/new/", brief)
    assert answer.status_code == 302, answer.content
    document = Document.objects.get(owner=ada)
    uploads.receive(
        document=document, purpose=UploadPurpose.SOURCE, name="a.txt", chunks=[files.prose(900).encode()], by=ada
    )
    work_duties()
    outline.request(document_id=document.pk, by=ada)
    drain()
    document.refresh_from_db()
    assert document.state == DocumentState.OUTLINED, document.outline_error
    payment = order(document, total="1.00")
    at_stripe.pay(sandbox, payment)
    for event in at_stripe.told(sandbox):
        at_stripe.deliver(event)
    settlement.settle(payment_id=payment.pk, cause="test")
    drain()
    document.refresh_from_db()
    assert document.state == DocumentState.READY, document.failure
    work_duties()
    file = requesting.request_export(document_id=document.pk, format=ExportFormat.PDF, with_ai_statement=True, by=ada)
    work_duties()
    assert browser.get(f"/documents/{document.pk}/take-away/{file.pk}/").status_code == 200
    browser.get(f"/account/payments/{payment.pk}/receipt/")
    return document


def ordinary(model: type[Model]) -> str:
    """What ends the life of its rows, as `registry.retained` says."""
    return f"{model._meta.label}: {registry.retained(model)}"


class Copies:
    """Copies of rows, each order's below the one before: keys and what points at them are moved, dates shifted."""

    def __init__(self, grown: Mapping[type[Model], set[Any]], before: Mapping[type[Model], set[Any]]) -> None:
        self.before = before
        self.sample = {model: sorted(keys, key=str)[:MOST_ROWS] for model, keys in grown.items()}

    def insert(self, days: list[int]) -> None:
        """One order for each of these days ago."""
        with connection.cursor() as cursor:
            # Neither foreign keys nor triggers have a say in it: books and trail take what is copied as it is.
            cursor.execute("SET session_replication_role = replica")
            for model, keys in self.sample.items():
                columns = [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]
                names = ", ".join(f'"{field.column}"' for field in columns)
                values = ", ".join(self._value(model, field) for field in columns)
                pk = model._meta.pk.column
                # A month and the books of a year have one row, however many orders.
                once = " ON CONFLICT DO NOTHING" if model._meta.label in _SHARED else ""
                cursor.execute(
                    f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {values} FROM "{model._meta.db_table}" AS t'
                    f' CROSS JOIN unnest(%s::int[]) AS d(k) WHERE t."{pk}" = ANY(%s){once}',
                    [days, keys],
                )
            cursor.execute("SET session_replication_role = origin")

    def _value(self, model: type[Model], field: "Field[Any, Any]") -> str:
        column = f't."{field.column}"'
        label = f"{model._meta.label}.{field.name}"
        if label in {"privacy.AuditEvent.seal", "privacy.AuditEvent.digest"}:
            return "NULL"  # sealed afterwards
        target = field.related_model if isinstance(field, ForeignKey) else model if field.primary_key else None
        if target is not None and isinstance(target, type):
            moved = self._moved(column, field)
            old = ", ".join(f"'{key}'" for key in self.before.get(target, ()))
            return f"CASE WHEN {column}::text IN ({old}) THEN {column} ELSE {moved} END" if old else moved
        kind = field.get_internal_type()
        if kind == "DateTimeField":
            return f"{column} - make_interval(days => d.k)"
        if kind == "DateField":
            return f"{column} - d.k"
        if label == "generation.BudgetUse.period":
            return (
                f"CASE length({column}) WHEN 10 THEN ({column}::date - d.k)::text"
                f" WHEN 7 THEN left((({column} || '-01')::date - d.k)::text, 7) ELSE {column} END"
            )
        if label == "generation.BudgetUse.subject":
            return f"CASE WHEN length({column}) = 36 THEN {self._uuid(column)}::text ELSE {column} END"
        if not field.choices and (field.unique or any(field.name in names for names in self._unique_sets(model))):
            return self._moved(column, field)
        return column

    @staticmethod
    def _unique_sets(model: type[Model]) -> list[tuple[str, ...]]:
        sets = [tuple(one.fields) for one in model._meta.constraints if hasattr(one, "fields")]
        pointing = {field.name for field in model._meta.concrete_fields if isinstance(field, ForeignKey)}
        # Where one of them points at a row that is moved itself, the others may stay.
        return [names for names in sets if not pointing & set(names)]

    def _moved(self, column: str, field: "Field[Any, Any]") -> str:
        kind = field.target_field.get_internal_type() if isinstance(field, ForeignKey) else field.get_internal_type()
        if kind == "UUIDField":
            return self._uuid(column)
        if kind == "BinaryField":
            return f"sha256({column} || d.k::text::bytea)"
        if kind in {"CharField", "TextField", "SlugField", "StripeIdField", "URLField"}:
            longest = getattr(field, "max_length", None) or 255
            return f"left({column}, {longest} - 5) || '-' || d.k" if longest > 10 else column
        if ("Integer" in kind or "Auto" in kind) and "Small" not in kind:
            return f"{column} + d.k * {APART}" if kind.startswith("Positive") else f"{column} - d.k * {APART}"
        return column

    @staticmethod
    def _uuid(column: str) -> str:
        return f"md5({column}::text || d.k)::uuid"


def counts(models: list[type[Model]]) -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in models}


def test_years_of_simulated_orders_show_that_tables_stop_growing(sandbox: Running, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.STRIPE_CALLS_PER_SECOND = 100_000
    for one in (breaker, key_limits, keys):
        one.forget()  # what processes knew of keys from an earlier test
    before = rows_by_table()
    a_real_order(sandbox)
    grown = {model: keys - before[model] for model, keys in rows_by_table().items() if keys - before[model]}
    assert {"Document", "Payment", "Attempt", "Step", "Mail", "AuditEvent"} <= {model.__name__ for model in grown}

    # Whatever grows with an order is known to end: by a rule, with its account, or as books and trail do.
    undeclared = [
        ordinary(model)
        for model in grown
        if registry.retained(model) is Retained.HOUSE and model._meta.label not in HOUSE
    ]
    assert undeclared == [], "these tables grow with each order and no rule ends the life of their rows"
    by_rule = [model for model in grown if registry.retained(model) in (Retained.RULE, Retained.TRAIL)]
    with_account = [model for model in grown if registry.retained(model) is Retained.ACCOUNT]
    for model in with_account:
        rows = registry.rows_of(model)
        assert rows is not None
        assert rows.of is not None, f"{model._meta.label} is said to go with its account, which leads nowhere"

    copies = Copies(grown, before)
    copies.insert([*DAYS])
    audit.seal_new()
    begun = counts(by_rule)
    now = timezone.now()
    assert [one.rule.model for one in retention.apply(now=now) if one.failure] == []
    retention.apply(now=now)  # browsers go the night after their sessions
    first = counts(by_rule)
    copies.insert([*OLDER])
    for _night in range(2):
        retention.apply(now=now)
    # The nightly rows about retention itself are part of the trail.
    audit.seal_new()
    second = counts(by_rule)
    ours = second.pop("privacy.AuditEvent") - first.pop("privacy.AuditEvent")
    assert second == first, "rows that are older than any rule are still there"
    assert 0 <= ours < 100
    assert audit.verify().broken_at is None
    kept = {label: count for label, count in first.items() if count >= begun[label]}
    assert set(kept) == set(), "no row of these has gone in four years"
