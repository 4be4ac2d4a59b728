"""Contact and imprint stand on every page, every error and in every mail (R-59)."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import Settings

from accounts.domain import mail
from accounts.models import Mail, User

ROOT = Path(__file__).resolve().parents[2] / "templates"
#: The frames of everything that people read. Paper has a seller of its own; staff pages are Django's.
FRAMES = {"base.html", "errors/frame.html", "mails/layout.html"}
MAILS = sorted(path.stem for path in (ROOT / "mails").glob("*.html") if path.stem != "layout")


def test_there_is_no_frame_that_these_tests_do_not_look_at() -> None:
    whole = {path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html") if "<html" in path.read_text()}
    assert {path for path in whole if "/paper/" not in path} == FRAMES


@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500, 503])
def test_an_error_page_says_whom_to_write_to_though_it_knows_no_request(status: int) -> None:
    html = render_to_string(f"errors/{status}.html")
    assert f'href="mailto:{settings.CONTACT_EMAIL}"' in html
    assert 'href="/contact/"' in html
    assert 'href="/imprint/"' in html


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/", "/signin/", "/terms/", "/privacy-policy/", "/contact/", "/imprint/", "/help/"])
def test_a_page_leads_to_contact_and_imprint(client: Client, page: str) -> None:
    html = client.get(page).content.decode()
    assert 'href="/contact/"' in html
    assert 'href="/imprint/"' in html
    assert 'href="/help/"' in html


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/contact/", "/imprint/"])
def test_whoever_has_not_agreed_to_the_terms_may_still_write(client: Client, page: str) -> None:
    client.force_login(User.objects.create_user("ada@university.example"))
    answer = client.get(page)
    assert answer.status_code == 200
    assert f"mailto:{settings.CONTACT_EMAIL}" in answer.content.decode()


@pytest.mark.django_db
def test_the_imprint_is_shown_line_by_line_and_as_text(client: Client, settings: Settings) -> None:
    settings.IMPRINT = "A & B <Press>\n1 Example Street"
    assert "A &amp; B &lt;Press&gt;<br>1 Example Street" in client.get("/imprint/").content.decode()


@pytest.mark.django_db
def test_a_vat_number_stands_in_the_imprint_where_there_is_one(client: Client, settings: Settings) -> None:
    assert "VAT number" not in client.get("/imprint/").content.decode()
    settings.VAT_NUMBER = "IT01234567890"
    assert "VAT number: IT01234567890" in client.get("/imprint/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/terms/", "/privacy-policy/"])
def test_the_policies_name_the_address(client: Client, page: str) -> None:
    assert f"mailto:{settings.CONTACT_EMAIL}" in client.get(page).content.decode()


@pytest.mark.parametrize("template", MAILS)
def test_a_mail_is_set_in_the_frame_of_mails_and_has_a_text(template: str) -> None:
    assert '{% extends "mails/layout.html" %}' in (ROOT / "mails" / f"{template}.html").read_text()
    assert (ROOT / "mails" / f"{template}.txt").exists()


def test_a_mail_says_whom_to_write_to() -> None:
    context = {"title": "x", "work": "y", "document_id": "11111111-1111-4111-8111-111111111111"}
    message = mail._render(Mail(template="retracted", to="ada@university.example", context=context))
    html = str(message.alternatives[0][0])
    for said in (str(message.body), html):
        assert settings.CONTACT_EMAIL in said
        assert f"{settings.SITE_URL}/imprint/" in said
