"""Whatever refuses under /api/, a program is told by problem details; nobody is let in who was not meant (R-58)."""

import uuid
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts.enums import ApiScope
from accounts.models import Device, User
from tesigo.doors import body_limit
from tesigo.platform.api import etags, problems
from tesigo.platform.api.pages import Pages
from tesigo.platform.body_limit import BodyLimit
from tesigo.platform.handler import OneThreadHandler
from tesigo.platform.headers import Headers
from tests.api.calling import AUTH, Program, kind_of, program_of
from tests.documents.factories import UserFactory, outlined_document
from tests.documents.test_views import student_with_consent

pytestmark = pytest.mark.django_db

NOWHERE = f"/api/documents/{uuid.UUID(int=0)}/price/"
#: Views of drf-spectacular's own: everybody may read what the API is.
OPEN_TO_ALL = {"api-schema", "api-docs"}


@pytest.fixture
def ada() -> User:
    return student_with_consent()


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from routes(one, prefix + str(one.pattern))
        elif isinstance(one, URLPattern) and (prefix + str(one.pattern)).startswith("api/"):
            yield prefix + str(one.pattern), one


ROUTES = list(routes())


# --- closed unless said ---------------------------------------------------------------------------------------------


def test_there_are_routes() -> None:
    assert len(ROUTES) >= 8


@pytest.mark.parametrize(("route", "pattern"), ROUTES, ids=[route for route, _ in ROUTES])
def test_every_route_says_who_may_call_it(route: str, pattern: URLPattern) -> None:
    if pattern.name in OPEN_TO_ALL:
        return
    view: Any = pattern.callback.cls  # type: ignore[attr-defined]  # of every DRF view
    if [one.__name__ for one in view.permission_classes] == ["Open"]:
        assert route.startswith("api/v1/auth/"), "who is nobody may sign in, and nothing else"
        return
    assert view.permission_classes[0].__name__ == "HasScopes", route
    actions = getattr(pattern.callback, "actions", None)
    names = [method for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)]
    for method, action in actions.items() if actions else [(name, name) for name in names]:
        needed = view.required_scopes.get(action) or view.required_scopes.get(method.upper())
        assert needed, f"{method.upper()} {route} declares no scope"
        assert set(needed) <= set(ApiScope)


def test_a_view_that_declares_nothing_is_closed(ada: User) -> None:
    from rest_framework.response import Response

    from tesigo.platform.api.views import ApiView

    class Forgotten(ApiView):
        def get(self, request: Request) -> Response:
            return Response({})

    request = APIRequestFactory().get("/api/v1/x", headers={"Authorization": f"Bearer {program_of(ada).token}"})
    answer = Forgotten.as_view()(request)
    assert (answer.status_code, answer.data["type"]) == (403, "urn:tesigo:problem:closed")


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_nobody_is_asked_for_a_token(method: str) -> None:
    answer = Program()(method, NOWHERE)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
    kind_of(answer)


# --- problems -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/nothing", "/api/documents/no-uuid/price/", "/api/v1/auth/token/refresh/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_what_is_not_there_is_a_problem(method: str, path: str) -> None:
    answer = Program()(method, path)
    assert answer.status_code == 404
    kind_of(answer)
    assert answer.json()["correlation_id"] == answer.headers["X-Correlation-ID"]


def test_somebody_elses_is_not_there(ada: User) -> None:
    document = outlined_document(owner=UserFactory.create())
    answer = program_of(ada).get(f"/api/documents/{document.pk}/price/")
    assert answer.status_code == 404
    kind_of(answer)


def test_a_wrong_method_says_which_are_right(ada: User) -> None:
    answer = program_of(ada)("DELETE", NOWHERE)
    assert answer.status_code == 405
    kind_of(answer)
    assert "GET" in answer.headers["Allow"]
    assert program_of(ada)("OPTIONS", NOWHERE).status_code == 405


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"<a/>", "application/xml", 415),
        (b"{}", "nonsense", 415),
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem(body: bytes, kind: str, status: int) -> None:
    answer = Client(raise_request_exception=False).generic("POST", f"{AUTH}/token/refresh", body, content_type=kind)
    assert answer.status_code == status
    kind_of(answer)


def test_what_is_not_json_is_not_on_offer(ada: User) -> None:
    answer = program_of(ada).get(NOWHERE, Accept="text/html")
    assert answer.status_code == 406
    kind_of(answer)


def test_a_nul_in_the_address_is_a_problem(ada: User) -> None:
    answer = program_of(ada).get(f"{NOWHERE}?code=a%00b")
    assert answer.status_code == 400
    kind_of(answer)


