"""What a browser reads as a number or a moment is written the same in every language: 4.0, never 4,0 (HTML 2.3)."""

import re
from datetime import datetime
from typing import Final

import pytest
from django.test import Client
from lxml import html

from accounts.models import User
from documents.enums import DocumentState
from documents.models import Document
from tests.documents.test_views import student_with_consent
from tests.languages.test_untranslated import pages_without_ids
from tests.platform.test_ownership import THEIRS, Things, signed_in

_NUMBERS: Final = (
    "//progress/@value | //progress/@max | //meter/@value | //meter/@max | //@data-total"
    " | //input[@type='number' or @type='range']/@*[name()='value' or name()='min' or name()='max' or name()='step']"
)
#: HTML 2.3.4.3; some attributes take a word instead.
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?|any|")


@pytest.fixture(scope="module")
def theirs(shared_rows: None) -> Things:
    return Things(student_with_consent())


@pytest.mark.django_db
@pytest.mark.parametrize("state", [DocumentState.OUTLINED, DocumentState.WRITING, DocumentState.READY])
def test_numbers_and_moments_are_read_by_machines_in_german(state: DocumentState, theirs: Things) -> None:
    User.objects.filter(pk=theirs.owner.pk).update(language="de")
    Document.objects.filter(pk=theirs.document.pk).update(state=state)
    browsers = signed_in(theirs.owner), Client(headers={"Accept-Language": "de"})
    numbers = moments = 0
    wrong: set[tuple[str, str]] = set()
    for browser in browsers:
        for path in (
            *pages_without_ids(),
            *(one.at(theirs.id_of) for one in THEIRS if not one.route.startswith("api/")),
        ):
            answer = browser.get(path)
            if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
                continue
            page = html.document_fromstring(answer.content.decode())
            found = [str(value) for value in page.xpath(_NUMBERS)]
            wrong |= {(path, value) for value in found if not _NUMBER.fullmatch(value)}
            numbers += len(found)
            for value in map(str, page.xpath("//time/@datetime")):
                assert datetime.fromisoformat(value).microsecond == 0, (path, value)
                moments += 1
    assert wrong == set()
    assert numbers >= 4
    assert moments >= 4
