"""Features for named people, a share of all, or everybody (R-130): always the same people, without a query more."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from privacy.domain import erasure
from privacy.models import AuditEvent
from tesigo.platform import flags
from tesigo.platform.flags import Feature, Known, Rule
from tesigo.platform.models import Flag, FlagPerson, FlagState
from tests.documents.factories import UserFactory
from tests.staff import sign_in

NAME = "trial-of-lamps"
MANY = range(1, 1001)


@pytest.fixture
def feature(monkeypatch: pytest.MonkeyPatch) -> Iterator[Feature]:
    """A feature of this test, off until somebody changes it; nothing is known of rows before or after it."""
    monkeypatch.setattr(flags, "_features", dict(flags._features))
    flags.forget()
    yield flags.declare(NAME, "Lamps that are lit from afar.")
    flags.forget()


@pytest.fixture
def boss(client: Client) -> User:
    return sign_in(client, User.objects.create_superuser("boss@tesigo.example"))


def share(percent: int, *, name: str = NAME) -> set[int]:
    """Who of a thousand has a share of ``percent``."""
    rule = Rule(FlagState.SHARE, percent, frozenset())
    return {number for number in MANY if rule.includes(name, User(pk=number))}


def test_a_share_is_about_as_large_as_it_says_and_always_the_same_people() -> None:
    assert 170 <= len(share(20)) <= 230
    assert share(20) == share(20)
    assert (share(0), share(100)) == (set(), set(MANY))
    # Of this person no other version, process or machine may think otherwise.
    assert [flags.place(NAME, number) for number in (1, 2, 3)] == [52, 55, 61]


def test_a_share_that_grows_keeps_those_who_are_in() -> None:
    grown = [share(percent) for percent in (1, 5, 20, 21, 60, 99)]
    assert all(small < large for small, large in pairwise(grown))


def test_each_feature_has_other_people_first() -> None:
    both = share(20) & share(20, name="another")
    assert 20 <= len(both) <= 60, "4 % of a thousand where the two have nothing to do with each other"


@pytest.mark.django_db
def test_without_a_row_the_declaration_holds(feature: Feature) -> None:
    ada = UserFactory.create()
    assert not feature.is_on(person=ada)
    assert flags.declare("old-lamps", "Lamps.", is_on_by_default=True).is_on(person=None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "percent", "named", "other", "nobody"),
    [
        (FlagState.OFF, 100, False, False, False),
        (FlagState.ON, 0, True, True, True),
        (FlagState.PEOPLE, 100, True, False, False),
        (FlagState.SHARE, 0, True, False, False),
        (FlagState.SHARE, 100, True, True, False),
    ],
)
def test_who_has_it(feature: Feature, state: str, percent: int, named: bool, other: bool, nobody: bool) -> None:
    ada, bo = UserFactory.create_batch(2)
    Flag.objects.create(name=NAME, state=state, share_percent=percent).named.create(user=ada)
    Flag.objects.create(name="another", state=FlagState.PEOPLE).named.create(user=bo)
    has = [feature.is_on(person=person) for person in (ada, bo, None, AnonymousUser())]
    assert has == [named, other, nobody, nobody]


@pytest.mark.django_db
def test_a_process_asks_once_for_all_flags_until_what_it_knows_is_old() -> None:
    now = 1000.0
    known = Known(clock=lambda: now)
    with CaptureQueriesContext(connection) as asked:
        assert known.rules() == {}
        Flag.objects.create(name=NAME, state=FlagState.ON)
        before = len(asked)
        now += flags.READ_AGAIN_SECONDS - 1
        assert [known.rules() for _ in range(50)] == [{}] * 50
        assert len(asked) == before
        now += 1
        assert known.rules() == {NAME: Rule(FlagState.ON, 0, frozenset())}
        assert len(asked) == before + 1


@pytest.mark.django_db
def test_while_one_thread_reads_anew_others_go_by_what_was_known() -> None:
    now = 1000.0
    known = Known(clock=lambda: now)
    known.rules()
    now += flags.READ_AGAIN_SECONDS
    with known._reading, CaptureQueriesContext(connection) as asked:
        assert known.rules() == {}
    assert len(asked) == 0


def test_what_is_not_declared_or_ill_named_or_declared_twice_is_refused(feature: Feature) -> None:
    with pytest.raises(flags.UnknownFlag, match="nowhere"):
        flags.named("nowhere")
    with pytest.raises(ValueError, match="declared already"):
        flags.declare(NAME, "Lamps.")
    for name in ("Lamps", "lamps_off", "-lamps", "", "x" * 61):
        with pytest.raises(ValueError, match="no name for a feature"):
            flags.declare(name, "Lamps.")
    assert flags.named(NAME) in flags.features()


@pytest.mark.django_db
def test_the_database_keeps_shares_and_states_within_bounds() -> None:
    for wrong, constraint in (({"share_percent": 101}, "percentage"), ({"state": "maybe"}, "state_is_known")):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Flag.objects.create(name=NAME, **wrong)
    flag, ada = Flag.objects.create(name=NAME), UserFactory.create()
    flag.named.create(user=ada)
    with pytest.raises(IntegrityError, match="flagperson_once"), transaction.atomic():
        flag.named.create(user=ada)


@pytest.mark.django_db(transaction=True)
def test_staff_roll_a_feature_out_and_take_it_back_with_a_trail(feature: Feature, client: Client, boss: User) -> None:
    ada = UserFactory.create()
    assert not feature.is_on(person=ada)
    lists, people = "/admin/platform/flag/", "/admin/platform/flagperson/"
    assert "Lamps that are lit from afar." in client.get(lists).content.decode()
    page = client.post(f"{lists}add/", {"name": NAME, "state": "people", "share_percent": "0"}, follow=True)
    assert "Nobody is named for trial-of-lamps yet" in page.content.decode()
    client.post(f"{people}add/", {"flag": NAME, "user": str(ada.pk)})
    # This process knows at once.
    assert feature.is_on(person=ada)
    assert not feature.is_on(person=boss)
    again = client.post(f"{people}add/", {"flag": NAME, "user": str(ada.pk)}).content.decode()
    assert "This person is named for this feature already." in again
    too_large = client.post(f"{lists}{NAME}/change/", {"state": "share", "share_percent": "101"}).content.decode()
    assert "A share is between 0 and 100 percent." in too_large
    client.post(f"{lists}{NAME}/change/", {"state": "share", "share_percent": "100"})
    assert feature.is_on(person=boss)
    named = FlagPerson.objects.get()
    client.post(f"{people}{named.pk}/delete/", {"post": "yes"})
    client.post(f"{lists}{NAME}/delete/", {"post": "yes"})
    assert not feature.is_on(person=ada)
    trail = AuditEvent.objects.filter(object_type__startswith="platform.flag").exclude(action="staff.looked")
    assert list(trail.order_by("pk").values_list("action", "actor_id", "details")) == [
        ("admin.added", boss.pk, {"name": NAME, "state": "people"}),
        ("admin.added", boss.pk, {"flag": NAME, "user": str(ada.pk)}),
        ("admin.changed", boss.pk, {"state": ["people", "share"], "share_percent": [0, 100]}),
        ("admin.deleted", boss.pk, {"flag": NAME, "user": ada.pk, "named_at": named.named_at.isoformat()}),
        ("admin.deleted", boss.pk, {"state": "share", "share_percent": 100}),
    ]


@pytest.mark.django_db
def test_staff_can_add_only_what_is_declared_and_see_what_is_not_any_more(
    feature: Feature, client: Client, boss: User
) -> None:
    refused = client.post("/admin/platform/flag/add/", {"name": "nowhere", "state": "on", "share_percent": "0"})
    assert refused.status_code == 200
    assert not Flag.objects.exists()
    Flag.objects.create(name="gone-by-now")
    assert "This version has no such feature" in client.get("/admin/platform/flag/").content.decode()


@pytest.mark.django_db
def test_people_are_chosen_by_address_and_the_list_leads_to_them(feature: Feature, client: Client, boss: User) -> None:
    ada = UserFactory.create(email="ada@university.example")
    UserFactory.create(email="bo@university.example")
    asked = {"app_label": "platform", "model_name": "flagperson", "field_name": "user", "term": "university"}
    found = client.get("/admin/autocomplete/", asked).json()["results"]
    assert {one["text"].split()[0] for one in found} == {"ada@university.example", "bo@university.example"}
    Flag.objects.create(name=NAME, state=FlagState.PEOPLE).named.create(user=ada)
    listed = client.get("/admin/platform/flag/").content.decode()
    address = f"/admin/platform/flagperson/?flag__name__exact={NAME}"
    assert f'<a href="{address}">1</a>' in listed
    assert "ada@university.example" in client.get(address).content.decode()


@pytest.mark.django_db
def test_where_nothing_is_left_to_add_staff_are_led_to_the_list(feature: Feature, client: Client, boss: User) -> None:
    assert client.get("/admin/platform/flag/add/").status_code == 200
    for one in flags.features():
        Flag.objects.create(name=one.name)
    answer = client.get("/admin/platform/flag/add/", follow=True)
    assert answer.redirect_chain == [("/admin/platform/flag/", 302)]
    assert "Every feature is in this list already" in answer.content.decode()


@pytest.mark.django_db
def test_an_erasure_leaves_nobody_named(feature: Feature) -> None:
    ada, bo = UserFactory.create_batch(2)
    flag = Flag.objects.create(name=NAME, state=FlagState.PEOPLE)
    for person in (ada, bo):
        flag.named.create(user=person)
    row = erasure.ask(user=ada, by=None, at_once=True, now=timezone.now())
    assert erasure.work(erasure_id=row.pk)
    assert [one.user for one in FlagPerson.objects.all()] == [bo]
