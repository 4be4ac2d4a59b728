"""Nobody learns from the answer whose address is known, closed, bounced or written to too often (R-53)."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Mail, SignInRequest, User
from tests.accounts.journey import Post, ask, ask_by_page

pytestmark = pytest.mark.django_db

KINDS = ["known", "unknown", "limited", "closed", "bounced", "staff"]
#: What differs from one answer to the next, whoever asks: tokens against forgery, nonces, times, ids of requests.
_FLEETING = re.compile(
    r"""(csrfmiddlewaretoken"\ value=|X-CSRFToken":\ |data-asked=)"[^"]+"|nonce-\S+|nonce="[^"]+" """, re.VERBOSE
)
_VALUE = re.compile(r"'[^']*'(::\w+)?|NULL|true|false|\b\d+\b|\"s\d+_x\d+\"")
_FLEETING_HEADERS = {"X-Correlation-ID", "Expires"}


def arrange(kind: str) -> str:
    """An address of which this is true; all of one length."""
    address = f"{kind:x<8}@{kind:x<8}.example"
    if kind in ("known", "limited", "bounced"):
        User.objects.create_user(address)
    if kind == "closed":
        User.objects.create_user(address, is_active=False)
    if kind == "staff":
        User.objects.create_superuser(address, "a long pass phrase")  # pragma: allowlist secret
    if kind == "bounced":
        Mail.objects.create(to=address, template="ready", state="bounced", due_at=None)
    if kind == "limited":
        for number in range(3):
            ask(address, ip=f"203.0.113.{number}")
    return address


def answers_to(address: str) -> dict[str, Any]:
    """All that a stranger sees who asks for the address and then types a wrong code; and what the database is asked."""
    client = Client()
    seen: dict[str, Any] = {}
    steps = {
        "asked": lambda: ask_by_page(client, address),
        "waiting": lambda: client.get("/signin/check/"),
        **{f"wrong code {number}": lambda: client.post("/signin/check/", {"code": "000000"}) for number in range(6)},
    }
    for name, step in steps.items():
        with CaptureQueriesContext(connection) as queries:
            answer = step()
        page = _FLEETING.sub("", answer.content.decode()).replace(address, "ADDRESS")
        headers = {key: _FLEETING.sub("", value) for key, value in answer.items() if key not in _FLEETING_HEADERS}
        seen[name] = {
            "status": answer.status_code,
            "headers": headers,
            "cookies": [(cookie.key, len(cookie.value), cookie["max-age"]) for cookie in answer.cookies.values()],
            "page": page,
            "queries": [_VALUE.sub("?", query["sql"]) for query in queries],
        }
    return seen


@pytest.mark.parametrize("kind", KINDS[1:])
def test_every_answer_is_the_same_and_made_by_the_same_work(post: Post, kind: str, monkeypatch: Any) -> None:
    # The one code in a million that is right would make the test lie.
    monkeypatch.setattr("accounts.domain.proofs.secrets.randbelow", lambda _below: 482_913)
    known, other = (answers_to(arrange(one)) for one in ("known", kind))
    assert other == known


def test_asking_never_looks_a_user_up(post: Post) -> None:
    for kind in KINDS:
        address = arrange(kind)
        with CaptureQueriesContext(connection) as queries:
            ask(address, ip="203.0.113.99")
        assert not any("accounts_user" in query["sql"] for query in queries)


def test_only_the_mailbox_knows_the_difference(post: Post) -> None:
    addresses = {kind: arrange(kind) for kind in ("known", "unknown", "limited")}
    post.deliver()
    before = len(post.sandbox.control.mails(addresses["limited"]))
    for address in addresses.values():
        ask_by_page(Client(), address)
    post.deliver()
    assert len(post.sandbox.control.mails(addresses["known"])) == 1
    assert len(post.sandbox.control.mails(addresses["unknown"])) == 1
    assert len(post.sandbox.control.mails(addresses["limited"])) == before == 3
    assert SignInRequest.objects.filter(withheld=True).count() == 1
