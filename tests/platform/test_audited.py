"""Every page of the administration leaves its trail (R-76), with before and after and without a word about people."""

from decimal import Decimal

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from accounts.models import Mail, User
from billing.models import PriceList, PromoCode
from generation.models import AIModel, Budget
from privacy import registry
from privacy.models import AuditEvent, Consent
from privacy.registry import Holds
from tesigo.audited import Audited, is_about_people, kept
from tests.documents.factories import DocumentFactory, UserFactory
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client: Client) -> User:
    return sign_in(client, User.objects.create_superuser("boss@tesigo.example"))


def trail(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action))


def test_every_registered_page_is_audited() -> None:
    assert [model for model, page in admin.site._registry.items() if not isinstance(page, Audited)] == []


def test_every_model_with_something_personal_counts_as_about_people() -> None:
    for model in admin.site._registry:
        fields = (registry.field_of(model, field.name) for field in model._meta.concrete_fields)
        kinds = {field.holds for field in fields if field}
        assert is_about_people(model) or Holds.PERSONAL not in kinds, model


def test_a_look_at_a_person_a_document_a_mail_and_consents_leaves_one_row_each(client: Client, boss: User) -> None:
    ada = UserFactory.create(email="ada@university.example")
    document = DocumentFactory.create(owner=ada)
    mail = Mail.objects.create(user=ada, to=ada.email, template="ready")
    consent = Consent.objects.create(user=ada, kind="essential", granted=True, policy_version="1")
    for row in (ada, document, mail, consent):
        label = row._meta.label_lower
        assert client.get(f"/admin/{label.replace('.', '/')}/{row.pk}/change/").status_code == 200
        seen = AuditEvent.objects.get(action="staff.looked", object_type=label)
        assert (seen.object_id, seen.actor_id) == (str(row.pk), boss.pk)
    assert "university.example" not in str(list(AuditEvent.objects.values()))


def test_a_list_leaves_one_row_however_many_it_shows(client: Client, boss: User) -> None:
    UserFactory.create_batch(3)
    client.get("/admin/accounts/user/?q=ada@university.example")
    (seen,) = trail("staff.looked")
    assert seen.details == {"at": "accounts.user", "searched": True}
    client.get("/admin/generation/personallimit/")
    client.get("/admin/autocomplete/?app_label=generation&model_name=personallimit&field_name=person&term=ada")
    assert [event.details["at"] for event in trail("staff.looked")[1:]] == [
        "generation.personallimit",
        "personallimit search",
    ]


def test_a_page_about_nobody_leaves_none(client: Client, boss: User) -> None:
    client.get("/admin/generation/aimodel/")
    assert trail("staff.looked") == []


def test_a_change_of_premium_says_what_was_and_is(client: Client, boss: User) -> None:
    ada = UserFactory.create()
    client.post(f"/admin/accounts/user/{ada.pk}/change/", {"is_premium": "on"})
    (event,) = trail("admin.changed")
    assert (event.object_type, event.object_id) == ("accounts.user", str(ada.pk))
    assert event.details == {"is_premium": [False, True]}


def test_a_change_of_a_price_its_tiers_a_code_a_model_and_a_budget_says_what_was_and_is(
    client: Client, boss: User
) -> None:
    tiers = {
        "tiers-TOTAL_FORMS": "1",
        "tiers-INITIAL_FORMS": "0",
        "tiers-MIN_NUM_FORMS": "0",
        "tiers-MAX_NUM_FORMS": "9",
    }
    form = {"price_per_page": "0.60", "discount_percent": "0", "variant": "A", "weight": "100", "note": "secret words"}
    tier = {"tiers-0-from_page": "50", "tiers-0-price_per_page": "0.55"}
    assert client.post("/admin/billing/pricelist/add/", form | tiers | tier).status_code == 302
    (added,) = trail("admin.added")
    assert added.details["price_per_page"] == "0.6"
    assert added.details["below"][0]["price_per_page"] == "0.55"
    draft = PriceList.objects.latest("pk")
    again = form | tiers | {"price_per_page": "0.70"}
    assert client.post(f"/admin/billing/pricelist/{draft.pk}/change/", again).status_code == 302
    assert trail("admin.changed")[-1].details["price_per_page"] == ["0.6", "0.7"]

    code = {"code": "SPRING", "percent": "20", "enabled": "on"}
    client.post("/admin/billing/promocode/add/", code)
    made = PromoCode.objects.get()
    client.post(f"/admin/billing/promocode/{made.pk}/change/", code | {"percent": "25"})
    assert trail("admin.changed")[-1].details["percent"] == ["20", "25"]
    client.post(f"/admin/billing/promocode/{made.pk}/delete/", {"post": "yes"})
    assert trail("admin.deleted")[-1].details["percent"] == "25"

    budget = Budget.objects.exclude(euros=None).first()
    client.post(f"/admin/generation/budget/{budget.pk}/change/", {"euros": "77"})
    assert trail("budget.changed")[-1].details["euros"][1] == "77"
    model = AIModel.objects.first()
    listed = {"form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0"}
    client.post("/admin/generation/aimodel/", listed | {"action": "delete_selected", "_selected_action": str(model.pk)})
    assert trail("admin.action")[-1].details["ids"] == [str(model.pk)]


def test_of_what_is_personal_or_not_known_only_that_it_changed_is_kept() -> None:
    assert kept(User, "name", "Ada Lovelace") == "changed"
    assert kept(User, "password", "scrypt$…") == "changed"
    assert kept(User, "no_such_field", "Ada") == "changed"
    assert kept(User, "is_premium", True) is True
    assert kept(PriceList, "price_per_page", Decimal("0.50")) == "0.5"
    assert kept(PriceList, "starts_at", timezone.now().date()) == timezone.now().date().isoformat()
