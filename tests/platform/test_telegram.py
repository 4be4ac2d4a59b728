"""Alerts by Telegram: each chat once, whatever fails on the way, and the bot's token nowhere to be read (R-113)."""

import json
import logging
import secrets
import socket
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from sandbox.testing import Running
from tesigo.platform import alert_mail, alert_now, alert_telegram, alerts, duty, telegram
from tesigo.platform.log import mask
from tesigo.platform.models import Alert, Condition, TelegramAlert
from tesigo.platform.processes import free_port
from tesigo.tasks import send_telegram
from tests.platform.test_alerts import Broken

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = f"123456:{secrets.token_hex(18)}"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def set_up(settings: Any, sandbox: Running) -> None:
    settings.TELEGRAM_BOT_TOKEN = TOKEN
    settings.TELEGRAM_CHAT_IDS = ["-1001", "-1002"]
    settings.ALERT_EMAILS = ["one@example.org"]


def tell(**values: Any) -> None:
    alerts.tell_staff(**{"key": "budget", "subject": "The budget is used up", "text": "Raise it."} | values)


def work(now: datetime | None = None) -> int:
    now = now or timezone.now()
    kind = alert_telegram.TELEGRAMS
    return sum(alert_telegram.send(alert_id=row.pk, now=now) for row in duty.due(kind, now=now))


def heard(sandbox: Running) -> list[tuple[str, str]]:
    """Chat and first line of each message that arrived."""
    said = sandbox.control.get("telegram")["messages"]
    return [(one["chat"], one["text"].partition("\n")[0]) for one in said]


def test_every_chat_hears_it_once_and_by_mail_it_is_sent_too(sandbox: Running) -> None:
    tell()
    tell()
    send_telegram(str(TelegramAlert.objects.get().pk))
    assert work() == 0
    assert heard(sandbox) == [(chat, "TesiGo: The budget is used up") for chat in ("-1001", "-1002")]
    assert Alert.objects.filter(due_at__isnull=False).count() == 1
    assert TelegramAlert.objects.get().sent_at


