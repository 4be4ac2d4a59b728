"""Each role of staff sees and does what the table says, on every page of the administration (ASVS V8.1.1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, reverse

from accounts.models import User
from tesigo.platform.paths import ROOT
from tesigo.roles import OWN_RIGHTS, ROLES, Role
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

#: Lists that each role may open, by the model's label; all others answer 403.
LISTS = {
    "Support": {
        "accounts.User", "accounts.Mail", "accounts.MailStop", "accounts.MailEvent", "accounts.SignInRequest",
        "privacy.Consent", "documents.Document", "documents.Source", "documents.Citation", "billing.Payment",
        "billing.Refund", "billing.Receipt", "billing.CreditNote",
        "generation.Job", "generation.Disclosure",
    },
    "Pricing": {"billing.PriceList", "billing.PromoCode", "billing.Redemption"},
    "Finance": {
        "accounts.User", "billing.Payment", "billing.Refund", "billing.Dispute", "billing.Booking",
        "billing.Receipt", "billing.CreditNote", "billing.Reconciliation", "billing.WebhookEvent",
        "billing.Mirror", "billing.PriceList", "billing.PromoCode", "billing.Redemption",
        "djstripe.Session", "djstripe.PaymentIntent", "djstripe.Charge", "djstripe.Refund", "djstripe.Dispute",
    },
    "AI operations": {
        "generation.AIModel", "generation.ChainPlace", "generation.KeyLimit", "generation.LanguageFactor",
        "generation.Budget", "generation.ProviderCredit", "generation.Job", "generation.Attempt",
        "generation.BudgetUse", "generation.Reservation", "platform.Alert",
    },
    "Operations": {
        "platform.Alert", "platform.TelegramAlert", "platform.Condition", "platform.Worker", "platform.BackupRun",
    },
    "Privacy officer": {
        "accounts.User", "accounts.Mail", "accounts.SignInRequest", "privacy.Consent", "privacy.AuditEvent",
        "documents.Document", "documents.Source",
    },
}  # fmt: skip
#: Forms for something new.
ADDS = {
    "Pricing": {"billing.PriceList", "billing.PromoCode"},
    "AI operations": {
        "generation.AIModel", "generation.ChainPlace", "generation.KeyLimit", "generation.LanguageFactor",
        "generation.Budget", "generation.ProviderCredit",
    },
}  # fmt: skip
#: What can be done with chosen rows of a list.
ACTIONS = {
    "Support": {
        ("accounts.Mail", "send_again"), ("accounts.MailStop", "lift"),
        ("billing.Payment", "export_csv"), ("billing.Receipt", "export_csv"),
    },
    "Pricing": {
        ("billing.PriceList", "draft_anew"), ("billing.PromoCode", "switch_off"), ("billing.PromoCode", "export_csv"),
    },
    "Finance": {
        ("billing.Payment", "settle_now"), ("billing.Payment", "refund"), ("billing.Payment", "export_csv"),
        ("billing.Booking", "export_csv"), ("billing.Receipt", "export_csv"),
        ("billing.Reconciliation", "again"), ("billing.WebhookEvent", "work_again"),
        ("billing.PromoCode", "export_csv"),
    },
    "AI operations": {
        ("generation.AIModel", "delete_selected"), ("generation.ChainPlace", "delete_selected"),
        ("generation.KeyLimit", "delete_selected"), ("generation.ProviderCredit", "delete_selected"),
        ("generation.Job", "set_going"),
    },
}  # fmt: skip
#: Pages beside the lists: who may open them with GET (200) or is let through to what they do (POST, then a redirect).
PAGES: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "billing_pricelist_comparison": ("get", {}, {"Pricing", "Finance"}),
    "billing_pricelist_preview": ("post", {}, {"Pricing"}),
    "billing_pricelist_move": ("post", {"pk": 1, "what": "activate"}, {"Pricing"}),
    "billing_promocode_batch": ("get", {}, {"Pricing"}),
    "generation_spending": ("get", {}, {"AI operations"}),
    "generation_spending_live": ("get", {}, {"AI operations"}),
    "generation_ask_again": ("post", {"provider": "openai", "place": 1}, {"AI operations"}),
    "generation_disclosure_changes": ("get", {"disclosure_id": "{disclosure}"}, {"Support"}),
    "generation_disclosure_changes_file": ("get", {"disclosure_id": "{disclosure}"}, {"Support"}),
    "statistics": ("get", {}, {"Finance", "AI operations"}),
    "statistics_file": ("get", {}, {"Finance", "AI operations"}),
    "backup_take": ("post", {}, {"Operations"}),
    "waiting": ("get", {}, {"Support", "Finance", "AI operations", "Operations", "Privacy officer"}),
    "waiting_kind": ("get", {"name": "refund"}, {"Support", "Finance"}),
    "waiting_try_again": ("post", {"name": "refund", "pk": "{refund}"}, {"Finance"}),
    "person": ("get", {"pk": "{person}"}, {"Support", "Finance", "Privacy officer"}),
    "person_mail": ("post", {"pk": "{person}", "mail_id": "{mail}"}, {"Support"}),
    "person_device": ("post", {"pk": "{person}", "device_id": "{device}"}, {"Support", "Privacy officer"}),
    "person_program": ("post", {"pk": "{person}", "sign_in_id": "{sign_in}"}, {"Support", "Privacy officer"}),
    "person_token": ("post", {"pk": "{person}", "token_id": "{token}"}, {"Support", "Privacy officer"}),
    "person_export": ("get", {"pk": "{person}", "data_export_id": "{data_export}"}, {"Privacy officer"}),
    "person_act": ("post", {"pk": "{person}", "what": "sign-out"}, {"Support", "Privacy officer"}),
    "colleagues": ("get", {}, set()),
    "colleague": ("get", {"pk": "{staff}"}, set()),
    "colleague_act": ("post", {"pk": "{staff}", "what": "sign-out"}, set()),
}
#: For everybody who is in.
FOR_ALL = {
    "index",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "autocomplete",
    "jsi18n",
    "view_on_site",
}
#: How `docs/roles.md` names what is seen; what a page shows within another row is seen with that.
SEEN = {
    "accounts.apisignin": "programs", "accounts.apitoken": "programs",
    "accounts.device": "browsers", "accounts.mail": "mails", "accounts.mailevent": "what mail servers report",
    "accounts.mailstop": "addresses that are not written to", "accounts.signinrequest": "requests to sign in",
    "accounts.user": "people", "privacy.auditevent": "the audit trail", "privacy.consent": "consents",
    "privacy.dataexport": "exports of a person's data", "privacy.erasure": "erasures",
    "documents.document": "documents", "documents.documentevent": "documents", "documents.section": "documents",
    "documents.source": "sources", "documents.citation": "citations", "documents.upload": "files",
    "documents.export": "exports", "billing.payment": "payments", "billing.paymentevent": "payments",
    "billing.refund": "refunds", "billing.dispute": "disputes", "billing.booking": "the books",
    "billing.entry": "the books", "billing.receipt": "receipts", "billing.creditnote": "credit notes",
    "billing.reconciliation": "comparisons with Stripe", "billing.webhookevent": "webhook events",
    "billing.mirror": "copies of Stripe's objects", "billing.pricelist": "price lists",
    "billing.pricetier": "price lists", "billing.promocode": "promo codes",
    "billing.redemption": "uses of promo codes", "generation.aimodel": "models", "generation.chainplace": "chains",
    "generation.keylimit": "limits of keys", "generation.languagefactor": "factors", "generation.budget": "budgets",
    "generation.providercredit": "credit", "generation.job": "jobs", "generation.jobevent": "jobs",
    "generation.disclosure": "documents shown for a complaint",
    "generation.step": "jobs", "generation.attempt": "calls", "generation.budgetuse": "days of budgets",
    "generation.reservation": "reservations", "platform.alert": "alerts",
    "platform.telegramalert": "alerts by Telegram", "platform.condition": "conditions",
    "platform.worker": "workers", "platform.backuprun": "backups",
}  # fmt: skip
_OF_MODELS = "change models, chains, limits of keys, factors, budgets and credit"
_OF_CODES = "make, change and switch off promo codes"
#: And what is done: every right that is not one to look.
DONE = {
    "accounts.change_mailstop": "write to an address again", "accounts.change_user": "premium",
    "accounts.block_user": "block, let in and sign out", "accounts.change_mail": "send a mail again",
    "accounts.resend_mail": "send a mail again", "accounts.export_user": "export a person",
    "accounts.erase_user": "erase a person", "billing.add_pricelist": "draft prices",
    "billing.change_pricelist": "draft prices", "billing.activate_pricelist": "put prices in force",
    **{f"billing.{action}_pricetier": "draft prices" for action in ("add", "change", "delete")},
    **{f"billing.{action}_promocode": _OF_CODES for action in ("add", "change", "delete")},
    "billing.refund_payment": "give money back", "billing.change_payment": "ask Stripe",
    **{f"billing.change_{model}": "work refunds, events and copies again"
       for model in ("refund", "webhookevent", "mirror")},
    **{f"generation.{action}_{model}": _OF_MODELS for action in ("add", "change", "delete")
       for model in ("aimodel", "chainplace", "keylimit", "budget", "languagefactor", "providercredit")},
    "generation.change_job": "set jobs going", "platform.change_backuprun": "take a backup now",
    **{f"privacy.change_{model}": "set exports and erasures going again" for model in ("dataexport", "erasure")},
}  # fmt: skip
NAMES = [role.name for role in ROLES]


@pytest.fixture(params=NAMES)
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def holder(role: str, client: Client) -> Client:
    user = User.objects.create_user("clerk@tesigo.example", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    sign_in(client, user)
    return client


def labels() -> list[str]:
    return sorted(model._meta.label for model in admin.site._registry)


def address(label: str, page: str) -> str:
    return reverse(f"admin:{label.lower().replace('.', '_')}_{page}")


def test_the_groups_hold_exactly_the_rights_of_the_roles() -> None:
    for role in ROLES:
        held = Group.objects.get(name=role.name).permissions.values_list("content_type__app_label", "codename")
        assert {f"{app}.{codename}" for app, codename in held} == role.rights
    assert {f"{model.partition('.')[0]}.{codename}" for model, codename in OWN_RIGHTS} == {
        right for role in ROLES for right in role.rights if right.split(".")[1].split("_")[0] not in
        {"view", "add", "change", "delete"}
    }  # fmt: skip


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_the_page_about_roles_says_what_each_sees_and_does(role: Role) -> None:
    page = (ROOT / "docs" / "roles.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| {role.name} |"))
    _left, _name, sees, does, _right = (cell.strip() for cell in row.split("|"))
    looks = {right for right in role.rights if ".view_" in right}
    assert set(sees.split(", ")) == {SEEN[right.replace("view_", "")] for right in looks}
    assert set(does.split("; ")) == {DONE[right] for right in role.rights - looks}


def test_every_list_opens_for_those_of_the_table_only(role: str, holder: Client) -> None:
    opened = {label for label in labels() if holder.get(address(label, "changelist")).status_code == 200}
    assert opened == LISTS[role]
    adds = {label for label in labels() if holder.get(address(label, "add")).status_code == 200}
    assert adds == ADDS.get(role, set())


def test_every_action_is_offered_to_those_of_the_table_only(role: str, holder: Client) -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.get(email="clerk@tesigo.example")
    found = {
        (model._meta.label, name)
        for model, page in admin.site._registry.items()
        if page.has_view_permission(request)
        for name in page.get_actions(request)
    }
    assert found == ACTIONS.get(role, set())


def test_every_other_page_answers_those_of_the_table_only(role: str, holder: Client) -> None:
    ids = rows()
    for name, (method, given, who) in PAGES.items():
        kwargs = {key: value.format(**ids) if isinstance(value, str) else value for key, value in given.items()}
        answer = getattr(holder, method)(reverse(f"admin:{name}", kwargs=kwargs))
        expected = {200, 302} if role in who else {403, 404}
        assert answer.status_code in expected, (name, answer.status_code)


def test_the_table_knows_every_page_of_the_administration() -> None:
    ordinary = {"changelist", "add", "history", "delete", "change"}
    found = set()

    def walk(patterns: list[URLPattern | URLResolver]) -> None:
        for one in patterns:
            if isinstance(one, URLResolver):
                walk(one.url_patterns)
            elif one.name and one.name.rpartition("_")[2] not in ordinary:
                found.add(one.name)

    walk(admin.site.get_urls())
    app_lists = {"app_list"}
    assert found - FOR_ALL - app_lists == set(PAGES)
    assert set(LISTS) == set(NAMES)


def test_without_a_role_nothing_is_seen(client: Client) -> None:
    sign_in(client, User.objects.create_user("new@tesigo.example", is_staff=True))
    assert client.get("/admin/").status_code == 200
    assert {client.get(address(label, "changelist")).status_code for label in labels()} == {403}


def rows() -> dict[str, Any]:
    """One row of each kind that an address of the table needs."""
    from django.utils import timezone

    from accounts.domain import api_signins, api_tokens
    from accounts.enums import ApiScope
    from accounts.models import ApiSignIn, Device, Mail
    from documents.enums import DocumentState
    from documents.models import Document
    from generation.models import Disclosure
    from privacy.models import DataExport
    from tests.documents.factories import UserFactory
    from tests.generation.making import ordered_document

    person = UserFactory.create()
    payment = ordered_document(owner=person).payments.get()
    Document.objects.filter(pk=payment.document_id).update(state=DocumentState.READY)
    disclosure = Disclosure.objects.create(
        document=payment.document, words="x", ends_at=timezone.now() + timedelta(days=1)
    )  # fmt: skip
    refund = payment.refunds.create(amount=1, cause="x", due_at=timezone.now())
    device = Device.objects.create(user=person, session_key="k" * 32)
    now = timezone.now()
    api_signins.begin(user=person, user_agent="curl/8", now=now)
    token, _shown = api_tokens.make(
        user=person, name="x", scopes=[ApiScope.DOCUMENTS_READ], lasts=timedelta(days=1), has_second_factor=False,
        by=person, now=now,
    )  # fmt: skip
    mail = Mail.objects.create(user=person, to=person.email, template="ready", state="sent", due_at=None)
    colleague = User.objects.create_user("other@tesigo.example", is_staff=True)
    return {
        "disclosure": disclosure.pk,
        "person": person.pk, "refund": refund.pk, "device": device.pk, "mail": mail.pk, "staff": colleague.pk,
        "sign_in": ApiSignIn.objects.get(user=person).pk, "token": token.pk,
        "data_export": DataExport.objects.create(user=person, state="failed", due_at=None).pk,
    }  # fmt: skip
