"""Help for students (R-141): every part is reached from the list, every link leads somewhere, in each language."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override

from documents.enums import CitationCheck

IDS = re.compile(r'<h2 id="([a-z]+)"')
LINKS = re.compile(r'<li><a href="#([a-z]+)"')


@pytest.mark.django_db
def test_each_part_is_named_in_the_list_and_each_name_leads_to_a_part(client: Client) -> None:
    html = client.get("/help/").content.decode()
    assert IDS.findall(html) == LINKS.findall(html) == [
        "brief", "sources", "card", "change", "failure", "money", "statement",
    ]  # fmt: skip


@pytest.mark.django_db
def test_it_is_read_in_every_language(client: Client) -> None:
    titles = set()
    for code, _name in settings.LANGUAGES:
        page = client.get("/help/", headers={"accept-language": code})
        assert page.status_code == 200
        titles.add(re.findall(r"<h1>([^<]+)</h1>", page.content.decode())[0])
    assert len(titles) == len(settings.LANGUAGES)


@pytest.mark.django_db
@pytest.mark.parametrize("check", ["verbatim", "overlap", "judged", "changed"])
def test_every_way_of_checking_is_explained(client: Client, check: str) -> None:
    page = client.get("/help/", headers={"accept-language": "en"}).content.decode()
    with override("en"):
        assert f"<dt>{CitationCheck(check).label}</dt>" in page
