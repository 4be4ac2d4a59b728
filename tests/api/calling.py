"""Calling the API in tests."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.domain import api_signins, api_tokens
from accounts.enums import ApiScope
from accounts.models import User
from tests.accounts.journey import ADDRESS, Post

AUTH = "/api/v1/auth"
EVERY_STUDENTS = frozenset(ApiScope) - {ApiScope.STATS_READ}


class Program:
    """A program with or without a token. Answers of ours are JSON whatever the status."""

    def __init__(self, token: str = "") -> None:
        self.browser = Client(raise_request_exception=False)
        self.token = token

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            given["Authorization"] = f"Bearer {self.token}"
        options = {"data": body, "content_type": "application/json"} if body is not None else {}
        return getattr(self.browser, method.lower())(path, headers=given, **options)

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self("POST", path, body, **headers)


def signed_in(user: User) -> api_signins.Tokens:
    """Tokens as somebody gets them who has just proven their address."""
    return api_signins.begin(user=user, user_agent="curl/8", now=timezone.now())


def program_of(user: User) -> Program:
    """A program that somebody signed in."""
    return Program(signed_in(user).access)


def with_token(user: User, *scopes: ApiScope, has_second_factor: bool = False) -> Program:
    """A program with a token that somebody made for it."""
    _row, token = api_tokens.make(
        user=user, name="A script", scopes=scopes, lasts=timedelta(days=30), has_second_factor=has_second_factor,
        by=user, now=timezone.now(),
    )  # fmt: skip
    return Program(token)


def sign_in(post: Post, address: str = ADDRESS) -> Any:
    """The whole way in; returns the answer with the tokens."""
    program = Program()
    asked = program.post(f"{AUTH}/magic-link/request", {"email": address})
    assert asked.status_code == 202, asked.content
    return prove(program, asked.json(), post.newest(address).code)


def prove(program: Program, asked: dict[str, Any], code: str) -> Any:
    body = {"request_id": asked["request_id"], "client_secret": asked["client_secret"], "code": code}
    return program.post(f"{AUTH}/magic-link/verify", body)


def kind_of(answer: Any) -> str:
    """What a problem says for programs; checks that it is one."""
    assert answer.headers["Content-Type"] == "application/problem+json", (answer.status_code, answer.content[:300])
    told = answer.json()
    assert told["status"] == answer.status_code
    assert {"type", "title", "status", "detail", "instance", "correlation_id"} <= set(told)
    return str(told["type"]).rpartition(":")[2]
