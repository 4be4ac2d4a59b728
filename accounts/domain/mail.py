"""Mails: a row first, sent by a worker, tried again until it is through or given up (R-54)."""

import json
import smtplib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from accounts import measures, providers
from accounts.domain import known_as, mail_addresses
from accounts.domain.bounces import BounceVerdict, verdict
from accounts.domain.proofs import Secrets
from accounts.enhanced_status import status_in
from accounts.enums import MailState
from accounts.models import Mail, SignInRequest, User
from accounts.providers.told import MAIL_HEADER
from tesigo.platform import duty, site
from tesigo.platform.crypto import seal, unseal
from tesigo.platform.enqueue import enqueue_on_commit

SEND_TASK = "accounts.tasks.send_mail"
UNDO: Final = "accounts:undo-address"
#: Tries before a mail is given up: the waits between them add up to about 12 hours.
MAX_TRIES = 12

MAILS: Final = duty.Kind(
    name="mail",
    about="template",
    label=gettext_lazy("Mails"),
    model=Mail,
    task=SEND_TASK,
    is_open=Q(state=MailState.QUEUED),
    lease=timedelta(seconds=60),
    longest_wait=timedelta(hours=4),
    most_tries=MAX_TRIES,
    nudge_lasts=timedelta(minutes=1),  # somebody waits for a sign-in mail
    given_up={"state": MailState.FAILED, "sealed": ""},
    reopened={"state": MailState.QUEUED},
    after_giving_up=lambda mail: _given_up(mail),
    # Of a sign-in mail that was given up nothing is left to send.
    may_reopen=Q(signin=None) | ~Q(sealed=""),
)


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
    if known_as.is_erased(user):
        return  # what goes on without them, such as a refund, has nobody to tell
    fields = {"user": user, "to": user.email_as_typed, "template": template, "context": dict(context)}
    fields |= {"language": user.language, **duty.due_now(timezone.now())}
    if once_key is None:
        enqueue_on_commit(SEND_TASK, str(Mail.objects.create(**fields).pk))
        return
    mail, created = Mail.objects.get_or_create(once_key=once_key, defaults=fields)
    if created:
        enqueue_on_commit(SEND_TASK, str(mail.pk))


def send_signin_mail(*, request: SignInRequest, given: Secrets, template: str = "signin") -> None:
    """Queues the mail of a request. Link and code lie sealed until it is sent; no user is looked up.

    For one that is withheld the same is done, but the mail does not leave.
    """
    sealed = seal(json.dumps(asdict(given)))
    now = timezone.now()
    if request.withheld:
        fate = {"state": MailState.WITHHELD, "due_at": None, "error": "too many before"}
    else:
        fate = {"sealed": sealed, **duty.due_now(now)}
    mail = Mail.objects.create(
        signin=request, to=request.email_as_typed, template=template, language=request.language, **fate
    )
    enqueue_on_commit(SEND_TASK, str(mail.pk))


def send_address_mail(*, user: User, to: str, template: str, undo: str = "") -> None:
    """Queues a mail about a change of address to the one that is the user's no more, with the link that undoes it."""
    fields = {"user": user, "to": to, "template": template, "language": user.language}
    sealed = seal(json.dumps({"undo": undo})) if undo else ""
    mail = Mail.objects.create(**fields, sealed=sealed, **duty.due_now(timezone.now()))
    enqueue_on_commit(SEND_TASK, str(mail.pk))


def deliver(*, mail_id: str, now: datetime | None = None) -> bool:
    """Tries to send the mail if a try is due; True if it left.

    One worker at a time (R-116). A worker that dies in between leaves a mail that is tried again; a mail may then
    arrive twice, with the same Message-ID.
    """
    now = now or timezone.now()
    mail = duty.claim(MAILS, mail_id, now=now)
    if mail is None:
        return False
    if mail.signin and (mail.signin.expires_at <= now or mail.signin.voided_at):
        with suppress(duty.LostDuty):
            duty.give_up(MAILS, mail, "given up: too late", now=now)
        return False
    return duty.carry_out(MAILS, mail, _send, now=now) and mail.state == MailState.SENT


