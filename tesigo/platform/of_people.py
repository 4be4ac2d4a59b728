"""How pages of the administration name a person: by address, leading to the one page about them (R-117)."""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

_RIGHT: Final = "accounts.view_user"
_COLUMN: Final = "person"


def person_link(person: Any) -> SafeString | str:
    """The address as a link; a dash for nobody."""
    return _link(person.pk, person.email) if person is not None else "–"


class OfPeople:
    """Mixed into a list whose rows are about people: it shows whose each is and finds them by address.

    ``person_path`` leads from a row to its person by foreign keys. Where there are none, the page says itself how the
    rows of people are found (`rows_of`) and annotates `whose` each is. Who may not look at people sees and finds no
    address here either.
    """

    person_path: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        """The column can be sorted by where there is a path."""
        super().__init_subclass__()
        if "person_path" in cls.__dict__:
            cls.person = _column(cls.person_path)  # type: ignore[method-assign]

    @admin.display(description=_("person"))
    def person(self, row: Any) -> SafeString | str:
        """The address as a link, where rows are annotated with `whose` they are."""
        return _link(row.whose["pk"], row.whose["email"]) if row.whose else "–"

    def rows_of(self, rows: QuerySet[Any], people: list[int], address: str) -> QuerySet[Any]:
        """The rows about these people, who have the address that was typed or had it before."""
        return rows.filter(**{f"{self.person_path}__in": people})

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """By a whole address, a part of one, or as ever."""
        if "@" not in search_term or not request.user.has_perm(_RIGHT):
            return super().get_search_results(request, queryset, search_term)  # type: ignore[misc]  # of the page
        address = search_term.strip()
        people: list[int] = get_user_model()._default_manager.at(address)
        # By key: rows that are found by two ways are there once.
        return queryset.filter(pk__in=self.rows_of(queryset, people, address).order_by().values("pk")), False

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """With the address, for those who may look at people."""
        fields = tuple(super().get_search_fields(request))  # type: ignore[misc]  # of the page
        known = request.user.has_perm(_RIGHT) and self.person_path
        return (*fields, f"{self.person_path}__email") if known else fields

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """Without the column for those who may not look at people."""
        columns = tuple(super().get_list_display(request))  # type: ignore[misc]  # of the page
        return columns if request.user.has_perm(_RIGHT) else tuple(one for one in columns if one != _COLUMN)

    def get_list_select_related(self, request: HttpRequest) -> Any:
        """With the person, so that a list asks once."""
        joined = super().get_list_select_related(request)  # type: ignore[misc]  # of the page
        return (*(joined or ()), self.person_path) if self.person_path and joined is not True else joined

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the person for those who may not look at people."""
        shown = super().get_fieldsets(request, obj)  # type: ignore[misc]  # of the page
        if request.user.has_perm(_RIGHT):
            return list(shown)
        return [(name, {**set_, "fields": [one for one in set_["fields"] if one != _COLUMN]}) for name, set_ in shown]


def whose(person: QuerySet[Any]) -> Subquery:
    """What `OfPeople.person` shows, for a row that no foreign key leads from; ``person`` refers to the outer row."""
    return Subquery(person.values(one=JSONObject(pk="pk", email="email"))[:1])


def _column(path: str) -> Callable[..., SafeString | str]:
    def person(_page: Any, row: Model) -> SafeString | str:
        found: Any = row
        for name in path.split("__"):
            found = getattr(found, name) if found is not None else None
        return person_link(found)

    return admin.display(description=_("person"), ordering=f"{path}__email")(person)


def _link(pk: int, address: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:person", args=[pk]), address)
