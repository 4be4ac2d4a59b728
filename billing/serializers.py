"""Prices and payments as programs see them. Amounts are euros with two places, as text."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from billing.enums import PaymentState
from billing.forms import MOST_LINES
from billing.models import MOST_MORE_PAGES, OPEN_STATES, CreditNote, Payment, Receipt
from documents.models.document import MAX_PAGES, MIN_PAGES
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import LineField, LinesField, ModelSerializer


class LineSerializer(ApiSerializer):
    """One line of an order."""

    label = serializers.CharField()  # type: ignore[assignment]  # the name that lines have
    amount = serializers.CharField()
    kind = serializers.CharField(help_text="base, tier, discount, promo, cap, floor or provider_minimum.")


class PriceSerializer(ApiSerializer):
    """What a document costs now: what the order must show (R-13)."""

    pages = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Of the price list; sent back with the order.")
    currency = serializers.CharField()
    lines = LineSerializer(many=True)
    total = serializers.CharField(help_text="Sent back with the order.")
    code = serializers.CharField()
    code_problem = serializers.CharField(help_text="Why a code takes nothing off; else empty.")


class PagesSerializer(serializers.Serializer[Any]):
    """How many pages a price is asked for: in the query, where all is text."""

    pages = serializers.IntegerField(min_value=MIN_PAGES, max_value=MAX_PAGES)


class AddresseeSerializer(ApiSerializer):
    """Whom the receipt is made out to."""

    name = LineField(max_length=120, help_text="Of a person or a firm.")
    address = LinesField(required=False, default="", max_length=300, allow_blank=True)
    country = LineField(required=False, default="", max_length=60, allow_blank=True)
    vat_id = LineField(required=False, default="", max_length=60, allow_blank=True)

    def validate_address(self, value: str) -> str:
        """Lines without blank ones; so few that they stand on a sheet."""
        lines = [line.strip() for line in value.split("\n") if line.strip()]
        if len(lines) > MOST_LINES:
            raise serializers.ValidationError(_("An address on the receipt has at most %d lines.") % MOST_LINES)
        return "\n".join(lines)


class CheckoutSerializer(ApiSerializer):
    """An order: the price that was seen, and what its buyer agrees to."""

    total = serializers.DecimalField(max_digits=8, decimal_places=2, help_text="As GET price said.")
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="As GET price said.")
    code = LineField(required=False, default="", max_length=40, allow_blank=True, help_text="A promo code.")
    terms = serializers.BooleanField(help_text="The buyer has read the terms and agrees to them.")
    start_now = serializers.BooleanField(
        help_text="Writing starts at once; the right of withdrawal ends when the document is delivered."
    )

    addressee = AddresseeSerializer(
        required=False, allow_null=True, default=None, help_text="For the receipt; else the address that signs in."
    )

    def validate_terms(self, value: bool) -> bool:
        """Nobody orders without."""
        if not value:
            raise serializers.ValidationError(_("Please agree to the terms before you pay."))
        return value

    def validate_start_now(self, value: bool) -> bool:
        """Nothing else is offered."""
        if not value:
            raise serializers.ValidationError(_("Writing can only be ordered with a start at once."))
        return value


class MorePagesSerializer(CheckoutSerializer):
    """More pages of rewriting for a written document: the price that was seen, and what their buyer agrees to."""

    code = None  # type: ignore[assignment]  # how a field of the serializer above is taken away: codes are for documents
    pages = serializers.IntegerField(min_value=1, max_value=MOST_MORE_PAGES, help_text="As `prices/quote` was asked.")
    total = serializers.DecimalField(max_digits=8, decimal_places=2, help_text="As `prices/quote` said.")
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="As `prices/quote` said.")
    start_now = serializers.BooleanField(
        help_text="The pages are added at once; the right of withdrawal ends when their rewritings are used."
    )

    def validate_start_now(self, value: bool) -> bool:
        """Nothing else is offered."""
        if not value:
            raise serializers.ValidationError(_("Pages of rewriting can only be bought for use at once."))
        return value


class CreditNoteSerializer(ModelSerializer):
    """What went back of a payment, as a paper of its own."""

    number = serializers.CharField(source="__str__")
    file_url = serializers.SerializerMethodField()

    class Meta:
        model = CreditNote
        fields: ClassVar[Any] = ("id", "number", "amount", "issued_at", "file_url")
        read_only_fields: ClassVar[Any] = fields

    def get_file_url(self, note: CreditNote) -> str:
        """Where its PDF is fetched."""
        return address(self.context, "billing-api:credit-note", note.pk)


class ReceiptSerializer(ModelSerializer):
    """The receipt of a payment, with the credit notes to it (R-68)."""

    number = serializers.CharField(source="__str__")
    file_url = serializers.SerializerMethodField()
    credit_notes = CreditNoteSerializer(many=True)

    class Meta:
        model = Receipt
        fields: ClassVar[Any] = ("number", "issued_at", "file_url", "credit_notes")
        read_only_fields: ClassVar[Any] = fields

    def get_file_url(self, receipt: Receipt) -> str:
        """Where its PDF is fetched."""
        return address(self.context, "billing-api:receipt", receipt.payment_id)


class PaymentSerializer(ModelSerializer):
    """A payment for a document, or for more pages of rewriting for one."""

    document = serializers.UUIDField(source="document_id")
    document_title = serializers.CharField(source="document.__str__")
    lines = LineSerializer(many=True)
    receipt = serializers.SerializerMethodField()

    class Meta:
        model = Payment
        fields: ClassVar[Any] = (
            "id", "purpose", "document", "document_title", "state", "pages", "amount", "refunded_amount", "currency",
            "lines", "failure", "created_at", "expires_at", "succeeded_at", "receipt",
        )  # fmt: skip
        read_only_fields: ClassVar[Any] = fields

    def get_receipt(self, payment: Payment) -> Any:
        """Its receipt; null before it is paid."""
        receipt = getattr(payment, "receipt", None)
        return ReceiptSerializer(receipt, context=self.context).data if receipt else None


class OpenedSerializer(ApiSerializer):
    """A payment that was opened, and where it is paid."""

    payment_id = serializers.UUIDField(source="pk")
    state = serializers.CharField()
    amount = serializers.DecimalField(max_digits=8, decimal_places=2)
    currency = serializers.CharField()
    checkout_url = serializers.CharField(help_text="Stripe's page; empty once the money came or is on its way.")
    expires_at = serializers.DateTimeField()

    def to_representation(self, instance: Payment) -> dict[str, Any]:
        """A page that was paid on leads nowhere."""
        shown: dict[str, Any] = super().to_representation(instance)
        is_to_be_paid = instance.state in OPEN_STATES and instance.state != PaymentState.PROCESSING
        return shown if is_to_be_paid else shown | {"checkout_url": ""}


class BeingMadeSerializer(ApiSerializer):
    """A paper that is being set."""

    detail = serializers.CharField()


def address(context: Mapping[str, Any], name: str, pk: Any) -> str:
    """The address of a route, as the caller reaches it."""
    to: Callable[[str, Any], str] = context["address"]
    return to(name, pk)