def mark_opened(*, signin: SignInRequest, now: datetime) -> None:
    """Notes that the link of a sign-in mail was opened."""
    arrived = Mail.objects.filter(signin=signin, state__in=[MailState.SENT, MailState.DELIVERED])
    arrived.update(state=MailState.OPENED, opened_at=now)


def _send(mail: Mail) -> Callable[[], None]:
    if mail_addresses.is_stopped(address=mail.to, is_signin=mail.signin_id is not None):
        return partial(_withhold, mail)
    message = _render(mail)
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()), (0, b""))
        return _refused(mail, code, words)
    except smtplib.SMTPDataError as error:
        return _refused(mail, error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        # By its name alone: the words of a server hold addresses.
        raise duty.Failed(type(error).__name__) from None
    return partial(_sent, mail)


def _sent(mail: Mail) -> None:
    duty.done(MAILS, mail, state=MailState.SENT, sealed="", sent_at=timezone.now())
    measures.count_mail(MailState.SENT)


def _refused(mail: Mail, code: int, words: str | bytes) -> Callable[[], None]:
    """What a server's no means for the mail: tried again where it may be over later, else it has bounced."""
    status = status_in(words)
    told = f"refused: {code} {status}".rstrip()
    if code < 500 or verdict(status, code=code) is BounceVerdict.LATER:
        raise duty.Failed(told if code >= 500 else "refused for now") from None
    return partial(_bounce, mail, code, status, told)


@transaction.atomic
def _bounce(mail: Mail, code: int, status: str, told: str) -> None:
    duty.done(MAILS, mail, state=MailState.BOUNCED, sealed="", status=status, error=told)
    measures.count_mail(MailState.BOUNCED)
    mail_addresses.came_back(mail=mail, status=status, code=code, told_by="smtp", now=timezone.now())


@transaction.atomic
def _withhold(mail: Mail) -> None:
    duty.done(MAILS, mail, state=MailState.WITHHELD, sealed="")
    measures.count_mail(MailState.WITHHELD)
    mail_addresses.notice(mail=mail, now=timezone.now())


def _given_up(mail: Mail) -> None:
    measures.count_mail(MailState.FAILED)
    _tell_owner(mail)


def _tell_owner(mail: Mail) -> None:
    mail_addresses.notice(mail=mail, now=timezone.now())


def _render(mail: Mail) -> EmailMultiAlternatives:
    context = dict(mail.context)
    context |= _unsealed(mail)
    context["name"] = mail.user.name if mail.user else ""
    context["site"] = site.facts()
    with translation.override(mail.language):
        subject, _break, text = render_to_string(f"mails/{mail.template}.txt", context).strip().partition("\n")
        html = render_to_string(f"mails/{mail.template}.html", context | {"subject": subject})
        foot = render_to_string("mails/foot.txt", context)
    host = settings.SITE_HOST or "localhost"
    message = EmailMultiAlternatives(
        subject=subject.strip(),
        body=f"{text.strip()}\n{foot}",
        # The envelope's sender, where bounces go; what people see is the header.
        from_email=settings.BOUNCE_ADDRESS or settings.DEFAULT_FROM_EMAIL,
        to=[mail.to],
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "Message-ID": f"<{mail.pk}@{host}>",
            "Auto-Submitted": "auto-generated",
            MAIL_HEADER: str(mail.pk),
            **providers.headers_for(str(mail.pk)),
        },
    )
    message.attach_alternative(html, "text/html")
    if (attach := _attach.get(mail.template)) and (file := attach(mail.context)):
        message.attach(file.name, file.content, file.mimetype)
    return message


def _unsealed(mail: Mail) -> dict[str, Any]:
    """The links and the code that must not lie in the database in plain text."""
    if not mail.sealed:
        return {}
    secret = json.loads(unseal(mail.sealed))
    pages = {"token": ("link", "accounts:link"), "deny": ("deny_link", "accounts:deny"), "undo": ("undo_link", UNDO)}
    links = {
        name: settings.SITE_URL + reverse(page, args=[secret[key]])
        for key, (name, page) in pages.items()
        if key in secret
    }
    return {**links, "code": secret.get("code", ""), "asked": mail.signin}
