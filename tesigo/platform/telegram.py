"""Telegram's Bot API as far as alerts need it: plain text to a chat (https://core.telegram.org/bots/api#sendmessage).

The bot's token is part of the address, so no address comes out of here: into no log, no error, no traceback.
"""

from typing import Any, Final

import httpx
from django.conf import settings

#: Seconds for one message: to connect, to send and for each part of the answer.
TIMEOUT_SECONDS: Final = 5.0
#: Telegram takes 4,096 UTF-16 units; a few are left for what it may count otherwise.
MOST_UTF16_UNITS: Final = 4_000
#: Seconds that a chat is left alone for at most, whatever Telegram asks for.
LONGEST_REST_SECONDS: Final = 3_600.0
_CUT: Final = " […]"


class TelegramAway(OSError):
    """Telegram did not answer, or not so that it could be understood; nobody knows whether the message arrived."""


class Busy(Exception):
    """Telegram wants to be left alone for ``seconds``; the message was not sent."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Telegram asks for {seconds:.0f} s of rest.")
        self.seconds = seconds


class Refused(Exception):
    """Telegram does not take the message, for a reason that stays: a wrong token, an unknown chat, a blocked bot."""


class Client:
    """One connection for the messages of one alert."""

    def __init__(self) -> None:
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(self, *, chat: str, text: str) -> None:
        """Sends plain text: without a parse mode nothing in it is markup, so there is nothing to escape.

        Raises TelegramAway, Busy or Refused.
        """
        address = f"{settings.TELEGRAM_BASE_URL}/bot{settings.TELEGRAM_BOT_TOKEN}/sendMessage"
        body = {"chat_id": chat, "text": shortened(text), "link_preview_options": {"is_disabled": True}}
        try:
            answer = self._http.post(address, json=body)
            status, said = answer.status_code, _read(answer)
        except httpx.HTTPError as error:
            # Its request names the address.
            raise TelegramAway(type(error).__name__) from None
        if status == 200 and said.get("ok") is True:
            return
        _refuse(status, said)


def shortened(text: str) -> str:
    """The text as far as Telegram takes it, which counts in UTF-16; never half a character."""
    text = text.encode(errors="replace").decode().replace("\x00", "").strip()
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_UTF16_UNITS:
        return text or "(no words)"
    kept = units[: 2 * (MOST_UTF16_UNITS - len(_CUT))].decode("utf-16-le", errors="ignore")
    return kept + _CUT


def _read(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _refuse(status: int, said: dict[str, Any]) -> None:
    if status == 429:
        facts = said.get("parameters")
        rest = facts.get("retry_after") if isinstance(facts, dict) else None
        raise Busy(min(float(rest), LONGEST_REST_SECONDS) if isinstance(rest, int | float) and rest > 0 else 30.0)
    if status in (400, 401, 403, 404):
        # Its description may name the chat; which status it is says enough, and docs/operating.md what to do.
        raise Refused(f"Telegram refuses it with {status}.")
    raise TelegramAway(f"status {status}")
