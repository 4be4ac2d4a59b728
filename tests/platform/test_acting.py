"""A right that somebody takes away at the moment in which it is used is not used any more."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.domain import staff
from accounts.enums import MailState, StopReason
from accounts.models import Mail, MailStop, User
from billing.enums import PriceListState
from billing.models import PriceList, Refund
from privacy.enums import ExportState
from privacy.models import DataExport, Erasure
from tesigo.platform.models import BackupRun
from tests.documents.factories import UserFactory
from tests.generation.making import ordered_document
from tests.lock_waits import elsewhere, until_somebody_waits
from tests.staff import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

Path = Callable[[User], tuple[str, dict[str, Any]]]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss@tesigo.example")


def take(user: User, *, by: User) -> None:
    """Takes all rights and roles away from somebody who stays one of staff."""
    staff.set_rights(user=user, roles=[], has_all=False, is_staff=True, by=by)


def test_who_loses_all_rights_at_the_same_moment_hands_none_on(boss: User, pool: ThreadPoolExecutor) -> None:
    giver = User.objects.create_superuser("giver@tesigo.example")
    friend = User.objects.create_user("friend@tesigo.example", is_staff=True)
    with transaction.atomic():
        take(giver, by=boss)
        given = elsewhere(
            pool, lambda: staff.set_rights(user=friend, roles=["Finance"], has_all=True, is_staff=True, by=giver)
        )
        until_somebody_waits()
    with pytest.raises(staff.RightsGone):
        given.result(60)
    friend.refresh_from_db()
    assert not friend.is_superuser
    assert not friend.groups.exists()


def test_who_is_no_staff_or_is_blocked_has_no_right_any_more(boss: User) -> None:
    other = User.objects.create_superuser("other@tesigo.example")
    for change in ({"is_active": False}, {"is_active": True, "is_staff": False}):
        User.objects.filter(pk=other.pk).update(**change)
        for right in (None, "billing.refund_payment"):
            with pytest.raises(staff.RightsGone), staff.acting(by=other, right=right):
                raise AssertionError("the right is gone")


def test_somebody_who_became_staff_meanwhile_is_for_those_with_all_rights(boss: User) -> None:
    clerk = User.objects.create_user("clerk@tesigo.example", is_staff=True)
    clerk.groups.add(Group.objects.get(name="Support"))
    ada = UserFactory.create()
    with staff.acting(by=clerk, right="accounts.block_user", about=ada):
        pass
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    with pytest.raises(staff.RightsGone), staff.acting(by=clerk, right="accounts.block_user", about=ada):
        raise AssertionError("the right is gone")
    with staff.acting(by=boss, right="accounts.block_user", about=ada):
        pass


def _refund(ada: User) -> tuple[str, dict[str, Any]]:
    payment = ordered_document(owner=ada).payments.get()
    form = {"action": "refund", "_selected_action": str(payment.pk), "reason": "Pages are missing."}
    return "/admin/billing/payment/", form | {"once": "5d4f7c1e-0000-4000-8000-000000000001"}


def _activation(ada: User) -> tuple[str, dict[str, Any]]:
    draft = PriceList.objects.create(version=2, price_per_page=1, created_by=ada)
    return f"/admin/billing/pricelist/{draft.pk}/move/activate/", {"reason": "Autumn."}


def _end_of_test(ada: User) -> tuple[str, dict[str, Any]]:
    arm = PriceList.objects.create(version=2, price_per_page=1, variant="B", state="active", created_by=ada)
    return f"/admin/billing/pricelist/{arm.pk}/move/end-test/", {"reason": "Autumn."}


def _about(what: str) -> Path:
    return lambda ada: (f"/admin/people/{ada.pk}/{what}/", {"sure": "yes"})


def _mail(ada: User) -> Mail:
    made: Mail = Mail.objects.create(user=ada, to=ada.email, template="ready", state=MailState.SENT, due_at=None)
    return made


def _one_mail(ada: User) -> tuple[str, dict[str, Any]]:
    return f"/admin/people/{ada.pk}/mails/{_mail(ada).pk}/", {}


def _mails(ada: User) -> tuple[str, dict[str, Any]]:
    return "/admin/accounts/mail/", {"action": "send_again", "_selected_action": _mail(ada).pk}


def _stops(ada: User) -> tuple[str, dict[str, Any]]:
    stop = MailStop.objects.create(user=ada, address_hash=b"x" * 32, reason=StopReason.BOUNCED)
    return "/admin/accounts/mailstop/", {"action": "lift", "_selected_action": stop.pk}


def _work_given_up(ada: User) -> tuple[str, dict[str, Any]]:
    now = timezone.now()
    row = DataExport.objects.create(user=ada, asked_at=now, state=ExportState.FAILED, given_up_at=now, due_at=None)
    return f"/admin/waiting/data_export/{row.pk}/again/", {}


def _backup(ada: User) -> tuple[str, dict[str, Any]]:
    return "/admin/backups/take/", {"kind": "full"}


@pytest.mark.parametrize(
    ("role", "asked", "is_undone"),
    [
        ("Finance", _refund, lambda ada: not Refund.objects.exists()),
        ("Pricing", _activation, lambda ada: PriceList.objects.get(version=2).state == PriceListState.DRAFT),
        ("Pricing", _end_of_test, lambda ada: PriceList.objects.get(version=2).state == PriceListState.ACTIVE),
        ("Support", _about("block"), lambda ada: User.objects.get(pk=ada.pk).is_active),
        ("Privacy officer", _about("export"), lambda ada: not DataExport.objects.exists()),
        ("Privacy officer", _about("erase"), lambda ada: not Erasure.objects.exists()),
        ("Support", _one_mail, lambda ada: Mail.objects.count() == 1),
        ("Support", _mails, lambda ada: Mail.objects.count() == 1),
        ("Support", _stops, lambda ada: MailStop.objects.exists()),
        ("Privacy officer", _work_given_up, lambda ada: DataExport.objects.get().due_at is None),
        ("Operations", _backup, lambda ada: not BackupRun.objects.exists()),
    ],
)
def test_a_role_taken_away_at_the_same_moment_is_not_used_any_more(
    boss: User,
    client: Client,
    pool: ThreadPoolExecutor,
    settings: Settings,
    role: str,
    asked: Path,
    is_undone: Callable[[User], bool],
) -> None:
    settings.BACKUP_PLACES = ["somewhere"]
    clerk = User.objects.create_user("clerk@tesigo.example", is_staff=True)
    clerk.groups.add(Group.objects.get(name=role))
    sign_in(client, clerk)
    ada = UserFactory.create()
    path, form = asked(ada)
    with transaction.atomic():
        take(clerk, by=boss)
        answer = elsewhere(pool, lambda: client.post(path, form))
        until_somebody_waits()
    assert answer.result(60).status_code in {302, 403}
    assert is_undone(ada)
