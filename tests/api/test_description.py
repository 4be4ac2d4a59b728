"""The description of the API: whole, with an example of all that is sent and received, and each one true (R-58)."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import jsonschema
import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

PROBLEM = "application/problem+json"


class Operation(NamedTuple):
    """One method of one route."""

    method: str
    path: str
    said: dict[str, Any]


def describe() -> dict[str, Any]:
    GENERATOR_STATS.reset()
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


SCHEMA = describe()
WARNINGS = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
OPERATIONS = [
    Operation(method, path, said)
    for path, item in SCHEMA["paths"].items()
    for method, said in item.items()
    if method in {"get", "post", "put", "patch", "delete"}
]
EACH = pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")


def bodies(one: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is sent and received as JSON when all goes well."""
    sent = one.said.get("requestBody", {}).get("content", {})
    if "application/json" in sent:
        yield "request", sent["application/json"]
    for status, answer in one.said["responses"].items():
        content = answer.get("content", {}).get("application/json")
        if status.startswith("2") and content:
            yield status, content


def check(value: Any, schema: dict[str, Any]) -> None:
    """Raises ValidationError for a value that is not as described."""
    whole = {**schema, "components": SCHEMA["components"]}
    jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(value)


def test_the_description_is_openapi_31_and_nothing_in_it_is_guessed() -> None:
    assert SCHEMA["openapi"].startswith("3.1")
    assert WARNINGS == []
    names = [one.said["operationId"] for one in OPERATIONS]
    assert len(names) == len(set(names)) >= 50


def test_what_is_left_out_on_purpose_has_no_operation() -> None:
    """R-05: an order is stopped before it is written and not later, and nothing is paid by the month."""
    about_work = [one for one in OPERATIONS if re.search(r"/(?:documents|jobs|generate)\b", one.path)]
    assert len(about_work) >= 20
    stopping = [one.path for one in about_work if re.search(r"cancel|stop", one.path)]
    assert stopping == ["/api/v1/documents/{document_id}/stop"]
    assert {one.method for one in about_work if "/jobs/" in one.path} == {"get"}
    assert [one.path for one in OPERATIONS if "subscri" in one.path] == []


@EACH
def test_an_operation_says_what_it_does_and_what_may_be_refused(one: Operation) -> None:
    assert one.said.get("description"), "a docstring"
    problems = {status for status, answer in one.said["responses"].items() if PROBLEM in answer.get("content", {})}
    assert {"400", "429", "503"} <= problems
    if one.said.get("security"):
        assert {"401", "403"} <= problems
        assert "Scope: " in one.said["description"]
    if "{" in one.path:
        assert "404" in problems
    assert any(status.startswith("2") for status in one.said["responses"])


@EACH
def test_what_is_sent_and_received_has_an_example_that_is_true(one: Operation) -> None:
    for which, content in bodies(one):
        examples = content.get("examples", {})
        assert examples, (which, content["schema"])
        for example in examples.values():
            check(example["value"], content["schema"])


def test_edits_say_which_state_they_have_seen_and_removals_may() -> None:
    needed = {}
    for one in OPERATIONS:
        for parameter in one.said.get("parameters", []):
            if parameter["name"] == "If-Match":
                is_needed = bool(parameter.get("required"))
                needed[f"{one.method} {one.path.removeprefix('/api/v1/')}"] = is_needed
                assert "412" in one.said["responses"]
                assert ("428" in one.said["responses"]) == is_needed
    assert needed == {
        "patch documents/{document_id}": True,
        "patch documents/{document_id}/works/{work_id}": True,
        "put documents/{document_id}/outline": True,
        "put documents/{document_id}/style": True,
        "put documents/{document_id}/title-page": True,
        "put documents/{document_id}/format": True,
        "put documents/{document_id}/word-template": True,
        "put documents/{document_id}/model": True,
        "patch user": True,
        "delete documents/{document_id}": False,
        "delete documents/{document_id}/sources/{upload_id}": False,
    }
