"""The sandbox's Telegram says yes and no as the Bot API does."""

import secrets
from typing import Any

import httpx
import pytest

from sandbox.testing import Running, run_in_thread

TOKEN = f"123456:{secrets.token_hex(18)}"


@pytest.fixture(scope="module")
def running() -> Any:
    with run_in_thread() as running:
        yield running


@pytest.fixture(autouse=True)
def as_new(running: Running) -> None:
    running.control.reset()


def send(running: Running, *, token: str = TOKEN, method: str = "sendMessage", **body: Any) -> tuple[int, Any]:
    url = f"{running.base_url}/telegram/bot{token}/{method}"
    answer = httpx.post(url, json={"chat_id": "-1", "text": "hello"} | body, trust_env=False)
    return answer.status_code, answer.json()


def test_a_message_arrives_and_is_told_of(running: Running) -> None:
    status, said = send(running)
    assert (status, said["ok"], said["result"]["text"]) == (200, True, "hello")
    assert [one["text"] for one in running.control.get("telegram")["messages"]] == ["hello"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"text": " "}, 400, "message text is empty"),
        ({"text": "\N{GRINNING FACE}" * 2_049}, 400, "message is too long"),
        ({"chat_id": "-404"}, 400, "chat not found"),
        ({"chat_id": "no chat"}, 400, "chat not found"),
        ({"chat_id": "-403"}, 403, "bot was blocked"),
        ({"parse_mode": "Word"}, 400, "unsupported parse_mode"),
    ],
)
def test_it_refuses_in_the_words_of_the_real_one(body: Any, status: int, words: str, running: Running) -> None:
    found, said = send(running, **body)
    assert (found, said["ok"], said["error_code"]) == (status, False, status)
    assert words in said["description"]


def test_a_text_of_just_the_longest_size_is_taken(running: Running) -> None:
    assert send(running, text="\N{GRINNING FACE}" * 2_048)[0] == 200


def test_unknown_bots_and_methods_are_told_apart(running: Running) -> None:
    assert send(running, token="123456:refused" + "x" * 30)[0] == 401
    assert send(running, token="short")[0] == 404
    assert send(running, method="dance")[0] == 404
    assert send(running, method="SENDMESSAGE")[0] == 200


def test_a_group_takes_twenty_messages_a_minute(running: Running) -> None:
    assert [send(running)[0] for _ in range(20)] == [200] * 20
    status, said = send(running)
    assert status == 429
    assert 0 < said["parameters"]["retry_after"] <= 61
    assert send(running, chat_id="-2")[0] == 200
    running.control.advance(said["parameters"]["retry_after"])
    assert send(running)[0] == 200


def test_a_token_is_kept_out_of_what_the_sandbox_tells_of_its_calls(running: Running) -> None:
    send(running)
    [call] = running.control.calls("telegram")["calls"]
    assert TOKEN not in call["path"]
