"""Mails: a row first, sent by a worker, tried again until it is through or given up (R-54)."""

import json
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.enums import MailState
from accounts.models import Mail, SignInRequest, User
from tesigo.platform import duty
from tesigo.platform.crypto import seal, unseal
from tesigo.platform.enqueue import enqueue_on_commit

SEND_TASK = "accounts.tasks.send_mail"
#: Tries before a mail is given up: the waits between them add up to about 17 hours.
MAX_TRIES = 12
_FIRST_WAIT = timedelta(seconds=30)
#: How long one try may take; after that another worker may take it over.
_LEASE = timedelta(seconds=60)
_BATCH = 200


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes
    mimetype: str


#: Makes the file out of a mail's context when it is sent; None where it cannot be had: the mail goes without it. Raises
#: PutOff where it is being made.
Attach = Callable[[Mapping[str, Any]], Attachment | None]
_attach: dict[str, Attach] = {}


def attach_to(template: str, attach: Attach) -> None:
    """How the floors above say what goes with a mail of theirs. Registering a template again replaces it."""
    _attach[template] = attach


def send_mail(*, user: User, template: str, context: Mapping[str, Any], once_key: str | None = None) -> None:
    """Queues a mail to the user; it leaves after the commit. With `once_key` it is sent once, however often asked.

    `templates/mails/<template>.txt` (its first line is the subject) and `.html` see `context` (ids, numbers, strings;
    it is kept in plain text), `site` and the user's `name`.
    """
    fields = {"user": user, "to": user.email_as_typed, "template": template, "context": dict(context)}
    fields["language"] = user.language
    if once_key is None:
        enqueue_on_commit(SEND_TASK, str(Mail.objects.create(**fields).pk))
        return
    mail, created = Mail.objects.get_or_create(once_key=once_key, defaults=fields)
    if created:
        enqueue_on_commit(SEND_TASK, str(mail.pk))


def send_signin_mail(*, request: SignInRequest, token: str, code: str) -> None:
    """Queues the sign-in mail. Link and code lie sealed until it is sent; no user is looked up."""
    mail = Mail.objects.create(
        signin=request,
        to=request.email_as_typed,
        template="signin",
        sealed=seal(json.dumps({"token": token, "code": code})),
        language=request.language,
    )
    enqueue_on_commit(SEND_TASK, str(mail.pk))


def deliver(*, mail_id: str, now: datetime | None = None) -> bool:
    """Tries to send the mail if a try is due; True if it left.

    One worker at a time: the try is claimed by a conditional update, which also schedules the next one. A worker that
    dies in between leaves a mail that is tried again; a mail may then arrive twice, with the same Message-ID.
    """
    now = now or timezone.now()
    due = Mail.objects.filter(pk=mail_id, state=MailState.QUEUED, next_try_at__lte=now)
    if not due.update(tries=F("tries") + 1, next_try_at=now + _LEASE):
        return False
    mail = Mail.objects.select_related("user", "signin").get(pk=mail_id)
    if mail.tries > MAX_TRIES or (mail.signin and mail.signin.expires_at <= now):
        _settle(mail, MailState.FAILED, error="given up: too late")
        return False
    try:
        message = _render(mail)
    except duty.PutOff as error:
        # What goes with it is still being made: no try of the mail's.
        waiting = Mail.objects.filter(pk=mail.pk, state=MailState.QUEUED)
        waiting.update(tries=F("tries") - 1, next_try_at=now + error.wait, error=str(error)[:200])
        return False
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        _refused(mail, error, now)
    except (smtplib.SMTPException, OSError) as error:
        _try_later(mail, type(error).__name__, now)
    else:
        _settle(mail, MailState.SENT, sent_at=timezone.now())
        return True
    return False


def due_mails(*, now: datetime) -> list[str]:
    """Ids of mails whose next try is due, oldest first."""
    due = Mail.objects.filter(state=MailState.QUEUED, next_try_at__lte=now).order_by("next_try_at")
    return [str(pk) for pk in due.values_list("pk", flat=True)[:_BATCH]]


def mark_opened(*, signin: SignInRequest, now: datetime) -> None:
    """Notes that the link of a sign-in mail was opened."""
    Mail.objects.filter(signin=signin, state=MailState.SENT).update(state=MailState.OPENED, opened_at=now)


def _refused(mail: Mail, error: smtplib.SMTPRecipientsRefused, now: datetime) -> None:
    codes = [code for code, _words in error.recipients.values()]
    if codes and all(code >= 500 for code in codes):
        _settle(mail, MailState.BOUNCED, error=f"refused: {codes[0]}")
    else:
        _try_later(mail, "refused for now", now)


def _try_later(mail: Mail, error: str, now: datetime) -> None:
    if mail.tries >= MAX_TRIES:
        _settle(mail, MailState.FAILED, error=error)
        return
    wait = min(_FIRST_WAIT * 2 ** (mail.tries - 1), timedelta(hours=4))
    Mail.objects.filter(pk=mail.pk, state=MailState.QUEUED).update(next_try_at=now + wait, error=error[:200])


def _settle(mail: Mail, state: MailState, **fields: Any) -> None:
    Mail.objects.filter(pk=mail.pk, state=MailState.QUEUED).update(state=state, sealed="", **{"error": ""} | fields)


def _render(mail: Mail) -> EmailMultiAlternatives:
    context = dict(mail.context)
    if mail.sealed:
        secret = json.loads(unseal(mail.sealed))
        context["code"] = secret["code"]
        context["link"] = settings.SITE_URL + reverse("accounts:link", args=[secret["token"]])
    context["name"] = mail.user.name if mail.user else ""
    context["site"] = {"name": settings.SITE_NAME, "url": settings.SITE_URL, "notice_banner": settings.NOTICE_BANNER}
    with translation.override(mail.language):
        subject, _break, text = render_to_string(f"mails/{mail.template}.txt", context).strip().partition("\n")
        html = render_to_string(f"mails/{mail.template}.html", context | {"subject": subject})
    host = settings.SITE_HOST or "localhost"
    message = EmailMultiAlternatives(
        subject=subject.strip(),
        body=text.strip() + "\n",
        to=[mail.to],
        headers={"Message-ID": f"<{mail.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(html, "text/html")
    if (attach := _attach.get(mail.template)) and (file := attach(mail.context)):
        message.attach(file.name, file.content, file.mimetype)
    return message
