"""Logs hold ids, not words: every logger call of the code is fed with nasty strings, and so are errors (R-75)."""

import ast
import io
import json
import logging
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import IntegrityError
from django.test import Client

from tesigo.platform.log import CorrelationFilter, MaskingFormatter, MaskingJsonFormatter, logging_config, mask
from tesigo.platform.log_values import described, shown, trace, word
from tests.code import nodes
from tests.documents.factories import DocumentFactory, UserFactory
from tests.documents.test_views import student_with_consent
from tests.staff import sign_in

LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
NASTY = [
    "Jane Doe",
    "Müller",
    "jane",
    "+49 170 1234567",
    "01701234567",
    "491701234567",
    "DE89 3704 0044 0532 0130 00",
    "DE89370400440532013000",
    "4242 4242 4242 4242",
    "Keeping the light: a history of lamps",
    "O'Brien\nINFO forged",
    "Straße 1, 10115 Berlin",
    "jane.doe@example.org",
    "203.0.113.9",
    "%s %(name)s {0}",
    "\u202eevil",
]


class Call(NamedTuple):
    """A logger call as it stands in the code."""

    place: str
    name: str
    node: ast.Call

    @property
    def words(self) -> ast.expr:
        return self.node.args[1 if self.method == "log" else 0]

    @property
    def values(self) -> list[ast.expr]:
        return self.node.args[2 if self.method == "log" else 1 :]

    @property
    def method(self) -> str:
        assert isinstance(self.node.func, ast.Attribute)
        return self.node.func.attr


