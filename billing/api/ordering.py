"""What pages cost, and ordering a document: nothing is charged without a person on Stripe's page."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.callers import caller_of
from accounts.domain.signed_in import SignedInRequest
from accounts.enums import ApiScope
from billing import gates
from billing.domain import addressees, buying_more, orders, pricing, promo
from billing.domain.checkout import Shown, open_checkout
from billing.domain.orders import Buyer
from billing.errors import (
    AlreadyPaid,
    NoPriceList,
    NotReady,
    NotSold,
    PriceChanged,
    PromoRefused,
    ProviderError,
    Refused,
)
from billing.gates import TRY_AGAIN_AFTER
from billing.quotes import Quote
from billing.serializers import (
    CheckoutSerializer,
    MorePagesSerializer,
    OpenedSerializer,
    PagesSerializer,
    PriceSerializer,
)
from billing.views.ordering import buyer_of
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from tesigo.platform import come_back
from tesigo.platform.api.idempotency import once_per_key
from tesigo.platform.api.problems import Refusal
from tesigo.platform.api.views import ApiViewSet


class PriceViewSet(ApiViewSet):
    """Prices."""

    required_scopes = {"retrieve": (ApiScope.DOCUMENTS_READ,), "quote": (ApiScope.DOCUMENTS_READ,)}
    refuses_with = {"retrieve": (429, 503), "quote": (503,)}
    serializer_class = PriceSerializer

    @extend_schema(
        summary="What a document costs",
        parameters=[OpenApiParameter("code", str, description="A promo code to take off.")],
        responses=PriceSerializer,
    )
    def retrieve(self, request: Request, document_id: UUID) -> Response:
        """Lines and total as the price page shows them; an order sends ``total`` and ``version`` back."""
        document = owned_document(document_id=document_id, user=caller_of(request))
        code = promo.normalised(request.query_params.get("code", "")[:100])
        if document.state == DocumentState.OUTLINED and (closed := gates.look(document)):
            raise come_back.closed_problem(closed)
        try:
            order = orders.show(document=document, buyer=buyer_of(_django(request)), code=code)
        except NoPriceList as error:
            raise _no_prices() from error
        return Response(_shown(order.quote, order.code_problem))

    @extend_schema(
        summary="What pages cost",
        parameters=[PagesSerializer],
        responses=PriceSerializer,
    )
    def quote(self, request: Request) -> Response:
        """Returns the price of a number of pages by the price list that the caller has."""
        wished = PagesSerializer(data=request.query_params)
        wished.is_valid(raise_exception=True)
        try:
            mine = orders.terms_of(buyer_of(_django(request)))
        except NoPriceList as error:
            raise _no_prices() from error
        return Response(_shown(pricing.quote(wished.validated_data["pages"], mine), ""))


class CheckoutViewSet(ApiViewSet):
    """Ordering."""

    required_scopes = {"checkout": (ApiScope.ORDERS_WRITE,)}
    refuses_with = {"checkout": (409, 422, 429, 503)}
    serializer_class = OpenedSerializer

    @extend_schema(
        summary="Order a document",
        request=CheckoutSerializer,
        responses={201: OpenedSerializer},
    )
    @once_per_key
    def checkout(self, request: Request, document_id: UUID) -> Response:
        """Opens the payment and gives the address of Stripe's page, where a person pays. Nothing is charged here.

        409 with the new price where it is no longer the one that was seen: ask for consent again, and send that.
        """
        document = owned_document(document_id=document_id, user=caller_of(request))
        ordered = CheckoutSerializer(data=request.data)
        ordered.is_valid(raise_exception=True)
        values = ordered.validated_data
        shown = Shown(values["total"], values["version"], promo.normalised(values["code"]))
        with _refusals():
            try:
                payment = open_checkout(document_id=document.pk, shown=shown, buyer=_buyer(request, values))
            except PromoRefused as refused:
                raise Refusal(str(refused), status=409, kind="code-refused") from refused
            except AlreadyPaid as error:
                words = _("This document has been paid for, or its money is on its way.")
                raise Refusal(words, status=409, kind="already-paid") from error
            except NotReady as error:
                words = _("There is no outline yet whose pages add up to the order.")
                raise Refusal(words, status=409, kind="not-ready", more={"state": document.state}) from error
        return Response(OpenedSerializer(payment).data, status=201)


class MorePagesViewSet(ApiViewSet):
    """More pages of rewriting."""

    required_scopes = {"buy": (ApiScope.ORDERS_WRITE,)}
    refuses_with = {"buy": (409, 422, 429, 503)}
    serializer_class = OpenedSerializer

    @extend_schema(
        summary="Buy more pages of rewriting",
        request=MorePagesSerializer,
        responses={201: OpenedSerializer},
    )
    @once_per_key
    def buy(self, request: Request, document_id: UUID) -> Response:
        """Opens the payment for more pages of rewriting of a written document, as an order does for the document.

        They cost what `prices/quote` says of the same number of pages; promo codes count for documents only. Each adds
        the rewritings that a page of the order includes, and no length: the text stays within the pages ordered. Where
        the page that was open turns out to be paid, that payment is the answer (`succeeded`), and no other is opened.
        """
        document = owned_document(document_id=document_id, user=caller_of(request))
        wished = MorePagesSerializer(data=request.data)
        wished.is_valid(raise_exception=True)
        values = wished.validated_data
        with _refusals():
            try:
                payment = buying_more.open_checkout(
                    document_id=document.pk,
                    pages=values["pages"],
                    shown=Shown(values["total"], values["version"]),
                    buyer=_buyer(request, values),
                )
            except NotSold as why:
                raise Refusal(str(why), status=409, kind="not-sold", more={"state": document.state}) from why
        return Response(OpenedSerializer(payment).data, status=201)


def _buyer(request: Request, values: Mapping[str, Any]) -> Buyer:
    return replace(buyer_of(_django(request)), addressee=addressees.given(values["addressee"] or {}))


@contextmanager
def _refusals() -> Iterator[None]:
    """What stands in the way of every payment, as a program is told."""
    try:
        yield
    except PriceChanged as change:
        words = _("The price is another one now. Nothing was charged.")
        price = _shown(change.quote, "")
        raise Refusal(words, status=409, kind="price-changed", more={"price": price}) from change
    except Refused as refused_now:
        raise come_back.closed_problem(refused_now.refusal) from refused_now
    except NoPriceList as error:
        raise _no_prices() from error
    except ProviderError as error:
        words = _("The payment provider does not answer just now. Nothing was charged. Try again in a minute.")
        raise Refusal(words, status=503, kind="provider-away", wait=TRY_AGAIN_AFTER) from error


def _no_prices() -> Refusal:
    words = _("Prices are being changed. Nothing was charged.")
    return Refusal(words, status=503, kind="no-prices", wait=TRY_AGAIN_AFTER)


def _django(request: Request) -> SignedInRequest:
    return cast(SignedInRequest, request._request)


def _shown(quoted: Quote, problem: str) -> Any:
    said = {
        "pages": quoted.pages,
        "version": quoted.version,
        "currency": "EUR",
        "lines": quoted.as_json(),
        "total": str(quoted.total),
        "code": quoted.code,
        "code_problem": problem,
    }
    return PriceSerializer(said).data
