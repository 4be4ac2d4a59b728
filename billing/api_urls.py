"""Addresses of prices and payments under `/api/v1/`."""

from django.urls import path

from billing import api_examples  # noqa: F401  # they are given once they are imported
from billing.api.ordering import CheckoutViewSet, MorePagesViewSet, PriceViewSet
from billing.api.payments import PaperViewSet, PaymentViewSet

_ONE = "documents/<uuid:document_id>"

app_name = "billing-api"
urlpatterns = [
    path("prices/quote", PriceViewSet.as_view({"get": "quote"}), name="quote"),
    path(f"{_ONE}/price", PriceViewSet.as_view({"get": "retrieve"}), name="price"),
    path(f"{_ONE}/checkout", CheckoutViewSet.as_view({"post": "checkout"}), name="checkout"),
    path(f"{_ONE}/more-pages", MorePagesViewSet.as_view({"post": "buy"}), name="more-pages"),
    path("payment/history", PaymentViewSet.as_view({"get": "list"}), name="payments"),
    path("payment/<uuid:payment_id>", PaymentViewSet.as_view({"get": "retrieve"}), name="payment"),
    path("payment/<uuid:payment_id>/receipt", PaperViewSet.as_view({"get": "receipt"}), name="receipt"),
    path("credit-notes/<int:note_id>", PaperViewSet.as_view({"get": "credit_note"}), name="credit-note"),
]
