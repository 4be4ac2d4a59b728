"""The roles of staff and what each may see and do, as data (ASVS V8.1.1); `docs/roles.md` says it in words.

A migration writes them as Django's groups. Who holds none sees nothing; who has all rights needs none. To change one,
change it here and add a migration that calls `write`, as `tesigo.migrations.0001_roles` does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Role:
    """A group's name, and its rights as Django names them: ``app.action_model``."""

    name: str
    rights: frozenset[str]


#: Rights that Django's four (view, add, change, delete) cannot say: (model, codename) and its words.
OWN_RIGHTS: Final[dict[tuple[str, str], str]] = {
    ("billing.payment", "refund_payment"): "Can give money back",
    ("billing.pricelist", "activate_pricelist"): "Can put prices in force",
    ("accounts.user", "block_user"): "Can block people and end their sessions",
    ("accounts.user", "export_user"): "Can export all that is kept about a person",
    ("accounts.user", "erase_user"): "Can erase a person",
    ("accounts.mail", "resend_mail"): "Can send a mail again",
}


def _to(actions: str, app: str, models: str) -> Iterator[str]:
    for model in models.split():
        for action in actions.split():
            yield f"{app}.{action}_{model}"


def _role(name: str, *rights: Iterable[str]) -> Role:
    return Role(name, frozenset(right for some in rights for right in some))


ROLES: Final = (
    _role(
        "Support",
        _to("view", "accounts", "user device apisignin apitoken mail mailstop mailevent signinrequest"),
        _to("change", "accounts", "mailstop"),
        _to("change block", "accounts", "user"),
        _to("change resend", "accounts", "mail"),
        _to("view", "privacy", "consent"),
        _to("view", "documents", "document documentevent section source citation upload export"),
        _to("view", "billing", "payment paymentevent refund receipt creditnote"),
        _to("view", "generation", "job jobevent disclosure"),
    ),
    _role(
        "Pricing",
        _to("view add change activate", "billing", "pricelist"),
        _to("view add change delete", "billing", "pricetier promocode"),
        _to("view", "billing", "redemption"),
    ),
    _role(
        "Finance",
        _to("view", "accounts", "user"),
        _to("view change refund", "billing", "payment"),
        _to("view", "billing", "paymentevent dispute booking entry receipt creditnote"),
        _to("view", "billing", "reconciliation pricelist pricetier"),
        _to("view", "billing", "promocode redemption"),
        _to("view change", "billing", "refund webhookevent mirror"),
    ),
    _role(
        "AI operations",
        _to("view add change delete", "generation", "aimodel chainplace keylimit"),
        _to("view add change", "generation", "budget languagefactor"),
        _to("view add delete", "generation", "providercredit"),
        _to("view change", "generation", "job"),
        _to("view", "generation", "jobevent step attempt budgetuse reservation"),
        _to("view", "platform", "alert"),
    ),
    _role(
        "Operations",
        _to("view", "platform", "alert telegramalert condition worker"),
        _to("view change", "platform", "backuprun"),
    ),
    _role(
        "Privacy officer",
        _to("view block export erase", "accounts", "user"),
        _to("view", "accounts", "device apisignin apitoken mail signinrequest"),
        _to("view", "privacy", "consent auditevent"),
        _to("view change", "privacy", "dataexport erasure"),
        _to("view", "documents", "document documentevent section source upload export"),
    ),
)


def write(apps: Any) -> None:
    """Writes groups with exactly these rights, by the models of a migration. Rights that are not there yet are made.

    Rights to models that the migration does not know yet are left to a later one, which knows them.
    """
    group, permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for (label, codename), words in OWN_RIGHTS.items():
        permission.objects.get_or_create(
            content_type=_content_type(apps, *label.split(".")), codename=codename, defaults={"name": words}
        )
    for role in ROLES:
        made, _is_new = group.objects.get_or_create(name=role.name)
        made.permissions.set([_permission(apps, right) for right in sorted(role.rights) if _is_known(apps, right)])


def _is_known(apps: Any, right: str) -> bool:
    app, _dot, codename = right.partition(".")
    if codename in {own for _label, own in OWN_RIGHTS}:
        return True
    try:
        apps.get_model(app, codename.partition("_")[2])
    except LookupError:
        return False
    return True


def _permission(apps: Any, right: str) -> Any:
    app, _dot, codename = right.partition(".")
    action, _line, model = codename.partition("_")
    name = f"Can {action} {apps.get_model(app, model)._meta.verbose_name_raw}"
    found, _is_new = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=_content_type(apps, app, model), codename=codename, defaults={"name": name}
    )
    return found


def _content_type(apps: Any, app: str, model: str) -> Any:
    return apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=app, model=model)[0]
