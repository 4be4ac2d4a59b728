"""Members of staff are made, given roles, blocked and helped by those with all rights, who cannot raise their own."""

import re
import threading

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from accounts.domain import people, staff
from accounts.models import StaffAccess, User
from privacy.models import AuditEvent
from tests.staff import enrol, sign_in

PAGE = "/admin/staff/"


@pytest.fixture
def boss(db: None, client: Client) -> User:
    return sign_in(client, User.objects.create_superuser("boss@tesigo.example"))


def test_a_colleague_is_made_with_roles_and_a_password_shown_once(client: Client, boss: User) -> None:
    page = client.post(PAGE, {"email": "Clerk@Tesigo.example", "roles": ["Pricing", "Finance"]}).content.decode()
    password = re.search(r"<code>([\w-]{20})</code>", page)[1]
    made = User.objects.get(email="clerk@tesigo.example")
    assert (made.is_staff, made.is_superuser, made.check_password(password)) == (True, False, True)
    assert sorted(made.groups.values_list("name", flat=True)) == ["Finance", "Pricing"]
    assert password not in client.get(PAGE).content.decode()
    assert AuditEvent.objects.get(action="staff.roles_changed").details == {"roles": [[], ["Finance", "Pricing"]]}
    other = Client()
    other.post("/admin/login/", {"username": made.email, "password": password})
    enrol(other)
    assert other.get("/admin/")["Location"].startswith("/admin/login/")


def test_rights_change_with_before_and_after_and_end_with_being_staff(client: Client, boss: User) -> None:
    clerk = User.objects.create_user("clerk@tesigo.example", "a long pass phrase", is_staff=True)
    browser = Client()
    sign_in(browser, clerk)
    client.post(f"{PAGE}{clerk.pk}/", {"roles": ["Support"], "has_all": "on", "is_staff": "on"})
    clerk.refresh_from_db()
    assert clerk.is_superuser
    assert AuditEvent.objects.get(action="staff.rights_changed").details == {"is_superuser": [False, True]}
    client.post(f"{PAGE}{clerk.pk}/", {"roles": ["Support"]})
    clerk.refresh_from_db()
    assert (clerk.is_staff, clerk.is_superuser, clerk.has_usable_password()) == (False, False, False)
    assert not clerk.groups.exists()
    assert not Authenticator.objects.filter(user=clerk).exists()
    assert browser.get("/admin/")["Location"].startswith("/admin/login/")


def test_only_what_has_changed_is_in_the_trail(client: Client, boss: User) -> None:
    clerk = User.objects.create_user("clerk@tesigo.example", is_staff=True)
    client.post(f"{PAGE}{clerk.pk}/", {"roles": ["Support"], "is_staff": "on"})
    changes = AuditEvent.objects.filter(object_id=str(clerk.pk), action__endswith="_changed")
    assert [event.action for event in changes] == ["staff.roles_changed"]
    client.post(f"{PAGE}{clerk.pk}/", {"roles": ["Support"], "has_all": "on", "is_staff": "on"})
    assert sorted(event.action for event in changes.all()) == ["staff.rights_changed", "staff.roles_changed"]


def test_who_lost_all_rights_meanwhile_takes_nobody_elses(db: None) -> None:
    """Their request had begun before: who they are was read when they still had them."""
    boss, clerk, _other = (
        User.objects.create_superuser(f"{name}@tesigo.example") for name in ("boss", "clerk", "other")
    )
    User.objects.filter(pk=boss.pk).update(is_superuser=False)
    assert boss.is_superuser
    with pytest.raises(staff.NotAllowed):
        staff.set_rights(user=clerk, roles=[], has_all=False, is_staff=True, by=boss)
    clerk.refresh_from_db()
    assert clerk.is_superuser
    assert not AuditEvent.objects.filter(object_id=str(clerk.pk)).exists()


def test_nobody_changes_their_own_rights_password_or_factor_here(client: Client, boss: User) -> None:
    mine = f"{PAGE}{boss.pk}/"
    assert client.post(mine, {"roles": []}).status_code == 422
    for what in ("password", "second-factor", "block"):
        client.post(f"{mine}{what}/")
    boss.refresh_from_db()
    assert (boss.is_superuser, boss.is_staff, boss.is_active) == (True, True, True)
    assert client.get("/admin/").status_code == 200


def test_only_those_with_all_rights_get_here(client: Client, db: None) -> None:
    clerk = User.objects.create_user("clerk@tesigo.example", is_staff=True)
    clerk.groups.set(Group.objects.all())
    sign_in(client, clerk)
    other = User.objects.create_user("other@tesigo.example", is_staff=True)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"email": "x@tesigo.example", "roles": ["Support"]}).status_code == 403
    for path in (f"{other.pk}/", f"{clerk.pk}/"):
        assert client.post(f"{PAGE}{path}", {"has_all": "on", "is_staff": "on"}).status_code == 403
    assert client.post(f"{PAGE}{other.pk}/password/").status_code == 403


def test_a_lost_password_and_a_lost_factor_are_helped(client: Client, boss: User) -> None:
    clerk = User.objects.create_user("clerk@tesigo.example", "a long pass phrase", is_staff=True)
    browser = Client()
    sign_in(browser, clerk)
    page = client.post(f"{PAGE}{clerk.pk}/password/").content.decode()
    password = re.search(r"<code>([\w-]{20})</code>", page)[1]
    clerk.refresh_from_db()
    assert clerk.check_password(password)
    assert StaffAccess.objects.get(user=clerk).first_password_until is not None
    client.post(f"{PAGE}{clerk.pk}/second-factor/")
    assert not Authenticator.objects.filter(user=clerk).exists()
    assert browser.get("/admin/")["Location"].startswith("/admin/login/")


def test_a_students_address_becomes_no_staff(client: Client, boss: User) -> None:
    User.objects.create_user("ada@university.example")
    answer = client.post(PAGE, {"email": "ada@university.example", "roles": ["Support"]})
    assert answer.status_code == 422
    assert not User.objects.get(email="ada@university.example").is_staff


@pytest.mark.django_db(transaction=True)
def test_two_who_block_each_other_at_once_leave_one() -> None:
    one, two = (User.objects.create_superuser(f"{name}@tesigo.example") for name in ("one", "two"))
    outcomes: list[bool] = []

    def block(user: User, by: User) -> None:
        try:
            outcomes.append(people.block(user=user, by=by))
        except staff.NotAllowed:
            outcomes.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=block, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == [False, True]
    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1
