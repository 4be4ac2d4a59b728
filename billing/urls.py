"""Addresses of prices and payments."""

from django.urls import path

from billing import webhooks
from billing.api.ordering import PriceViewSet
from billing.views import calculator, history, more_pages, ordering, returning

app_name = "billing"

urlpatterns = [
    path("", calculator.landing, name="landing"),
    path("prices/quote/", calculator.quote, name="quote"),
    path("documents/<uuid:document_id>/price/", ordering.price, name="price"),
    path("documents/<uuid:document_id>/pay/", ordering.pay, name="pay"),
    path("documents/<uuid:document_id>/paid/", returning.paid, name="paid"),
    path("documents/<uuid:document_id>/more-pages/", more_pages.order, name="more-pages"),
    path("documents/<uuid:document_id>/more-pages/pay/", more_pages.pay, name="pay-more-pages"),
    path("documents/<uuid:document_id>/more-pages/paid/", more_pages.paid, name="more-pages-paid"),
    path("api/documents/<uuid:document_id>/price/", PriceViewSet.as_view({"get": "retrieve"}), name="price-api"),
    path("account/payments/", history.payment_history, name="payment-history"),
    path("account/payments/<uuid:payment_id>/receipt/", history.receipt, name="receipt"),
    path("account/credit-notes/<int:note_id>/", history.credit_note, name="credit-note"),
    path("stripe/webhook/", webhooks.receive, name="webhook"),
]