def test_a_session_needs_the_token_against_forgery(ada: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    answer = browser.post(NOWHERE, b"{}", content_type="application/json")
    assert (answer.status_code, kind_of(answer)) == (403, "csrf")


@pytest.mark.django_db(transaction=True)
async def test_a_body_that_is_too_large_is_a_problem() -> None:
    site = Headers(BodyLimit(OneThreadHandler(), limit_of=body_limit))
    transport = httpx.ASGITransport(app=site, raise_app_exceptions=False)  # type: ignore[arg-type]  # is one
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as program:
        answer = await program.post(f"{AUTH}/token/refresh", content=b"x" * (3 * 1024 * 1024))
    assert answer.status_code == 413
    kind_of(answer)


def test_a_lost_database_is_a_problem_that_passes(ada: User) -> None:
    program = program_of(ada)

    def away(*_: Any) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(away):
        answer = program.get(NOWHERE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    kind_of(answer)


def test_a_mistake_of_ours_says_nothing_but_the_correlation_id(ada: User, monkeypatch: Any) -> None:
    program = program_of(ada)

    def broken(**_: Any) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr("generation.api.jobs.owned_document", broken)
    answer = program.get(f"/api/documents/{uuid.UUID(int=0)}/progress/")
    assert answer.status_code == 500
    kind_of(answer)
    assert b"secret of the house" not in answer.content


def test_too_many_calls_are_told_when_to_come_back(ada: User, settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 2
    programs = [program_of(ada), program_of(ada), program_of(ada)]
    answers = [one.get(NOWHERE) for one in programs]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    kind_of(answers[2])
    assert program_of(student_with_consent()).get(NOWHERE).status_code == 404


def test_who_shows_no_token_is_counted_by_where_they_call_from(settings: Any) -> None:
    settings.API_ANONYMOUS_PER_MINUTE = 1
    here = [Client().post(f"{AUTH}/token/revoke", {}, REMOTE_ADDR="2001:db8::1", content_type="application/json")]
    here.append(Client().post(f"{AUTH}/token/revoke", {}, REMOTE_ADDR="2001:db8::2", content_type="application/json"))
    there = Client().post(f"{AUTH}/token/revoke", {}, REMOTE_ADDR="2001:db8:1::1", content_type="application/json")
    assert [one.status_code for one in (*here, there)] == [400, 429, 400]


@pytest.mark.parametrize("token", ["", "tesigo_token_made-up", "nonsense"])
def test_who_is_not_let_in_does_not_try_for_ever(ada: User, settings: Any, token: str) -> None:
    settings.API_ANONYMOUS_PER_MINUTE = 2
    stranger = Program(token)
    answers = [stranger.get("/api/v1/documents") for _try in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert program_of(ada).get("/api/v1/documents").status_code == 200, "who is let in is counted by who they are"


def test_each_flaw_is_named_by_its_place() -> None:
    error = ValidationError({"a": ["wrong"], "b/c": [{"d": ["x"]}, {}, {"~": ["y", "z"]}], "non_field_errors": ["all"]})
    request = APIRequestFactory().post("/api/v1/x")
    answer = problems.handler(error, {"request": request})
    assert answer is not None
    assert [(one["pointer"], one["detail"]) for one in answer.data["errors"]] == [
        ("/a", "wrong"), ("/b~1c/0/d", "x"), ("/b~1c/2/~0", "y"), ("/b~1c/2/~0", "z"), ("", "all"),
    ]  # fmt: skip


# --- pages of a list ------------------------------------------------------------------------------------------------


class _View:
    """What a page is cut for."""


def page(query: str) -> Any:
    request = Request(APIRequestFactory().get(f"/api/v1/x?{query}"))
    cutter = Pages()
    rows = cutter.paginate_queryset(Device.objects.all(), request, _View())
    assert rows is not None
    return cutter.get_paginated_response([one.pk for one in rows]).data


def test_a_list_is_walked_to_its_end_and_back(ada: User) -> None:
    made = [Device.objects.create(user=ada, session_key=f"s{number}").pk for number in range(5)]
    first = page("page_size=2")
    second = page(first["next"].partition("?")[2])
    third = page(second["next"].partition("?")[2])
    assert [*first["results"], *second["results"], *third["results"]] == made[::-1]
    assert (first["previous"], third["next"]) == (None, None)
    assert page(third["previous"].partition("?")[2])["results"] == second["results"]


@pytest.mark.parametrize(
    "cursor",
    [
        "p=1",
        "p=abc",
        "p=2026-13-45",
        "p=99999999999999999999",
        "o=x&p=1",
        "r=1&p=%00",
        "p=9999-12-31T23:59:59-23:59",
        "p=é",
    ],
)
def test_a_cursor_of_another_type_is_refused(cursor: str) -> None:
    with pytest.raises(problems.Refusal) as caught:
        page(f"cursor={b64encode(cursor.encode()).decode()}")
    assert (caught.value.status_code, caught.value.kind) == (400, "invalid-cursor")


@pytest.mark.parametrize("cursor", ["é", "%00", "abc", "x" * 2_000])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(problems.Refusal):
        page(f"cursor={cursor}")


@pytest.mark.parametrize("size", ["0", "-1", "x", "1000000", "", "101", "1.0", "null", "²"])
def test_a_page_holds_a_hundred_at_most(size: str, ada: User) -> None:
    Device.objects.bulk_create(Device(user=ada, session_key=str(number)) for number in range(120))
    with pytest.raises(ValidationError):
        page(f"page_size={size}")
    assert len(page("page_size=100")["results"]) == 100
    assert len(page("")["results"]) == 50


# --- what was seen --------------------------------------------------------------------------------------------------


def seen(**headers: str) -> Request:
    return Request(APIRequestFactory().get("/api/v1/x", headers={k.replace("_", "-"): v for k, v in headers.items()}))


def test_an_edit_says_what_it_has_seen() -> None:
    state = {"title": "Tides", "pages": 4}
    tag = etags.etag_of(state)
    assert tag == etags.etag_of(dict(state))
    assert tag != etags.etag_of({**state, "pages": 5})
    etags.require_match(seen(If_Match=f'"other", {tag}'), state)
    etags.require_match(seen(If_Match="*"), state)
    for header, status in ((None, 428), ('"other"', 412), (f"W/{tag}", 412), ("", 412), ("nonsense", 412)):
        with pytest.raises(problems.Refusal) as caught:
            etags.require_match(seen() if header is None else seen(If_Match=header), state)
        assert caught.value.status_code == status


def test_who_has_it_already_gets_no_body() -> None:
    state = {"title": "Tides"}
    first = etags.tagged(seen(), state)
    assert (first.status_code, first.data) == (200, state)
    again = etags.tagged(seen(If_None_Match=f"W/{first.headers['ETag']}"), state)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, None, first.headers["ETag"])


# --- other sites ----------------------------------------------------------------------------------------------------

SITE = "https://friend.example"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


def cors(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower().startswith("access-control")}


def test_other_sites_are_shut_out_unless_named(ada: User) -> None:
    for method, headers in (("GET", {}), ("OPTIONS", PREFLIGHT)):
        assert cors(program_of(ada)(method, NOWHERE, Origin=SITE, **headers)) == {}


@pytest.mark.parametrize("origin", ["https://friend.example.evil.example", "null", "http://friend.example", ""])
def test_only_the_named_ones_may_ask(origin: str, ada: User, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [SITE]
    assert cors(program_of(ada).get(NOWHERE, Origin=origin)) == {}
    assert cors(Program()("OPTIONS", NOWHERE, Origin=origin, **PREFLIGHT)) == {}


def test_a_named_one_is_answered_without_cookies(ada: User, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [SITE]
    preflight = Program()("OPTIONS", NOWHERE, Origin=SITE, **PREFLIGHT)
    assert preflight.status_code == 204
    assert cors(preflight)["Access-Control-Allow-Origin"] == SITE
    assert "Authorization" in cors(preflight)["Access-Control-Allow-Headers"]
    answer = program_of(ada).get(NOWHERE, Origin=SITE)
    assert cors(answer)["Access-Control-Allow-Origin"] == SITE
    assert "Origin" in answer.headers["Vary"]
    for one in (preflight, answer):
        assert "Access-Control-Allow-Credentials" not in one.headers
    assert cors(Client().get("/", headers={"Origin": SITE})) == {}


# --- the description ------------------------------------------------------------------------------------------------


def test_the_description_is_openapi_3_1_and_says_every_refusal() -> None:
    told = Client().get("/api/v1/schema").json()
    assert told["openapi"] == "3.1.1"
    assert set(told["components"].get("securitySchemes", ())) <= {"token"}
    assert "nullable" not in str(told)
    for path, methods in told["paths"].items():
        assert path.startswith("/api/v1/")
        for operation in methods.values():
            codes = set(operation["responses"])
            assert {"400", "429", "503"} <= codes, path
            refusals = [one for code, one in operation["responses"].items() if code >= "400"]
            assert all("application/problem+json" in one["content"] for one in refusals), path


def test_the_page_of_it_holds_to_the_policy() -> None:
    page = Client().get("/api/v1/docs/")
    words = page.content.decode()
    assert page.status_code == 200
    assert "<style" not in words
    assert "<script>" not in words
    script = Client().get("/api/v1/docs/?script=")
    assert script.status_code == 200
    assert b"/api/v1/schema" in script.content
