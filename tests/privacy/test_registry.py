"""Every field about people is classified, in every app (R-73)."""

import pytest
from django.apps import apps

from privacy import registry
from privacy.registry import PersonalData

APPS = ["platform", "privacy", "accounts", "documents", "billing", "generation"]


@pytest.mark.parametrize("app", APPS)
def test_every_field_is_classified(app: str) -> None:
    declaration = registry.declared(app)
    assert declaration is not None, f"{app} declares no personal data: add {app}/personal_data.py"
    there = {
        model.__name__: {field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)}
        for model in apps.get_app_config(app).get_models()
    }
    declared = {name: set(fields) for name, fields in declaration.fields.items()}
    missing = {name: sorted(fields - declared.get(name, set())) for name, fields in there.items()}
    stale = {name: sorted(fields - there.get(name, set())) for name, fields in declared.items()}
    assert not any(missing.values()), f"not classified in {app}/personal_data.py: {missing}"
    assert not any(stale.values()), f"classified but gone: {stale}"


def test_every_rule_is_about_rows_that_exist() -> None:
    from django.utils import timezone

    for rule in registry.retention_rules():
        assert str(rule.label)
        str(rule.due(timezone.now()).query)


def test_an_app_declares_once() -> None:
    with pytest.raises(ValueError, match="already"):
        registry.register(PersonalData(app="accounts", fields={}))
