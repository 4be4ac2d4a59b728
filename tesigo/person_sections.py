"""What hangs on a person, kind by kind, as the page about them shows it (R-117)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.domain import api_signins, api_tokens, known_as
from accounts.models import Device, User
from billing.models import CreditNote, Payment, Receipt, Refund
from documents.models import Document
from generation.models import Job
from privacy.enums import ExportState
from privacy.models import AuditEvent, Consent, DataExport
from tesigo.platform.locales import in_euros, short_day

_USER: Final = "accounts.user"


@dataclass(frozen=True)
class Section:
    """One kind of thing that hangs on a person. ``heads`` name the columns; ``cells`` makes a row of them."""

    name: str
    title: Any
    right: str
    heads: Sequence[Any]
    rows: Callable[[User], QuerySet[Any] | Sequence[Any]]
    cells: Callable[[Any], Sequence[Any]]
    #: The list with all of them, searched by address.
    changelist: str = ""
    #: The page of one, by its key.
    change: str = ""


#: In the order of the page.
SECTIONS: Final = (
    Section(
        name="documents",
        title=_("Documents"),
        right="documents.view_document",
        heads=(_("Document"), _("State"), _("Pages"), _("Made")),
        rows=lambda user: Document.objects.filter(owner=user).order_by("-created_at"),
        cells=lambda one: (str(one), one.get_state_display(), one.pages, one.created_at),
        changelist="admin:documents_document_changelist",
        change="admin:documents_document_change",
    ),
    Section(
        name="jobs",
        title=_("Jobs"),
        right="generation.view_job",
        heads=(_("Job"), _("State"), _("Why it failed"), _("Made")),
        rows=lambda user: Job.objects.filter(document__owner=user).select_related("document").order_by("-created_at"),
        cells=lambda one: (
            f"{one.document} · {one.get_kind_display()}", one.get_state_display(), one.failure, one.created_at
        ),
        changelist="admin:generation_job_changelist",
        change="admin:generation_job_change",
    ),
    Section(
        name="payments",
        title=_("Payments"),
        right="billing.view_payment",
        heads=(_("Payment"), _("Amount"), _("Given back"), _("State"), _("Made")),
        rows=lambda user: Payment.objects.filter(user=user).select_related("document").order_by("-created_at"),
        cells=lambda one: (
            f"{one.document} · {one.get_purpose_display()}", in_euros(one.amount), in_euros(one.refunded_amount),
            one.get_state_display(), one.created_at,
        ),
        changelist="admin:billing_payment_changelist",
        change="admin:billing_payment_change",
    ),
    Section(
        name="receipts",
        title=_("Receipts"),
        right="billing.view_receipt",
        heads=(_("Receipt"), _("Amount"), _("Issued")),
        rows=lambda user: Receipt.objects.filter(payment__user=user).select_related("payment").order_by("-issued_at"),
        cells=lambda one: (str(one), in_euros(one.payment.amount), one.issued_at),
        changelist="admin:billing_receipt_changelist",
        change="admin:billing_receipt_change",
    ),
    Section(
        name="creditnotes",
        title=_("Credit notes"),
        right="billing.view_creditnote",
        heads=(_("Credit note"), _("Amount"), _("Issued")),
        rows=lambda user: CreditNote.objects.filter(receipt__payment__user=user).order_by("-issued_at"),
        cells=lambda one: (str(one), in_euros(one.amount), one.issued_at),
        changelist="admin:billing_creditnote_changelist",
        change="admin:billing_creditnote_change",
    ),
    Section(
        name="refunds",
        title=_("Refunds"),
        right="billing.view_refund",
        heads=(_("Reason"), _("Amount"), _("State"), _("Made")),
        rows=lambda user: Refund.objects.filter(payment__user=user).order_by("-created_at"),
        cells=lambda one: (one.reason or one.cause, in_euros(one.amount), one.get_state_display(), one.created_at),
        changelist="admin:billing_refund_changelist",
        change="admin:billing_refund_change",
    ),
    Section(
        name="mails",
        title=_("Mails"),
        right="accounts.view_mail",
        heads=(_("Mail"), _("To"), _("State"), _("Made")),
        rows=lambda user: known_as.mails(user).order_by("-created_at"),
        cells=lambda one: (one.template, one.to, one.get_state_display(), one.created_at),
        changelist="admin:accounts_mail_changelist",
        change="admin:accounts_mail_change",
    ),
    Section(
        name="devices",
        title=_("Where they are signed in"),
        right="accounts.view_device",
        heads=(_("Browser"), _("Signed in")),
        rows=lambda user: Device.objects.filter(user=user).order_by("-created_at"),
        cells=lambda one: (one.name, one.created_at),
    ),
    Section(
        name="programs",
        title=_("Programs that are signed in"),
        right="accounts.view_apisignin",
        heads=(_("Program"), _("May do"), _("Made"), _("Last used"), _("Ends")),
        rows=lambda user: api_signins.alive_of(user=user, now=timezone.now()),
        cells=lambda one: (one.name, gettext("all that they may"), one.created_at, one.refreshed_at, one.expires_at),
    ),
    Section(
        name="tokens",
        title=_("Tokens of programs"),
        right="accounts.view_apitoken",
        heads=(_("Name"), _("May do"), _("Made"), _("Last used"), _("Ends")),
        rows=lambda user: api_tokens.alive_of(user=user, now=timezone.now()),
        cells=lambda one: (
            one.name,
            ", ".join(one.scope_labels),
            one.created_at,
            short_day(one.last_used_on) if one.last_used_on else gettext("never"),
            one.expires_at,
        ),
    ),
    Section(
        name="signins",
        title=_("Requests to sign in"),
        right="accounts.view_signinrequest",
        heads=(_("Asked"), _("From"), _("Outcome")),
        rows=lambda user: known_as.signin_requests(user).order_by("-created_at"),
        cells=lambda one: (one.created_at, one.ip or "–", one.outcome),
        changelist="admin:accounts_signinrequest_changelist",
        change="admin:accounts_signinrequest_change",
    ),
    Section(
        name="consents",
        title=_("Consents"),
        right="privacy.view_consent",
        heads=(_("Kind"), _("Answer"), _("Policy"), _("When")),
        rows=lambda user: Consent.objects.filter(user=user).order_by("-created_at"),
        cells=lambda one: (
            one.get_kind_display(),
            one.get_answer_display(),
            one.policy_version,
            one.created_at,
        ),
        changelist="admin:privacy_consent_changelist",
        change="admin:privacy_consent_change",
    ),
    Section(
        name="exports",
        title=_("Exports of their data"),
        right="accounts.export_user",
        heads=(_("Asked for"), _("By"), _("State"), _("Available until")),
        rows=lambda user: DataExport.objects.filter(user=user).order_by("-asked_at"),
        cells=lambda one: (
            one.asked_at,
            gettext("themselves") if one.actor_id == one.user_id else gettext("user %s") % one.actor_id,
            one.get_state_display() + (f" · {one.progress} %" if one.state == ExportState.PENDING else ""),
            one.expires_at or "–",
        ),
    ),
    Section(
        name="trail",
        title=_("Trail"),
        right="privacy.view_auditevent",
        heads=(_("What"), _("By"), _("When")),
        rows=lambda user: AuditEvent.objects.filter(object_type=_USER, object_id=str(user.pk)).order_by("-id"),
        cells=lambda one: (one.action, gettext("user %s") % one.actor_id if one.actor_id else "–", one.at),
        change="admin:privacy_auditevent_change",
    ),
)  # fmt: skip
