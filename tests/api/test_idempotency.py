"""A call with an Idempotency-Key is made once, however often and however fast it is sent."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from accounts.domain import api_calls
from accounts.domain.api_calls import Answer
from accounts.enums import ApiScope
from accounts.errors import KeyReused, StillRunning
from accounts.models import ApiCall, User
from privacy.domain import retention
from tesigo.platform.api.idempotency import once_per_key
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiView
from tests.accounts.journey import at_once
from tests.api.calling import signed_in
from tests.documents.factories import UserFactory
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db


class Till:
    """Counts how often something is paid for."""

    def __init__(self) -> None:
        self.paid = 0
        self._lock = threading.Lock()

    def pay(self) -> Answer:
        with self._lock:
            self.paid += 1
            return Answer(201, {"number": self.paid}, {"Location": f"/x/{self.paid}"})


def once(user: User, till: Till, *, key: str = "k", fingerprint: bytes = b"f", now: Any = None) -> Answer:
    return api_calls.once(user=user, key=key, fingerprint=fingerprint, act=till.pay, now=now or timezone.now())


def test_the_same_call_gets_the_same_answer() -> None:
    ada, till = UserFactory.create(), Till()
    first, again = once(ada, till), once(ada, till)
    assert (first.is_replay, again.is_replay) == (False, True)
    assert (again.status, again.body, again.headers) == (first.status, first.body, first.headers)
    assert till.paid == 1


def test_another_call_or_another_person_is_another_matter() -> None:
    ada, till = UserFactory.create(), Till()
    once(ada, till)
    with pytest.raises(KeyReused):
        once(ada, till, fingerprint=b"g")
    once(ada, till, key="other")
    once(UserFactory.create(), till)
    assert till.paid == 3


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_pays() -> None:
    ada, till = UserFactory.create(), Till()
    answers = at_once(20, lambda _number: once(ada, till))
    assert till.paid == 1
    assert {type(one) for one in answers} <= {Answer, StillRunning}
    assert once(ada, till).is_replay


def test_what_failed_may_be_tried_again_with_the_same_key() -> None:
    ada, till = UserFactory.create(), Till()

    def broken() -> Answer:
        raise Refusal("not now", status=503)

    with pytest.raises(Refusal):
        api_calls.once(user=ada, key="k", fingerprint=b"f", act=broken, now=timezone.now())
    assert once(ada, till).status == 201


def test_a_call_whose_process_died_is_taken_over_once_and_late_answers_do_not_count() -> None:
    ada, till, now = UserFactory.create(), Till(), timezone.now()

    def dies() -> Answer:
        with pytest.raises(StillRunning):
            once(ada, till, now=now + api_calls.LEASE - timedelta(seconds=1))
        taken = once(ada, till, now=now + api_calls.LEASE)
        assert taken.status == 201
        return Answer(500, {"late": True})

    api_calls.once(user=ada, key="k", fingerprint=b"f", act=dies, now=now)
    assert once(ada, till).body == {"number": 1}
    assert till.paid == 1


def test_answers_are_kept_for_a_day() -> None:
    ada, till, now = UserFactory.create(), Till(), timezone.now()
    once(ada, till, now=now - timedelta(hours=25))
    once(ada, till, key="young", now=now - timedelta(hours=23))
    retention.apply(now=now)
    assert list(ApiCall.objects.values_list("key", flat=True)) == ["young"]


# --- as a view takes it ---------------------------------------------------------------------------------------------


class Shop(ApiView):
    required_scopes = {"POST": (ApiScope.ORDERS_WRITE,)}
    sold: list[Any] = []

    @once_per_key
    def post(self, request: Request) -> Response:
        self.sold.append(request.data)
        return Response({"sold": len(self.sold)}, status=201, headers={"Location": "/x/1", "X-Other": "1"})


def buy(user: User, key: str | None, body: Any = None) -> Response:
    headers = {
        "Authorization": f"Bearer {signed_in(user).access}",
        **({"Idempotency-Key": key} if key is not None else {}),
    }
    request = APIRequestFactory().post("/api/v1/x", body or {"a": 1}, format="json", headers=headers)
    answer: Response = Shop.as_view()(request)
    return answer


def test_a_view_with_it_answers_twice_the_same() -> None:
    ada = student_with_consent()
    Shop.sold = []
    first, again = buy(ada, "k"), buy(ada, "k")
    assert (first.status_code, first.data, first.headers["Location"]) == (201, {"sold": 1}, "/x/1")
    assert (again.status_code, again.data, again.headers["Location"]) == (201, {"sold": 1}, "/x/1")
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    other = buy(ada, "k", {"a": 2})
    assert (other.status_code, other.data["type"]) == (422, "urn:tesigo:problem:idempotency-key-reused")
    assert len(Shop.sold) == 1


@pytest.mark.parametrize("key", [None, "", "  ", "x" * 201, "a\x01b"])
def test_a_key_is_asked_for(key: str | None) -> None:
    Shop.sold = []
    answer = buy(student_with_consent(), key)
    assert answer.status_code == 400
    assert "idempotency-key" in answer.data["type"]
    assert Shop.sold == []
