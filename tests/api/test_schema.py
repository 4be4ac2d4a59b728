"""The API keeps to its own description, whatever it is sent: no 5xx, no answer that is not described (R-58).

Every operation is called in this process with made-up values, right and wrong ones, the same in each run. What a call
does is undone after it, so that each finds the same person with the same things.
"""

import re
import uuid
from collections.abc import Iterator
from typing import Any, Final

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.utils import timezone
from drf_spectacular.drainage import reset_generator_stats
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.specs.openapi.checks import ignored_auth, missing_required_header, positive_data_acceptance

from documents.models import Document
from tests.api.calling import Program, signed_in
from tests.documents.test_views import student_with_consent
from tests.platform.test_ownership import IDS, Things

pytestmark = pytest.mark.django_db

#: What is made up is seldom what an order of events allows: a right body may well be refused. Without a header that is
#: needed the answer is 401 or 428, of which this check knows nothing.
EXCLUDED: Final = [positive_data_acceptance, missing_required_header, ignored_auth]
EXAMPLES: Final = 12
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


schema = schemathesis.openapi.from_wsgi("/api/v1/schema", WSGIHandler())
# The token is right in each call; that nobody gets in without one is asked of every operation below.
schema.config.generation.with_security_parameters = False


class Owner:
    """A student with one of each kind, signed in."""

    def __init__(self) -> None:
        self.user = student_with_consent()
        self.headers = {"Authorization": f"Bearer {signed_in(self.user).access}"}
        self.things = Things(self.user)
        # It has a payment: it was ordered.
        Document.objects.filter(pk=self.things.document.pk).update(ordered_at=timezone.now())

    def put_ids_into(self, case: schemathesis.Case) -> None:
        """Where an address has a right id in it, that of something which is there."""
        for name, value in (case.path_parameters or {}).items():
            if name in IDS and (_UUID.fullmatch(str(value)) or type(value) is int):
                case.path_parameters[name] = str(IDS[name](self.things))


@pytest.fixture
def owner(settings: Any, sandbox: Any) -> Iterator[Owner]:
    settings.API_CALLS_PER_MINUTE = settings.API_ANONYMOUS_PER_MINUTE = 1_000_000
    signals = (request_started, request_finished)
    # As Django's own test client does: the connection is the test's.
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield Owner()
    for signal in signals:
        signal.connect(close_old_connections)


@schema.parametrize()
@seed(1)
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_to_its_description(case: schemathesis.Case, owner: Owner) -> None:
    with transaction.atomic():
        owner.put_ids_into(case)
        response = case.call(headers=owner.headers)
        transaction.set_rollback(True)
    case.validate_response(response, excluded_checks=EXCLUDED)


def test_nobody_gets_in_without_a_token(settings: Any) -> None:
    settings.API_ANONYMOUS_PER_MINUTE = 1_000
    described = schema.raw_schema["paths"]
    asked = 0
    for path, operations in described.items():
        for method, operation in operations.items():
            if "security" in operation:
                asked += 1
                address = path
                for one in operation.get("parameters", ()):
                    an_id = "1" if one["schema"].get("type") == "integer" else str(uuid.UUID(int=1))
                    address = address.replace(f"{{{one['name']}}}", an_id)
                answer = Program()(method.upper(), address)
                assert answer.status_code == 401, (method, path)
                assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert asked >= 20


def test_the_description_is_made_without_a_doubt(capsys: Any) -> None:
    """Two kinds of one name, a field without a type: what is unclear to who makes it is wrong for who reads it."""
    reset_generator_stats()
    SchemaGenerator().get_schema(request=None, public=True)
    assert capsys.readouterr().err == ""
