"""One page per person for staff, and what may be done about each thing on it (R-117)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.domain import api_signins, api_tokens, people
from accounts.domain.staff import NotAllowed
from accounts.enums import ApiScope, MailState
from accounts.errors import TokenRefused
from accounts.models import ApiSignIn, ApiToken, Device, Mail, SignInRequest, User
from billing.models import Refund
from privacy.models import AuditEvent, Consent
from tests.api.calling import signed_in, with_token
from tests.documents.factories import UserFactory
from tests.generation.making import ordered_document
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

ADDRESS = "ada@university.example"


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory.create(email=ADDRESS, name="Ada Lovelace")


@pytest.fixture
def boss(client: Client) -> User:
    return sign_in(client, User.objects.create_superuser("boss@tesigo.example"))


def page_of(person: User) -> str:
    return f"/admin/people/{person.pk}/"


def things(person: User, count: int) -> None:
    """``count`` rows of everything that hangs on a person."""
    now = timezone.now()
    for number in range(count):
        document = ordered_document(owner=person, topic=f"Lighthouse {number}")
        payment = document.payments.get()
        payment.refunds.create(amount=Decimal("0.10"), cause=f"c{number}", due_at=now)
        document.jobs.create(kind="writing", sort_key=number)
        Mail.objects.create(user=person, to=person.email, template="ready", state=MailState.SENT, due_at=None)
        Device.objects.create(user=person, session_key=f"{number:032}")
        signed_in(person)
        with_token(person, ApiScope.DOCUMENTS_READ)
        Consent.objects.create(user=person, kind="analytics", granted=True, policy_version="1")
        SignInRequest.objects.create(
            email=person.email, email_as_typed=person.email, domain="university.example", token_hash=bytes([number]),
            code_hash=b"c", browser_hash=b"b", expires_at=now + timedelta(minutes=15),
        )  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_shows_everything_with_a_fixed_number_of_queries(
    client: Client, boss: User, ada: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    things(ada, count)
    with django_assert_num_queries(20):
        page = client.get(page_of(ada)).content.decode()
    names = ("documents", "jobs", "payments", "refunds", "devices", "programs", "tokens", "signins", "consents")
    for name in names:
        section = page.split(f'id="{name}-title"')[1].split("</section>")[0]
        assert section.count("<tr>") == count + 1, name
    # The mails that tell of the tokens are among them; of the trail there is nothing but this look.
    for name, rows in (("mails", 2 * count), ("trail", 1)):
        assert page.split(f'id="{name}-title"')[1].split("</section>")[0].count("<tr>") == rows + 1, name
    assert "Ada Lovelace" in page
    assert AuditEvent.objects.filter(action="staff.looked", object_id=str(ada.pk)).count() == 1


def test_what_is_more_than_ten_is_a_search_by_address_away(client: Client, boss: User, ada: User) -> None:
    Mail.objects.bulk_create(
        Mail(user=ada, to=ada.email, template="ready", state=MailState.SENT, due_at=None) for _ in range(11)
    )
    page = client.get(page_of(ada)).content.decode()
    assert page.split('id="mails-title"')[1].split("</section>")[0].count("<tr>") == 11
    assert "/admin/accounts/mail/?q=ada%40university.example" in page


def test_a_role_sees_its_own_parts_of_the_page(client: Client, ada: User) -> None:
    things(ada, 1)
    clerk = User.objects.create_user("clerk@tesigo.example", is_staff=True)
    clerk.groups.add(Group.objects.get(name="Finance"))
    sign_in(client, clerk)
    page = client.get(page_of(ada)).content.decode()
    assert 'id="payments-title"' in page
    for hidden in ("mails", "devices", "programs", "tokens", "signins", "consents", "trail", "documents"):
        assert f'id="{hidden}-title"' not in page
    assert "Block" not in page


def test_blocking_ends_sessions_and_letting_in_again_undoes_it(client: Client, boss: User, ada: User) -> None:
    browser = Client()
    browser.force_login(ada)
    epoch = ada.session_epoch
    client.post(f"{page_of(ada)}block/")
    ada.refresh_from_db()
    assert (ada.is_active, ada.session_epoch) == (False, epoch + 1)
    assert browser.get("/account/").status_code == 302
    client.post(f"{page_of(ada)}unblock/")
    ada.refresh_from_db()
    assert ada.is_active
    assert [event.action for event in AuditEvent.objects.filter(action__contains="blocked")] == [
        "user.blocked",
        "user.unblocked",
    ]
    assert AuditEvent.objects.get(action="user.blocked").details == {"is_active": [True, False]}


def test_who_is_blocked_is_not_blocked_a_second_time(boss: User, ada: User) -> None:
    assert people.block(user=ada, by=boss) is True
    ada.refresh_from_db()
    epoch = ada.session_epoch
    assert people.block(user=ada, by=boss) is False
    ada.refresh_from_db()
    assert (ada.is_active, ada.session_epoch) == (False, epoch)
    assert AuditEvent.objects.filter(action="user.blocked").count() == 1


def test_who_may_block_people_blocks_no_colleague(client: Client, ada: User) -> None:
    clerk = User.objects.create_user("clerk@tesigo.example", is_staff=True)
    clerk.groups.add(Group.objects.get(name="Support"))
    colleague = User.objects.create_user("other@tesigo.example", is_staff=True)
    sign_in(client, clerk)
    assert client.post(f"{page_of(colleague)}block/").status_code == 403
    device = Device.objects.create(user=colleague, session_key="s" * 32)
    with_token(colleague, ApiScope.STATS_READ)
    for path in (f"devices/{device.pk}/", f"tokens/{ApiToken.objects.get().pk}/"):
        assert client.post(f"{page_of(colleague)}{path}").status_code == 403
    assert ApiToken.objects.get().revoked_at is None
    assert client.post(f"{page_of(ada)}block/").status_code == 302


def test_an_erased_person_is_not_let_in_again(boss: User) -> None:
    gone = UserFactory.create(email="deleted_7@deleted.invalid", is_active=False)
    assert people.unblock(user=gone, by=boss) is False


def test_about_an_erased_person_nothing_is_offered(client: Client, boss: User, ada: User) -> None:
    assert "Erase at once" in client.get(page_of(ada)).content.decode()
    User.objects.filter(pk=ada.pk).update(email=f"deleted_{ada.pk}@deleted.invalid", is_active=False)
    page = client.get(page_of(ada)).content.decode()
    assert not any(label in page for label in ("Let in again", "Erase at once", "Export their data"))


def test_about_a_colleague_only_who_has_all_rights_is_offered_something(client: Client, ada: User) -> None:
    colleague = UserFactory.create(is_staff=True)
    clerk = sign_in(client, UserFactory.create(email="clerk@tesigo.example", is_staff=True))
    clerk.groups.add(Group.objects.get(name="Support"))
    assert "Sign out everywhere" not in client.get(page_of(colleague)).content.decode()
    assert "Sign out everywhere" in client.get(page_of(ada)).content.decode()


def test_one_browser_is_signed_out(client: Client, boss: User, ada: User) -> None:
    things(ada, 2)
    mine, other = Device.objects.filter(user=ada)
    stranger = Device.objects.create(user=boss, session_key="s" * 32)
    assert client.post(f"{page_of(ada)}devices/{stranger.pk}/").status_code == 404
    client.post(f"{page_of(ada)}devices/{mine.pk}/")
    assert list(Device.objects.filter(user=ada)) == [other]


def test_programs_are_told_of_without_their_secrets_and_end_one_by_one(client: Client, boss: User, ada: User) -> None:
    tokens, script = signed_in(ada), with_token(ada, ApiScope.DOCUMENTS_READ)
    row, token, now = ApiSignIn.objects.get(), ApiToken.objects.get(), timezone.now()
    assert api_signins.by_access_token(tokens.access, now=now) == row
    assert api_tokens.by_token(script.token, now=now) == token
    page = client.get(page_of(ada)).content.decode()
    assert "curl/8" in page
    assert "A script" in page
    assert str(ApiScope.DOCUMENTS_READ.label) in page
    for secret in (tokens.access, tokens.refresh, script.token, token.prefix):
        assert secret not in page
    for path in (f"programs/{row.pk}/", f"tokens/{token.pk}/"):
        assert client.post(f"{page_of(boss)}{path}").status_code == 404
        assert [client.post(f"{page_of(ada)}{path}").status_code for _ in range(2)] == [302, 302]
    with pytest.raises(TokenRefused):
        api_signins.by_access_token(tokens.access, now=now)
    with pytest.raises(TokenRefused):
        api_tokens.by_token(script.token, now=now)
    page = client.get(page_of(ada)).content.decode()
    assert "curl/8" not in page
    assert "A script" not in page
    ended = AuditEvent.objects.filter(action__in=["api.signed_out", "api.token_revoked"])
    assert [event.actor_id for event in ended] == [boss.pk, boss.pk]


def test_a_mail_goes_again_to_the_address_of_today_and_a_sign_in_mail_does_not(
    client: Client, boss: User, ada: User
) -> None:
    mail = Mail.objects.create(
        user=ada, to="old@university.example", template="ready", state=MailState.BOUNCED, due_at=None, context={"a": 1}
    )
    client.post(f"{page_of(ada)}mails/{mail.pk}/")
    new = Mail.objects.exclude(pk=mail.pk).get()
    assert (new.to, new.template, new.context, new.state) == (ADDRESS, "ready", {"a": 1}, MailState.QUEUED)
    signin = Mail.objects.create(user=ada, to=ADDRESS, template="signin", state=MailState.SENT, due_at=None)
    client.post(f"{page_of(ada)}mails/{signin.pk}/")
    assert Mail.objects.count() == 3
    assert AuditEvent.objects.filter(action="mail.sent_again").count() == 1
    assert client.post(f"{page_of(boss)}mails/{mail.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("given", "amount"),
    [({"pages": "3"}, "1.72"), ({"amount": "2.00"}, "2.00"), ({}, "4.01")],
    ids=["pages", "euros", "all"],
)
def test_a_refund_in_pages_is_computed_from_what_the_order_cost(
    client: Client, boss: User, ada: User, given: dict[str, str], amount: str
) -> None:
    """R-69."""
    payment = ordered_document(owner=ada, pages=7).payments.get()
    type(payment).objects.filter(pk=payment.pk).update(amount=Decimal("4.01"))  # 7 pages with discounts
    refund(client, payment, **given)
    assert Refund.objects.get().amount == Decimal(amount)


def test_a_refund_of_more_pages_than_ordered_or_in_both_measures_gives_nothing_back(
    client: Client, boss: User, ada: User
) -> None:
    payment = ordered_document(owner=ada, pages=7).payments.get()
    refund(client, payment, pages="8")
    assert "not both" in refund(client, payment, pages="1", amount="1.00")
    assert not Refund.objects.exists()


def test_nobody_blocks_themselves_and_the_last_with_all_rights_stays(boss: User, ada: User) -> None:
    with pytest.raises(NotAllowed):
        people.block(user=boss, by=boss)
    clerk = User.objects.create_user("clerk@tesigo.example", is_staff=True)
    with pytest.raises(NotAllowed):
        people.block(user=boss, by=clerk)
    User.objects.create_superuser("second@tesigo.example")
    assert people.block(user=boss, by=clerk)


def refund(client: Client, payment: Any, **given: str) -> str:
    form = {"action": "refund", "_selected_action": str(payment.pk), "reason": "Pages are missing."}
    once = {"once": "5d4f7c1e-0000-4000-8000-000000000001"}
    return client.post("/admin/billing/payment/", form | once | given).content.decode()
