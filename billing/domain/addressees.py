"""Whom a receipt is made out to, where a buyer says so: a name, an address, a VAT id (R-68).

It is kept with the payment until the receipt is issued, and from then on in the receipt alone, which never changes.
"""

from collections.abc import Mapping
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser

from billing.models import OPEN_STATES, Payment, Receipt

#: In the order in which they are printed.
PARTS: Final = ("name", "address", "country", "vat_id")


def given(parts: Mapping[str, str]) -> dict[str, str] | None:
    """What was typed of it, as it is kept; None where nothing was."""
    return {part: parts[part] for part in PARTS if parts.get(part)} or None


def put(*, payment: Payment, addressee: Mapping[str, str] | None) -> None:
    """Writes it to a payment that is not paid; of two tabs the later one counts. On a receipt nothing changes."""
    open_ones = Payment.objects.filter(pk=payment.pk, state__in=OPEN_STATES)
    if payment.addressee != addressee and open_ones.update(addressee=addressee):
        payment.addressee = dict(addressee) if addressee else None


def lines_of(payment: Payment) -> str:
    """How a receipt is made out, line by line; the address that the buyer signs in with stands last."""
    addressee = payment.addressee or {}
    said = [addressee[part] for part in PARTS if part in addressee]
    return "\n".join([*said, payment.user.email_as_typed])


def called(user: AbstractBaseUser) -> list[str]:
    """Names that receipts of the person are or were to be made out to, and the addresses beneath them.

    A name that receipts of others bear as well, of a firm or a university, does not tell who is meant.
    """
    typed = Payment.objects.filter(user=user.pk, addressee__isnull=False).values_list("addressee__name", flat=True)
    said = {name for name in typed if name}
    for to in Receipt.objects.filter(payment__user=user.pk).values_list("content__to", flat=True):
        *lines, address = (to or "").split("\n")
        said |= {address, *lines[:1]}
    return [word for word in said if word and not _is_of_others(word, user)]


def _is_of_others(name: str, user: AbstractBaseUser) -> bool:
    printed = Receipt.objects.exclude(payment__user=user.pk).filter(content__to__startswith=f"{name}\n")
    typed = Payment.objects.exclude(user=user.pk).filter(addressee__name=name)
    return printed.exists() or typed.exists()
