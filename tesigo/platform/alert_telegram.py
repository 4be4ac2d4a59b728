"""Alerts by Telegram, each chat once, tried until they are through (R-113, R-116)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tesigo.platform import alert_turns, conditions, duty, telegram
from tesigo.platform.alert_mail import signed
from tesigo.platform.alerts import TELEGRAM_TASK
from tesigo.platform.models import TelegramAlert

#: Never given up; after six tries, some ten minutes, it is told by mail that Telegram does not take it.
TELEGRAMS: Final = duty.Kind(
    name="telegram",
    about="subject",
    label=_("Alerts by Telegram"),
    model=TelegramAlert,
    task=TELEGRAM_TASK,
    #: Longer than twenty chats take that hang.
    lease=timedelta(minutes=3),
    longest_wait=timedelta(minutes=15),
    told_after=6,
    outages=(telegram.TelegramAway,),
    nudge_lasts=timedelta(minutes=1),
)
_NOT_SET_UP: Final = timedelta(minutes=15)


def send(*, alert_id: int, now: datetime | None = None) -> bool:
    """Sends an alert to every chat of TELEGRAM_CHAT_IDS if it is due; true when all have it."""
    return alert_turns.send(TELEGRAMS, _send, alert_id=alert_id, now=now or timezone.now())


def send_now(*, subject: str, text: str) -> None:
    """Sends at once to every chat, without the database. Raises TelegramAway, Busy or Refused where none took it."""
    reached: list[str] = []
    failures = _to_all(settings.TELEGRAM_CHAT_IDS, words(subject, text), told=reached.append)
    if failures and not reached:
        raise failures[0]


def words(subject: str, text: str) -> str:
    """What a chat reads."""
    return signed(f"{settings.SITE_NAME}: {' '.join(subject.split())}\n\n{text}")


def _send(row: TelegramAlert) -> Callable[[], None]:
    if not settings.TELEGRAM_BOT_TOKEN or not settings.TELEGRAM_CHAT_IDS:
        raise duty.PutOff("Telegram is not set up.", wait=_NOT_SET_UP)

    def told(chat: str) -> None:
        row.chats_told = [*row.chats_told, chat]
        TelegramAlert.objects.filter(pk=row.pk, due_at=row.due_at).update(chats_told=row.chats_told)

    rest = [chat for chat in settings.TELEGRAM_CHAT_IDS if chat not in row.chats_told]
    failures = _to_all(rest, words(row.subject, row.text), told=told)
    for failure in failures:
        if isinstance(failure, telegram.Busy):
            raise duty.PutOff(str(failure), wait=timedelta(seconds=failure.seconds))
        if isinstance(failure, telegram.TelegramAway):
            raise failure
    if failures and not row.chats_told:
        raise duty.Failed(str(failures[0]))
    # Told where it can be: a chat that takes nothing must not silence what comes next.
    return lambda: _done(row, refused=len(failures))


def _done(row: TelegramAlert, *, refused: int) -> None:
    with transaction.atomic():
        duty.done(TELEGRAMS, row, sent_at=timezone.now())
        if refused:
            conditions.raise_condition(
                key="telegram-refused",
                subject="Telegram refuses alerts for some chats",
                text=f"{refused} of {len(settings.TELEGRAM_CHAT_IDS)} chats of TELEGRAM_CHAT_IDS take no alerts:"
                " they do not exist, or the bot was blocked or taken out of them.",
            )
        else:
            conditions.resolve(key="telegram-refused")


def _to_all(chats: list[str], text: str, *, told: Callable[[str], None]) -> list[Exception]:
    """Each chat in its turn; one that refuses keeps no other from hearing. Returns what went wrong."""
    failures: list[Exception] = []
    with telegram.Client() as client:
        for chat in chats:
            try:
                client.send(chat=chat, text=text)
            except (telegram.TelegramAway, telegram.Busy, telegram.Refused) as error:
                failures.append(error)
                # What does not answer one chat, or wants rest, would hold us for each of the others as well.
                if not isinstance(error, telegram.Refused):
                    break
                continue
            told(chat)
    return failures
