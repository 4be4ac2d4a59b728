"""What dj-stripe keeps of a person: copies of Stripe's objects, found by their ids, one leading to the next.

Stripe's customer, the card and the charge know our person by ids alone; each copy names others. What belongs to nobody
alone (the account, a product, a price) leads nowhere.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import CharField, ForeignKey, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from djstripe import models as djstripe

from billing.models import Dispute, Mirror, Payment, ReceiptFile, Refund, WebhookEvent
from privacy import registry

#: Beginnings of ids of things that belong to one payer: customers, ways to pay, payments, what goes back, disputes.
_THEIRS: Final = re.compile(r"\b(?:cus|pm|src|card|ba|pi|seti|cs|ch|py|re|pyr|dp|du|txn|in|sub|mandate|evt)_\w{6,250}")
#: dj-stripe's tables that hold nothing of any payer.
_OURS: Final = frozenset(
    [
        "APIKey",
        "Account",
        "AccountV2",
        "Coupon",
        "PromotionCode",
        "ShippingRate",
        "TaxCode",
        "TaxRate",
        "CountrySpec",
        "Product",
        "Price",
        "Feature",
        "ProductFeature",
        "WebhookEndpoint",
        "IdempotencyKey",
        "Payout",
        "Transfer",
        "TransferReversal",
        "ApplicationFee",
        "ApplicationFeeRefund",
        "File",
        "FileLink",
        "ScheduledQueryRun",
    ]
)


def tables() -> list[type[Model]]:
    """Every model of dj-stripe."""
    return list(apps.get_app_config("djstripe").get_models())


def is_of_payers(model: type[Model]) -> bool:
    """Whether rows of the model may say something about a payer."""
    return model.__name__ not in _OURS


def finder(model: type[Model]) -> Callable[[AbstractBaseUser], QuerySet[Any]]:
    """How to find a person's rows of one of dj-stripe's models."""
    return partial(_found, model)


def ids_of(user: AbstractBaseUser) -> set[str]:
    """The ids of all that Stripe knows of the person, as far as a row of ours or a copy names it.

    From the session over its PaymentIntent, charge and card to the customer, and back to what else they have, until
    nothing new is named.
    """
    known = _our_ids(user)
    customers = djstripe.Customer.objects.filter(Q(subscriber=user.pk) | Q(email__in=_addresses(user)))
    known |= set(customers.values_list("id", flat=True))
    asked: set[str] = set()
    while new := known - asked:
        asked |= new
        for model in _with_ids():
            if _has(model, "stripe_data"):
                for id, data in _naming(model, new).values_list("id", "stripe_data").iterator():
                    known |= {id, *_THEIRS.findall(str(data))}
    return known


def receipt_files(user: AbstractBaseUser) -> QuerySet[ReceiptFile]:
    """The files of the person's receipts and credit notes."""
    mine = Q(receipt__payment__user=user.pk) | Q(credit_note__receipt__payment__user=user.pk)
    return ReceiptFile.objects.filter(mine)


def notices(user: AbstractBaseUser) -> QuerySet[WebhookEvent]:
    """Stripe's notices about the person's payments."""
    return WebhookEvent.objects.filter(object_id__in=_our_ids(user))


def mirrors(user: AbstractBaseUser) -> QuerySet[Mirror]:
    """Our own notes on which of Stripe's objects are copied."""
    return Mirror.objects.filter(object_id__in=registry.once(ids_of, user))


def _found(model: type[Model], user: AbstractBaseUser) -> QuerySet[Any]:
    return _naming(model, registry.once(ids_of, user))


def _naming(model: type[Model], ids: set[str]) -> QuerySet[Any]:
    """Rows that bear one of the ids, or name one."""
    rows = model._default_manager.all()
    if not ids:
        return rows.none()
    named = Q(id__in=ids) if _has(model, "id") and _is_text(model, "id") else Q(pk__in=[])
    for pointer in model._meta.concrete_fields:
        if isinstance(pointer, ForeignKey) and pointer.related_model in _with_ids():
            there = pointer.related_model._default_manager.filter(id__in=ids)
            named |= Q(**{f"{pointer.attname}__in": there.values(pointer.target_field.attname)})
    pattern = rf"\y({'|'.join(sorted(ids))})\y"
    for name in ("stripe_data", "data", "body"):
        if _has(model, name):
            rows = rows.annotate(**{f"{name}_text": Cast(name, TextField())})
            named |= Q(**{f"{name}_text__regex": pattern})
    return rows.filter(named)


def _with_ids() -> list[type[Model]]:
    return [model for model in tables() if is_of_payers(model) and _has(model, "id") and _is_text(model, "id")]


def _our_ids(user: AbstractBaseUser) -> set[str]:
    payments = Payment.objects.filter(user=user.pk)
    found = {one for pair in payments.values_list("stripe_session_id", "stripe_payment_intent_id") for one in pair}
    found |= set(Refund.objects.filter(payment__user=user.pk).values_list("stripe_refund_id", flat=True))
    found |= set(Dispute.objects.filter(payment__user=user.pk).values_list("stripe_dispute_id", flat=True))
    return {one for one in found if one}


def _addresses(user: AbstractBaseUser) -> list[str]:
    return [one for one in (getattr(user, "email", ""), getattr(user, "email_as_typed", "")) if one]


def _has(model: type[Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def _is_text(model: type[Model], name: str) -> bool:
    return isinstance(model._meta.get_field(name), CharField)


def forget(user: AbstractBaseUser) -> None:
    """Deletes the copies, by their ids and by SQL: dj-stripe's own ways keep rows and what stands in them."""
    ids = ids_of(user)
    theirs = [model for model in tables() if is_of_payers(model)]
    with transaction.atomic():
        Mirror.objects.filter(object_id__in=ids).delete()
        found = {model: list(_naming(model, ids).values_list("pk", flat=True)) for model in theirs}
        for model, keys in found.items():
            # Rows that point at each other go in any order: keys are looked at when the transaction ends.
            model._default_manager.filter(pk__in=keys)._raw_delete("default")
