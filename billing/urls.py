"""Addresses of prices and payments."""

from django.urls import path

from billing import views, webhooks

app_name = "billing"

urlpatterns = [
    path("", views.landing, name="landing"),
    path("prices/quote/", views.quote, name="quote"),
    path("documents/<uuid:document_id>/price/", views.price, name="price"),
    path("documents/<uuid:document_id>/pay/", views.pay, name="pay"),
    path("documents/<uuid:document_id>/paid/", views.paid, name="paid"),
    path("account/payments/", views.payment_history, name="payment-history"),
    path("stripe/webhook/", webhooks.receive, name="webhook"),
]
