"""Every field about people is classified, in every app: exported or not, erased how, masked or not, kept how long."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import CharField, Field, GenericIPAddressField, JSONField, Model, TextField
from django.utils import timezone

from accounts.models import Mail, User
from privacy import registry
from privacy.registry import INNER, WORDS, Erased, Holds, PersonalData, Retained, Rows
from tests.documents.factories import UserFactory

#: Few words, of ours or of Stripe's: the lines of a price, the name of a style, why a bank took money back.
CODES = {"billing.Payment.lines", "documents.Document.citation_style", "billing.Dispute.reason"}
#: The apps that are ours; of others a declaration may say in one word how the rest of a model's fields is treated.
OURS = ["platform", "privacy", "accounts", "documents", "billing", "generation"]


def fields_of(model: type[Model]) -> list["Field[object, object]"]:
    return [*model._meta.concrete_fields, *model._meta.many_to_many]


def classified() -> Iterator[tuple[str, type[Model], Rows, "Field[object, object]", registry.Field]]:
    for model, rows in registry.all_rows():
        for field in fields_of(model):
            if (treated := rows.treats(field.name)) is not None:
                yield f"{model._meta.label}.{field.name}", model, rows, field, treated


def test_every_field_of_every_installed_model_is_classified() -> None:
    missing = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in fields_of(model)
        if registry.field_of(model, field.name) is None
    ]
    assert not missing, f"classify in <app>/personal_data.py: {missing}"


def test_nothing_is_classified_that_is_gone() -> None:
    stale = [
        f"{model._meta.label}.{name}"
        for model, rows in registry.all_rows()
        for name in (*rows.fields, *rows.files)
        if name not in {field.name for field in fields_of(model)}
    ]
    assert not stale


def test_of_our_own_models_each_field_is_named() -> None:
    assert not [model for model, rows in registry.all_rows() if rows.others and model._meta.app_label in OURS]


def test_a_field_that_nobody_named_is_found() -> None:
    rows = Rows({"name": WORDS}, of="pk")
    assert rows.treats("email") is None
    assert Rows({"name": WORDS}, others=INNER).treats("email") is not None


def test_what_a_field_holds_decides_whether_a_log_and_an_export_may_show_it() -> None:
    for name, _model, _rows, field, treated in classified():
        if treated.holds is Holds.SECRET:
            assert treated.masked, name
            assert not treated.exported, name
        is_free = isinstance(field, TextField | JSONField | GenericIPAddressField) or (
            isinstance(field, CharField) and not field.choices and (field.max_length or 256) > 20
        )
        if treated.holds is Holds.PERSONAL and is_free and name not in CODES:
            assert treated.masked, f"{name} holds free words about a person"


def test_what_an_erasure_leaves_of_a_person_says_why() -> None:
    for model, rows in registry.all_rows():
        if rows.of is None:
            assert rows.why, f"{model._meta.label}: say why its rows are nobody's"
        if rows.erased is Erased.KEPT:
            assert rows.why, f"{model._meta.label}: say why its rows stay"


def test_of_rows_that_stay_no_words_and_no_way_in_are_kept() -> None:
    for name, _model, rows, _field, treated in classified():
        if rows.erased is Erased.KEPT and (treated.masked and not name.endswith(("_hash", "idempotency_key"))):
            assert treated.erased is Erased.CLEARED, f"{name} would outlive its person"


def test_what_hangs_on_nothing_ends_by_a_rule_the_books_or_the_account() -> None:
    kept = {model._meta.label: registry.retained(model) for model, _rows in registry.all_rows()}
    assert kept["accounts.Mail"] is Retained.RULE
    assert kept["billing.Payment"] is Retained.BOOKS
    assert kept["privacy.AuditEvent"] is Retained.TRAIL
    assert kept["accounts.User"] is Retained.ACCOUNT
    ends = {Retained.HOUSE, Retained.TRAIL}
    about_people = {model._meta.label for model, rows in registry.all_rows() if rows.of is not None}
    assert {label for label in about_people if kept[label] in ends} == {"privacy.AuditEvent"}


@pytest.mark.django_db
def test_every_way_to_a_persons_rows_can_be_gone() -> None:
    ada, bo = UserFactory.create(email="ada@university.example"), UserFactory.create(email="bo@university.example")
    mail = Mail.objects.create(user=ada, to=ada.email, template="ready")
    for model, rows in registry.all_rows():
        found = set(registry.of_person(model, rows, bo).values_list("pk", flat=True))
        assert found == ({bo.pk} if model is User else set()), model
        list(registry.of_person(model, rows, ada)[:5])
    rows_of_mail = registry.rows_of(Mail)
    assert rows_of_mail is not None
    assert list(registry.of_person(Mail, rows_of_mail, ada)) == [mail]


def test_every_rule_is_about_rows_that_exist() -> None:
    for rule in registry.retention_rules():
        assert str(rule.label)
        str(rule.due(timezone.now()).query)


def test_an_app_declares_once() -> None:
    with pytest.raises(ValueError, match="already"):
        registry.register(PersonalData(app="accounts", rows={}))


@pytest.mark.parametrize("app", OURS)
def test_an_app_with_something_about_people_exports_and_erases_it(app: str) -> None:
    declared = registry.declared(app)
    assert declared is not None
    about_people = [rows for rows in declared.rows.values() if rows.of is not None]
    if not about_people:
        return
    assert declared.erase, f"{app} has rows about people and no piece that erases them"
    treated = [field for rows in about_people for field in rows.fields.values()]
    assert any(field.exported for field in treated), f"{app} exports nothing"


@pytest.mark.django_db
def test_what_several_finders_need_is_looked_for_once_in_a_block() -> None:
    ada, bo = UserFactory.create(), UserFactory.create()
    looks: list[int] = []

    def look(user: AbstractBaseUser) -> int:
        looks.append(user.pk)
        return user.pk

    with registry.remembering():
        assert [registry.once(look, user) for user in (ada, ada, bo)] == [ada.pk, ada.pk, bo.pk]
        assert looks == [ada.pk, bo.pk]
    registry.once(look, ada)
    assert looks == [ada.pk, bo.pk, ada.pk]
