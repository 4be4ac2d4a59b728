"""Telegram's Bot API as far as a sender of messages sees it: sendMessage with its limits and its refusals.

A chat whose id ends in 404 does not exist, one that ends in 403 has blocked the bot, and a bot whose token holds
``refused`` is unknown. Groups (ids below 0) take 20 messages a minute.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN: Final = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{30,60}")
CHAT: Final = re.compile(r"-?\d{1,20}|@\w{4,40}")
PARSE_MODES: Final = ("", "HTML", "Markdown", "MarkdownV2")
LONGEST_TEXT_UNITS: Final = 4_096
GROUP_MESSAGES_A_MINUTE: Final = 20
KEPT: Final = 200


@dataclass(frozen=True)
class Message:
    """A message as it arrived in a chat."""

    message_id: int
    chat: str
    text: str
    at: float


class Telegram:
    """The chats and what was written into them."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.messages: deque[Message] = deque(maxlen=KEPT)
        self._count = 0

    def reset(self) -> None:
        """Forgets everything."""
        self.messages.clear()

    def describe(self) -> dict[str, Any]:
        """All that is kept, the oldest first."""
        return {"messages": [asdict(one) for one in self.messages]}

    def send(self, token: str, body: dict[str, Any]) -> JSONResponse:
        """The answer to sendMessage."""
        chat, text = str(body.get("chat_id", "")), str(body.get("text", ""))
        if "refused" in token:
            return refused(401, "Unauthorized")
        if not text.strip():
            return refused(400, "Bad Request: message text is empty")
        if str(body.get("parse_mode") or "") not in PARSE_MODES:
            return refused(400, "Bad Request: unsupported parse_mode")
        if len(text.encode("utf-16-le")) > 2 * LONGEST_TEXT_UNITS:
            return refused(400, "Bad Request: message is too long")
        if not CHAT.fullmatch(chat) or chat.endswith("404"):
            return refused(400, "Bad Request: chat not found")
        if chat.endswith("403"):
            return refused(403, "Forbidden: bot was blocked by the user")
        now = self._now()
        recent = [one.at for one in self.messages if one.chat == chat and one.at > now - 60]
        if chat.startswith("-") and len(recent) >= GROUP_MESSAGES_A_MINUTE:
            return refused(429, "", retry_after=max(1, int(recent[0] + 60 - now) + 1))
        self._count += 1
        self.messages.append(Message(self._count, chat, text, now))
        told = {"message_id": self._count, "date": int(now), "chat": {"id": chat}, "text": text}
        return JSONResponse({"ok": True, "result": told})


def refused(status: int, description: str, *, retry_after: float | None = None) -> JSONResponse:
    """How the Bot API says no."""
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if retry_after is not None:
        body["description"] = f"Too Many Requests: retry after {retry_after:g}"
        body["parameters"] = {"retry_after": retry_after}
    return JSONResponse(body, status_code=status)


def routes(telegram: Telegram) -> list[Route]:
    """What lies at Telegram's address: methods by their names, in any case, with parameters in a form or as JSON."""

    async def method(request: Request) -> Response:
        token = request.path_params["token"]
        if not TOKEN.fullmatch(token) or request.path_params["method"].lower() != "sendmessage":
            return refused(404, "Not Found")
        body = request.scope.get("sandbox.json")
        if body is None:
            body = dict(parse_qsl(request.scope["sandbox.body"].decode("utf-8", "replace")))
        if not isinstance(body, dict):
            return refused(400, "Bad Request: object expected as request body")
        return telegram.send(token, body)

    return [Route("/bot{token}/{method}", method, methods=["GET", "POST"])]
