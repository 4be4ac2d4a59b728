"""Citation styles: those that can be chosen, how each prints, and those that a caller brings (R-96)."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.callers import caller_of
from accounts.errors import QuotaReached
from documents.api.shared import READ, WRITE, over_quota
from documents.domain import styles
from documents.enums import Language
from documents.errors import StyleInUse, StyleInvalid
from documents.models import OwnStyle
from documents.serializers.text import OwnStyleSerializer, StyleAtHandSerializer, StyleExampleSerializer
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiViewSet

_WORDS = OpenApiParameter("q", str, description="Words of the name, title, field of study, ISSN or short name.")
_NAME = OpenApiParameter("name", str, required=True, description="The name of a style.")
_LANGUAGE = OpenApiParameter("language", str, description="A language of documents; English if none is said.")


class StyleListViewSet(ApiViewSet):
    """Citation styles."""

    required_scopes = {"list": READ, "example": READ, "create": WRITE, "destroy": WRITE}
    refuses_with = {"example": (400, 404), "create": (422, 429), "destroy": (404, 409)}
    pagination_class = None
    serializer_class = StyleAtHandSerializer

    @extend_schema(summary="Citation styles", parameters=[_WORDS], responses=StyleAtHandSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Up to twenty that fit the words; without words the common ones and the caller's own."""
        if words := request.query_params.get("q", ""):
            return Response(StyleAtHandSerializer(styles.find(words[:100]), many=True).data)
        offered = styles.choices(by=caller_of(request))
        return Response([{"name": name, "title": title} for name, title in offered])

    @extend_schema(
        summary="How a citation style prints", parameters=[_NAME, _LANGUAGE], responses=StyleExampleSerializer
    )
    def example(self, request: Request) -> Response:
        """A citation, and a book and an article in the list, in a language of documents."""
        name = request.query_params.get("name", "")
        language = request.query_params.get("language", Language.ENGLISH)
        if language not in Language.values:
            raise Refusal(_("Documents are not written in that language."), status=400)
        shown = styles.example(name, language=language) if styles.may_choose(name, by=caller_of(request)) else None
        if shown is None:
            raise Refusal(_("There is no citation style of that name."), status=404)
        return Response(StyleExampleSerializer(shown).data)

    @extend_schema(summary="Bring a citation style", request=OwnStyleSerializer, responses={201: StyleAtHandSerializer})
    def create(self, request: Request) -> Response:
        """Keeps a CSL file as the caller's own, once it was checked and tried. The same file twice is one style."""
        sent = OwnStyleSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            style = styles.add(data=sent.validated_data["csl"].encode(), by=caller_of(request))
        except StyleInvalid as refusal:
            raise Refusal(str(refusal), status=422, kind="no-style") from refusal
        except QuotaReached as error:
            raise over_quota(error) from error
        return Response({"name": styles.name_of(style), "title": style.title}, status=201)

    @extend_schema(summary="Remove a citation style", request=None, responses={204: None})
    def destroy(self, request: Request, style_name: str) -> Response:
        """Removes a style of the caller's own that no document cites in. Files that were made in it stay."""
        try:
            styles.remove(style_name, by=caller_of(request))
        except OwnStyle.DoesNotExist:
            raise Refusal(_("You have no citation style of that name."), status=404) from None
        except StyleInUse as refusal:
            raise Refusal(str(refusal), status=409, kind="style-in-use") from refusal
        return Response(status=204)