def is_logger(node: ast.AST) -> bool:
    """`logger.x(…)`, `log.x(…)`, `logging.x(…)`, `logging.getLogger(…).x(…)`, `self.logger.x(…)`."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr == "getLogger"
    return {"logger", "log", "logging", "_logger", "LOGGER"} & {
        getattr(node, "id", ""),
        getattr(node, "attr", ""),
    } != set()


def calls() -> Iterator[Call]:
    for path, node in nodes(rf"\.(?:{'|'.join(LEVELS)})\("):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in LEVELS and is_logger(node.func.value):
            yield Call(f"{path}:{node.lineno}", path.removesuffix(".py").replace("/", "."), node)


CALLS = list(calls())


@cache
def formatters() -> list[logging.Formatter]:
    """Both, by the formats that are configured."""
    made = logging_config(json=True, level="INFO")["formatters"]
    as_json = MaskingJsonFormatter(made["json"]["format"], rename_fields=made["json"]["rename_fields"])
    return [MaskingFormatter(made["lines"]["format"]), as_json]


def lines_of(record: logging.LogRecord) -> list[str]:
    """What both formatters make of it."""
    CorrelationFilter().filter(record)
    return [formatter.format(record) for formatter in formatters()]


def check(lines: list[str], nasty: str) -> None:
    for line in lines:
        assert nasty not in line
        assert json.dumps(nasty)[1:-1] not in line
        # A part of it is no better.
        for part in nasty.split():
            assert len(part) < 4 or part not in line, part


def test_there_are_calls_to_look_at() -> None:
    assert len(CALLS) >= 40
    assert {call.method for call in CALLS} >= {"debug", "info", "warning", "error", "exception"}


@pytest.mark.parametrize("call", CALLS, ids=[call.place for call in CALLS])
def test_the_words_of_every_call_stand_in_the_code(call: Call) -> None:
    """Else what was put into them beforehand could not be told from them."""
    assert isinstance(call.words, ast.Constant), "write the message as it is, and hand the values over beside it"
    assert isinstance(call.words.value, str)


def extras(call: Call) -> list[str]:
    """Names of what is said beside the words; where they were put together before, some name."""
    for keyword in call.node.keywords:
        if keyword.arg == "extra":
            if isinstance(keyword.value, ast.Dict):
                return [str(key.value) if isinstance(key, ast.Constant) else "id" for key in keyword.value.keys]
            return ["facts"]
    return []


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_that_people_wrote_comes_through_any_call(nasty: str) -> None:
    for call in CALLS:
        assert isinstance(call.words, ast.Constant)
        try:
            raise ValueError(f"invalid: {nasty}") from LookupError(nasty)
        except ValueError:
            found = sys.exc_info()
        fed = [nasty, ValueError(nasty), {nasty: [nasty]}, [nasty, (nasty,)]]
        for value in fed:
            record = logging.LogRecord(
                call.name, logging.ERROR, call.place, 1, call.words.value, tuple(value for _ in call.values), found
            )
            vars(record).update(dict.fromkeys(extras(call), value))
            lines = lines_of(record)
            check(lines, nasty)
            assert "ValueError" in lines[0]


#: Where code says that a text is its own: each expression, and why it is.
OWN_WORDS = {
    "_clean(key, 200)": "key of an alert: made of ids by `tell_staff`'s contract",
    "subject": "subject of an alert, by the same contract",
    "key": "as above",
    "answer['cause'].rpartition('\\n')[2]": "the child's last line: class of the error, file, line, function",
    "check.name": "name of a check for what is wrong",
    "claim.stage": "one of the stages",
    "call.model": "name of a model, as staff entered it",
    "call.name": "purpose of a call: one of the code's",
    "kind": "what is measured, or the kind of a file: one of the code's",
    "match._func_path": "the function that answers a request",
    "provider": "one of the providers",
    "request.method": "one of the methods of HTTP",
    "'other'": "literal",
    "source()": "a line of our code",
    "code": "one of the codes of the code",
    "collector.name": "name of a collector of metrics",
    "f'budget {level.scope.value}'": "one of the scopes",
    "failure.why.value": "one of the reasons for which an address is not fetched",
    "failure.code": "one of the codes of a file that was refused",
    "kind.name": "name of a kind of duty",
    "look.name": "name of a part that /ready asks",
    "message.name": "name of a task",
    "name": "name of a task, a limit or a part of the site",
    "'no room'": "literal",
    "place.name": "name of a destination, as the settings say",
    "planned.destination": "name of a destination, as the settings say",
    "register.name": "name of a search service",
    "rule.model": "the model that a rule of retention is about",
    "scope": "one of the scopes of a budget",
    "self.name": "name of a service",
    "service.name": "name of a search service",
    "str(failure)": "NoAnswer of a search service: busy, refused, silent, unreadable, resting",
    "use.period": "a day or a month",
    "use.scope": "one of the scopes of a budget",
    "when_redis_is_away": "allow or refuse",
    "why[:100]": "words of the signature's check",
    "match.route": "pattern of an address, as it stands in urls.py",
}


def test_each_text_that_is_said_to_be_the_codes_own_is_known() -> None:
    found = {
        ast.unparse(node.args[0])
        for _path, node in nodes(r"\bword\(")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "word"
    }
    assert found - set(OWN_WORDS) == set()


def test_errors_whose_words_are_logged_are_known() -> None:
    found = {
        node.name
        for _path, node in nodes("is_loggable")
        if isinstance(node, ast.ClassDef) and any("is_loggable" in ast.unparse(line) for line in node.body)
    }
    assert found == {"DatabaseAway", "ServiceAway"}


# --- what stays --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [7, 1.5, None, True, "5f0c9a52-53c2-4d0e-9a2f-1f8f0c3f8b11", "12345", "0.0125", "pi_3Nabcdef", word("checked"),
     "f8d2e72aac504ed7b72e59a74abb4c3a"],  # pragma: allowlist secret
    ids=repr,
)  # fmt: skip
def test_ids_numbers_and_the_codes_own_words_stay(value: Any) -> None:
    assert shown(value, is_ours=True) == value


def test_classes_errors_and_rows_are_told_by_their_kind() -> None:
    assert shown(KeyError, is_ours=True) == "KeyError"
    assert shown(KeyError("Jane"), is_ours=True) == "KeyError"
    assert shown(object(), is_ours=True) == "[object]"
    assert described(FileNotFoundError(2, "No such file", "/home/jane/thesis.pdf")) == (
        "FileNotFoundError (No such file or directory)"
    )
    assert described(AttributeError("'NoneType' object has no attribute 'pk'")).endswith("no attribute 'pk'")


@pytest.mark.django_db
def test_an_error_of_the_database_names_the_constraint_and_not_the_row() -> None:
    from accounts.models import User

    # Not in the lines that are run: those are code and shown.
    address, name = NASTY[12], NASTY[0]
    User.objects.create(email=address, name=name)
    try:
        User.objects.create(email=address, name=name)
    except IntegrityError as error:
        text = trace(error)
    assert "sqlstate=23505" in text
    assert "constraint=" in text
    assert "Jane" not in text
    assert "jane" not in text
    assert "in create" in text


def test_a_group_of_errors_and_a_circle_of_causes_end() -> None:
    one, other = ValueError("Jane"), KeyError("Doe")
    one.__cause__, other.__cause__ = other, one
    text = trace(ExceptionGroup("Jane Doe", [one, other]))
    assert text.count("of which") == 2
    assert trace(one).count("Traceback") == 2
    assert "Jane" not in text + trace(one)


@pytest.mark.parametrize(
    ("name", "words", "values"),
    [
        ("celery.app.trace", "Task %(name)s[%(id)s] %(description)s: %(exc)s",
         ({"name": "x.y", "id": "1", "description": "raised unexpected", "exc": "ValueError('Jane')"},)),
        ("axes.handlers", "AXES: New login failure by %s", ('{username: "Jane", ip_address: "203.0.113.9"}',)),
        ("django.security.csrf", "Forbidden (%s): %s", ("Origin checking failed for Jane Doe", "/signin/")),
        ("django.request", "Not Found: %s", ("/about Jane Doe/",)),
    ],
    ids=["celery", "axes", "csrf", "path"],
)  # fmt: skip
def test_words_that_libraries_pass_on_are_left_out(name: str, words: str, values: Any) -> None:
    record = logging.LogRecord(name, logging.ERROR, "", 1, words, values, None)
    record.request = Client().get("/health?name=Jane").wsgi_request
    for line in lines_of(record):
        assert "Jane" not in line
        assert words.split()[0].strip("%(s") in line


@pytest.mark.parametrize(
    ("text", "gone"),
    [("call +49 170 1234567", "1234567"), ("call +491701234567", "1701234567"), ("to DE89370400440532013000", "0532"),
     ("to DE89 3704 0044 0532 0130 00", "0532"), ("card 4242 4242 4242 4242", "4242")],
)  # fmt: skip
def test_numbers_of_people_are_masked_whoever_writes_them(text: str, gone: str) -> None:
    assert gone not in mask(text)


# --- who, when, and where it lies --------------------------------------------------------------------------------


def test_a_line_says_when_with_the_offset() -> None:
    record = logging.LogRecord("tesigo", logging.INFO, "", 1, "here", (), None)
    record.created = 1_800_000_000.25
    line, as_json = lines_of(record)
    assert line.startswith("2027-01-15T08:00:00.250+00:00 INFO tesigo ")
    assert json.loads(as_json)["time"] == "2027-01-15T08:00:00.250+00:00"


@pytest.mark.django_db
def test_a_line_of_a_request_says_whose_it_is(client: Client) -> None:
    user = student_with_consent()
    client.force_login(user)
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(CorrelationFilter())
    handler.setFormatter(MaskingJsonFormatter(logging_config(json=True, level="INFO")["formatters"]["json"]["format"]))
    logging.getLogger("django.request").addHandler(handler)
    try:
        client.get("/documents/00000000-0000-0000-0000-000000000000/brief/")
        Client().get("/nothing/")
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    theirs, nobodys = (json.loads(line) for line in out.getvalue().splitlines())
    assert theirs["actor"] == str(user.pk)
    assert nobodys["actor"] == "-"
    assert user.email not in out.getvalue()


@pytest.fixture
def refusals(caplog: pytest.LogCaptureFixture) -> Any:
    """The lines of refused accesses."""

    def found() -> list[logging.LogRecord]:
        return [one for one in caplog.records if one.name == "tesigo.platform.refusals"]

    return found


@pytest.mark.django_db
def test_an_object_of_somebody_else_leaves_a_line(client: Client, refusals: Any) -> None:
    document = DocumentFactory.create(owner=student_with_consent())
    client.force_login(student_with_consent())
    assert client.get(f"/documents/{document.pk}/brief/").status_code == 404
    (record,) = refusals()
    for line in lines_of(record):
        assert str(document.pk) in line
        assert "documents/<uuid:document_id>/brief/" in line
    assert client.get("/nothing/").status_code == 404
    assert Client().get(f"/documents/{document.pk}/brief/").status_code == 302
    assert len(refusals()) == 1


@pytest.mark.django_db
def test_staff_without_the_role_leave_a_line(client: Client, refusals: Any) -> None:
    sign_in(client, UserFactory.create(is_staff=True))
    client.get("/admin/billing/pricelist/")
    assert [record.status for record in refusals()] == [403]


@pytest.mark.django_db
def test_who_tries_all_numbers_fills_no_log(client: Client, refusals: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tesigo.platform.refusals.LINES_AN_HOUR", 3)
    client.force_login(student_with_consent())
    for number in range(1, 6):
        client.post(f"/account/devices/{number}/sign-out/")
    assert [record.ids for record in refusals()] == [["1"], ["2"], ["3"]]


def test_logs_of_the_local_set_up_are_for_one_reader(tmp_path: Path) -> None:
    from local.supervisor import Child, Supervisor

    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "old.log").write_text("")
    supervisor = Supervisor(home=tmp_path, say=lambda line: None)
    for name in ("new", "old"):
        supervisor._copy_lines(Child(name, ["true"]), io.BytesIO(b"a line\n"))
    assert {path.name: oct(path.stat().st_mode)[-3:] for path in (tmp_path / "log").iterdir()} == {
        "new.log": "600",
        "old.log": "600",
    }
