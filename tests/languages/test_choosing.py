"""Whose language a page is in: the account's, else the cookie's, else that of Accept-Language (R-04)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import User
from documents.domain.owners_language import owners_language
from tesigo.platform import locales
from tests.documents.factories import DocumentFactory, UserFactory
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db


def language_of(client: Client, path: str = "/") -> str:
    answer = client.get(path)
    assert f'<html lang="{answer.headers["Content-Language"]}"' in answer.content.decode()
    return answer.headers["Content-Language"]


def choose(client: Client, language: str, then: str = "/imprint/") -> str:
    answer = client.post("/language/", {"language": language, "next": then})
    assert answer.status_code == 302, answer.content
    return answer.headers["Location"]


def test_without_anything_it_is_english_or_what_the_browser_asks_for() -> None:
    assert language_of(Client()) == "en"
    assert language_of(Client(headers={"Accept-Language": "uk, de-AT;q=0.8, en;q=0.5"})) == "de"


def test_what_was_chosen_comes_before_what_the_browser_asks_for() -> None:
    client = Client(headers={"Accept-Language": "de"})
    assert choose(client, "pl") == "/imprint/"
    assert language_of(client) == "pl"


def test_the_accounts_language_comes_before_both() -> None:
    student = student_with_consent()
    User.objects.filter(pk=student.pk).update(language="cs")
    client = Client(headers={"Accept-Language": "de"})
    choose(client, "pl")
    client.force_login(student)
    assert language_of(client, "/account/") == "cs"
    choose(client, "it")
    student.refresh_from_db()
    assert (language_of(client, "/account/"), student.language) == ("it", "it")


@pytest.mark.parametrize("wrong", ["", "uk", "xx", "../de", "DE"])
def test_a_language_that_is_not_there_is_refused(wrong: str) -> None:
    client = Client()
    assert client.post("/language/", {"language": wrong, "next": "/"}).status_code == 400
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", ""])
def test_it_leads_nowhere_else(elsewhere: str) -> None:
    assert choose(Client(), "fr", elsewhere) == "/"


def test_a_page_that_answered_a_post_leads_to_the_start() -> None:
    student = student_with_consent()
    client = Client()
    client.force_login(student)
    page = client.post("/documents/new/", {"topic": ""}).content.decode()
    assert '<input type="hidden" name="next" value="">' in page
    assert choose(client, "fr", "") == "/documents/"


def test_who_has_not_agreed_to_the_terms_chooses_the_language_they_are_in() -> None:
    newcomer = UserFactory.create()
    client = Client()
    client.force_login(newcomer)
    assert choose(client, "pt", "/terms/") == "/terms/"
    assert language_of(client, "/terms/") == "pt"


def test_every_page_has_the_choice_with_each_language_by_its_own_name() -> None:
    page = Client().get("/imprint/").content.decode()
    for code, name in settings.LANGUAGES:
        assert f'<option value="{code}" lang="{code}"' in page
        assert name in page


def test_a_new_document_is_offered_in_the_language_of_the_page() -> None:
    student = student_with_consent()
    User.objects.filter(pk=student.pk).update(language="ro")
    client = Client()
    client.force_login(student)
    assert '<option value="ro" selected>' in client.get("/documents/new/").content.decode()


def test_what_a_worker_says_is_in_the_owners_language() -> None:
    document = DocumentFactory.create(owner=student_with_consent())
    User.objects.filter(pk=document.owner_id).update(language="nl")
    with owners_language(document.pk):
        assert translation.get_language() == "nl"
    assert translation.get_language() == "en"


@pytest.mark.parametrize(
    ("language", "amount", "day"),
    [
        ("en", "€1,234.50", "3 October 2026"),
        ("it", "1.234,50\N{NO-BREAK SPACE}€", "3 ottobre 2026"),
        ("es", "1.234,50\N{NO-BREAK SPACE}€", "3 de octubre de 2026"),
        ("de", "1.234,50\N{NO-BREAK SPACE}€", "3. Oktober 2026"),
        ("fr", "1\N{NARROW NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}€", "3 octobre 2026"),
        ("pl", "1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}€", "3 października 2026"),
        ("pt", "1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}€", "3 de outubro de 2026"),
        ("nl", "€\N{NO-BREAK SPACE}1.234,50", "3 oktober 2026"),
        ("cs", "1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}€", "3. října 2026"),
        ("ro", "1.234,50\N{NO-BREAK SPACE}EUR", "3 octombrie 2026"),
    ],
)
def test_money_and_days_are_written_as_the_language_writes_them(language: str, amount: str, day: str) -> None:
    with translation.override(language):
        assert (locales.in_euros(Decimal("1234.5")), locales.day(date(2026, 10, 3))) == (amount, day)


def test_a_moment_has_its_hour() -> None:
    at = datetime(2026, 10, 3, 7, 5, tzinfo=UTC)
    assert (locales.moment(at), locales.short_moment(at)) == ("3 October 2026, 07:05", "3 Oct 2026, 07:05")
    with translation.override("de"):
        assert locales.short_moment(at) == "03.10.2026, 07:05"


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_the_administration_names_the_zone_in_every_language(language: str) -> None:
    with translation.override(language):
        assert date_format(datetime(2026, 10, 3, 7, 5, tzinfo=UTC), "DATETIME_FORMAT").endswith("7:05 UTC")


def test_a_minus_is_no_hyphen() -> None:
    assert locales.in_euros("-0.60") == "−€0.60"
