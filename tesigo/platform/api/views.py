"""What every view under `/api/v1/` is built on."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from tesigo.platform.api.problems import Refusal


class Ground:
    """Mixed into a view. It declares what a caller's token must allow, and what it may refuse with.

    Without a scope for the method nobody gets in (`accounts.api_auth.HasScopes`); `OPEN` is the way to say that none is
    needed. Keys are methods in capitals, or names of a view set's actions.
    """

    required_scopes: ClassVar[Mapping[str, Sequence[str]]] = {}
    #: Statuses beyond what follows from the view itself, for the schema.
    refuses_with: ClassVar[Mapping[str, Sequence[int]]] = {}
    #: What somebody may ask for who has not agreed to the present terms.
    is_open_without_consent: ClassVar[bool] = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuses what PostgreSQL cannot hold, before anybody looks for it."""
        try:
            super().initial(request, *args, **kwargs)  # type: ignore[misc]  # of the view that this is mixed into
        except (AuthenticationFailed, NotAuthenticated):
            # Who gets in is counted after that; who does not would try for ever.
            self.check_throttles(request)  # type: ignore[attr-defined]  # as above
            raise
        given = [*request.query_params.values(), *(str(value) for value in kwargs.values())]
        if any("\0" in one for one in given):
            raise Refusal(_("A NUL character stands in the address."), status=400)


class ApiView(Ground, APIView):
    """One address."""


class ApiViewSet(Ground, GenericViewSet[Any]):
    """The addresses of one kind of thing."""