def test_a_mail_server_that_is_away_does_not_hold_telegram(sandbox: Running, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{Broken.__module__}.Broken"
    tell()
    assert not alert_mail.send(alert_id=Alert.objects.get().pk)
    assert work() == 1
    assert len(heard(sandbox)) == 2


def test_telegram_that_is_away_does_not_hold_the_mail_and_is_told_by_it(settings: Any) -> None:
    settings.TELEGRAM_BASE_URL = f"http://127.0.0.1:{free_port()}"
    tell()
    assert alert_mail.send(alert_id=Alert.objects.get().pk)
    now = timezone.now()
    for _ in range(alert_telegram.TELEGRAMS.told_after or 0):
        assert work(now) == 0
        row = TelegramAlert.objects.get(key="budget")
        assert row.due_at
        now = row.due_at
    assert row.error.startswith("TelegramAway")
    assert Alert.objects.filter(key="late:telegram", due_at__isnull=False).count() == 1


def test_a_chat_that_has_it_does_not_read_it_again_when_another_failed(sandbox: Running) -> None:
    sandbox.control.fault("telegram", "503", match="-1002", times=1)
    tell()
    assert work() == 0
    assert [chat for chat, _ in heard(sandbox)] == ["-1001"]
    assert work(timezone.now() + HOUR) == 1
    assert [chat for chat, _ in heard(sandbox)] == ["-1001", "-1002"]


def test_rest_that_telegram_asks_for_is_given_and_is_no_try(sandbox: Running) -> None:
    sandbox.control.fault("telegram", "429", seconds=120, times=1)
    tell()
    now = timezone.now()
    assert work(now) == 0
    row = TelegramAlert.objects.get()
    assert row.due_at == now + timedelta(seconds=120)
    assert row.tries == 0
    assert work(row.due_at) == 1
    assert len(heard(sandbox)) == 2


def test_a_chat_that_refuses_silences_no_other_and_is_told_of_until_it_takes_them(
    sandbox: Running, settings: Any
) -> None:
    settings.TELEGRAM_CHAT_IDS = ["-1404", "-1001"]
    tell()
    assert work() == 1
    assert [chat for chat, _ in heard(sandbox)] == ["-1001"]
    assert Condition.objects.get(resolved_at=None).key == "telegram-refused"
    settings.TELEGRAM_CHAT_IDS = ["-1001"]
    tell(key="queue")
    work()
    assert not Condition.objects.filter(resolved_at=None).exists()


@pytest.mark.parametrize("chat", ["-1404", "-1403"])
def test_what_no_chat_takes_waits(chat: str, settings: Any) -> None:
    settings.TELEGRAM_CHAT_IDS = [chat]
    tell()
    assert work() == 0
    row = TelegramAlert.objects.get()
    assert row.due_at
    assert row.error == f"Telegram refuses it with {'400' if chat == '-1404' else '403'}."


def test_a_token_that_is_refused_waits_for_a_right_one(settings: Any, sandbox: Running) -> None:
    settings.TELEGRAM_BOT_TOKEN = "123456:refused" + secrets.token_hex(15)
    tell()
    assert work() == 0
    assert TelegramAlert.objects.get().error == "Telegram refuses it with 401."
    settings.TELEGRAM_BOT_TOKEN = TOKEN
    assert work(timezone.now() + HOUR) == 1


def test_a_long_text_is_cut_as_telegram_counts(sandbox: Running) -> None:
    tell(text="\N{GRINNING FACE}" * 4_000)
    assert work() == 1
    [first, _] = sandbox.control.get("telegram")["messages"]
    assert first["text"].endswith(" […]")
    assert len(first["text"].encode("utf-16-le")) <= 2 * 4_096


def test_nothing_in_a_text_is_markup(sandbox: Running) -> None:
    words = "<b>a</b> & *b* _c_ [d](http://e) `f"
    tell(text=words)
    work()
    [first, _] = sandbox.control.get("telegram")["messages"]
    assert words in first["text"]


@pytest.mark.parametrize("mode", ["hang", "drop", "malformed_body", "empty_body", "html", "503", "401", "403"])
def test_the_token_is_in_no_log_no_row_and_no_error(
    mode: str, sandbox: Running, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "TIMEOUT_SECONDS", 0.3)
    caplog.set_level(logging.DEBUG, logger="tesigo")
    for name in ("httpx", "httpcore"):
        # As settings have it: these two name every address.
        assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING
    sandbox.control.fault("telegram", mode, **({"seconds": 5} if mode == "hang" else {}))
    tell()
    assert work() == 0
    row = TelegramAlert.objects.get()
    secret = TOKEN.partition(":")[2]
    for text in (caplog.text, row.error, row.traceback, json.dumps([str(one.exc_info) for one in caplog.records])):
        assert secret not in text
    assert row.error


def test_a_token_that_gets_into_a_text_after_all_is_masked() -> None:
    assert TOKEN not in mask(f"POST https://api.telegram.org/bot{TOKEN}/sendMessage")


def test_a_server_that_drips_costs_its_time_limit(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram, "TIMEOUT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        settings.TELEGRAM_BASE_URL = f"http://127.0.0.1:{frozen.getsockname()[1]}"
        tell()
        assert work() == 0
    assert TelegramAlert.objects.get().error.startswith("TelegramAway")


def test_straight_away_it_is_told_by_every_channel_without_a_row(sandbox: Running) -> None:
    assert alert_now.tell_now(subject="A restore begins", text="Nobody can sign in.") == ["mail", "telegram"]
    assert [message.subject for message in mail.outbox] == ["[TesiGo] A restore begins"]
    assert len(heard(sandbox)) == 2
    assert not Alert.objects.exists()
    assert not TelegramAlert.objects.exists()


def test_straight_away_one_channel_that_fails_keeps_no_other_from_it(sandbox: Running, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{Broken.__module__}.Broken"
    assert alert_now.tell_now(subject="A restore begins", text="Nobody can sign in.") == ["telegram"]
    settings.TELEGRAM_BASE_URL = f"http://127.0.0.1:{free_port()}"
    assert alert_now.tell_now(subject="A restore begins", text="Nobody can sign in.") == []


def test_without_a_bot_there_are_no_rows_for_it(settings: Any) -> None:
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_CHAT_IDS = "", []
    tell()
    assert Alert.objects.count() == 1
    assert not TelegramAlert.objects.exists()
