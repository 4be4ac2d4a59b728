"""One page per person for staff, and what may be done about each thing on it (R-117). It reads all floors."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.domain import api_signins, api_tokens, devices, known_as, people, resending
from accounts.domain.staff import NotAllowed, acting
from accounts.models import ApiSignIn, ApiToken, Device, Mail, User
from privacy.domain import erasure, exports
from privacy.errors import ErasureError, ExportRefused
from privacy.models import DataExport
from tesigo.audited import looked
from tesigo.person_sections import SECTIONS, Section
from tesigo.platform import ranges
from tesigo.platform.streamed import attachment

#: Rows of each kind on the page; the rest is a search away.
NEWEST_ROWS: Final = 10


@dataclass(frozen=True)
class Act:
    """Something that staff do about a person: who may, what it is called, and what it does."""

    right: str
    label: Any
    done: Any
    nothing: Any
    do: Callable[[User, User], bool]
    #: What a page says that asks again before it is done; empty where none does.
    asks: Any = ""


def _sign_out(person: User, by: User) -> bool:
    devices.sign_out_everywhere(user=person, by=by)
    return True


def _export(person: User, by: User) -> bool:
    exports.ask(user=person, by=by, now=timezone.now())
    return True


def _erase(person: User, by: User) -> bool:
    erasure.ask(user=person, by=by, at_once=True)
    return True


ACTS: Final[dict[str, Act]] = {
    "sign-out": Act(
        right="accounts.block_user",
        label=gettext_lazy("Sign out everywhere"),
        done=gettext_lazy("Every session of theirs has ended."),
        nothing=gettext_lazy("There was none."),
        do=_sign_out,
    ),
    "block": Act(
        right="accounts.block_user",
        label=gettext_lazy("Block"),
        done=gettext_lazy("Blocked: their sessions have ended, and signing in leads nowhere."),
        nothing=gettext_lazy("They are blocked already."),
        do=lambda person, by: people.block(user=person, by=by),
    ),
    "unblock": Act(
        right="accounts.block_user",
        label=gettext_lazy("Let in again"),
        done=gettext_lazy("They can sign in again."),
        nothing=gettext_lazy("They are not blocked, or erased."),
        do=lambda person, by: people.unblock(user=person, by=by),
    ),
    "export": Act(
        right="accounts.export_user",
        label=gettext_lazy("Export their data"),
        done=gettext_lazy("The export is being made. It stands below when it is ready, and a mail tells them."),
        nothing=gettext_lazy("There is nothing to export."),
        do=_export,
    ),
    "erase": Act(
        right="accounts.erase_user",
        label=gettext_lazy("Erase at once"),
        done=gettext_lazy("They are being erased. A mail tells them; “Work that waits” shows it until it is done."),
        nothing=gettext_lazy("There is nobody to erase."),
        do=_erase,
        asks=gettext_lazy(
            "Their documents, files and sources, their address and name are deleted now, without days in which they "
            "could change their mind. What is being written is stopped and paid back. Payments stay in the books "
            "without their name and address. None of it can be brought back."
        ),
    ),
}


@require_safe
def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that the looker may see, newest first; a fixed number of queries, however much there is."""
    _refuse(request, "accounts.view_user")
    person = get_object_or_404(User, pk=pk)
    looked(request, subject=person, what="person")
    mine = [section for section in SECTIONS if request.user.has_perm(section.right)]
    acts = [
        (name, act)
        for name, act in ACTS.items()
        if request.user.has_perm(act.right) and _fits(name, person) and _may_touch(request, person)
    ]
    context = {
        **admin.site.each_context(request),
        "title": person.email,
        "person": person,
        "sections": [_shown(section, person, request) for section in mine],
        "acts": acts,
        "may_change": request.user.has_perm("accounts.change_user"),
        "may_refund": request.user.has_perm("billing.refund_payment"),
    }
    return render(request, "admin/person.html", context)


