"""Addresses of consent and policies."""

from django.urls import path

from privacy import views

app_name = "privacy"
urlpatterns = [
    path("consents/", views.consents, name="consents"),
    path("terms/", views.terms, name="terms"),
    path("help/", views.help_page, name="help"),
    path("contact/", views.contact, name="contact"),
    path("imprint/", views.imprint, name="imprint"),
    path("privacy-policy/", views.policy, name="policy"),
]