@require_POST
def act_on_person(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """One of `ACTS`; asked twice it does nothing the second time."""
    act = ACTS.get(what)
    if act is None:
        raise Http404
    _refuse(request, act.right)
    person = _whom(request, pk)
    if act.asks and "sure" not in request.POST:
        context = {**admin.site.each_context(request), "title": act.label, "act": act, "name": what, "person": person}
        return render(request, "admin/sure.html", context)
    by = cast(User, request.user)
    try:
        with acting(by=by, right=act.right, about=person):
            is_done = act.do(person, by)
    except (NotAllowed, ExportRefused, ErasureError) as refusal:
        messages.error(request, str(refusal))
    else:
        level = messages.SUCCESS if is_done else messages.INFO
        messages.add_message(request, level, str(act.done if is_done else act.nothing))
    return redirect("admin:person", pk=pk)


@require_POST
def send_mail_again(request: HttpRequest, pk: int, mail_id: str) -> HttpResponse:
    """One mail of this person once more."""
    _refuse(request, "accounts.resend_mail")
    mail = get_object_or_404(Mail, pk=mail_id, user_id=pk)
    by = cast(User, request.user)
    with acting(by=by, right="accounts.resend_mail"):
        is_sent = resending.send_again(mail=mail, by=by)
    if is_sent:
        messages.success(request, _("It goes out again."))
    else:
        messages.info(request, _("This one cannot go again: it is on its way, or its link works once."))
    return redirect("admin:person", pk=pk)


@require_POST
def sign_device_out(request: HttpRequest, pk: int, device_id: int) -> HttpResponse:
    """Ends the session of one browser of this person."""
    return _end_one(request, pk, partial(devices.sign_out_of, device_id=device_id), _("That browser is signed out."))


@require_POST
def sign_program_out(request: HttpRequest, pk: int, sign_in_id: UUID) -> HttpResponse:
    """Ends the sign-in of one program of this person."""
    end = partial(api_signins.sign_out, sign_in_id=sign_in_id, now=timezone.now())
    return _end_one(request, pk, end, _("That program is signed out."))


@require_POST
def revoke_token(request: HttpRequest, pk: int, token_id: UUID) -> HttpResponse:
    """Takes back one token that this person made for a program."""
    end = partial(api_tokens.revoke, token_id=token_id, now=timezone.now())
    return _end_one(request, pk, end, _("The token is revoked."))


@require_safe
def take_export(request: HttpRequest, pk: int, data_export_id: UUID) -> HttpResponseBase:
    """All that is kept about this person, for who must hand it over; noted in the trail by whom."""
    _refuse(request, "accounts.export_user")
    export = get_object_or_404(DataExport, pk=data_export_id, user_id=pk)
    if not _may_touch(request, export.user):
        raise PermissionDenied
    asked = ranges.asked(request, stored_as=export.stored_as, size=export.size)
    try:
        file = exports.open_file(export=export, asked=asked, by=cast(User, request.user), now=timezone.now())
    except FileNotFoundError:
        messages.info(request, _("This file is not here any more. What there is now stands below."))
        return redirect("admin:person", pk=pk)
    return attachment(file, asked=asked, name=exports.file_name(export), content_type="application/zip")


def _end_one(request: HttpRequest, pk: int, end: Callable[..., object], said: str) -> HttpResponse:
    """Ends one way in of a person, for who may block them; 404 where it is not theirs."""
    _refuse(request, "accounts.block_user")
    person = _whom(request, pk)
    by = cast(User, request.user)
    try:
        with acting(by=by, right="accounts.block_user", about=person):
            end(user=person, by=by)
    except (Device.DoesNotExist, ApiSignIn.DoesNotExist, ApiToken.DoesNotExist):
        raise Http404 from None
    messages.success(request, said)
    return redirect("admin:person", pk=pk)


def _shown(section: Section, person: User, request: HttpRequest) -> dict[str, Any]:
    rows = list(section.rows(person)[: NEWEST_ROWS + 1])
    return {
        "section": section,
        "rows": [
            {
                "row": row,
                "cells": section.cells(row),
                "address": reverse(section.change, args=[row.pk]) if section.change else "",
                **_may(section, row, request),
            }
            for row in rows[:NEWEST_ROWS]
        ],
        "more": _all(section, person) if len(rows) > NEWEST_ROWS else "",
    }  # fmt: skip


def _may(section: Section, row: Any, request: HttpRequest) -> dict[str, bool]:
    user = request.user
    return {
        "may_send": section.name == "mails" and user.has_perm("accounts.resend_mail") and resending.can_go_again(row),
        "may_refund": section.name == "payments" and user.has_perm("billing.refund_payment") and row.can_go_back,
        "may_take": section.name == "exports" and exports.can_be_had(row, now=timezone.now()),
        "may_sign_out": section.name == "devices" and user.has_perm("accounts.block_user"),
        "may_end": section.name == "programs" and user.has_perm("accounts.block_user"),
        "may_revoke": section.name == "tokens" and user.has_perm("accounts.block_user"),
    }


def _fits(name: str, person: User) -> bool:
    if known_as.is_erased(person):
        return False  # there is nobody whom any of it could be done to
    if name == "erase":
        return not person.is_staff
    return name in {"sign-out", "export"} or (name == "block") == person.is_active


def _all(section: Section, person: User) -> str:
    return f"{reverse(section.changelist)}?{urlencode({'q': person.email})}" if section.changelist else ""


def _whom(request: HttpRequest, pk: int) -> User:
    """The person whose way in is changed: who may block people may not shut colleagues out."""
    person = get_object_or_404(User, pk=pk)
    if not _may_touch(request, person):
        raise PermissionDenied
    return person


def _refuse(request: HttpRequest, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied


def _may_touch(request: HttpRequest, person: User) -> bool:
    return request.user.is_superuser or not person.is_staff
