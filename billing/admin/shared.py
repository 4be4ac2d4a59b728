"""What the pages of money have in common."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from billing.models import Payment
from tesigo.platform.csv_cells import cell
from tesigo.platform.locales import in_euros


def staff_of(request: HttpRequest) -> User:
    """Who acts; the admin lets nobody in who is not signed in."""
    return cast(User, request.user)


def money_table(rows: Iterable[tuple[str, Decimal | str]]) -> SafeString:
    """Labels and euros as a small table."""
    body = format_html_join(
        "", "<tr><td>{}</td><td>{}</td></tr>", ((label, in_euros(amount)) for label, amount in rows)
    )
    return format_html("<table><tbody>{}</tbody></table>", body)


def csv_response(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A CSV file in UTF-8; a text that a spreadsheet would run as a formula is made harmless.

    Made whole: the server would read a stream of rows to its end all the same before it sends the first.
    """
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([cell(value) for value in row] for row in rows)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def stripe_ids(people: list[int]) -> list[str]:
    """What Stripe calls the payments of these people, their refunds and their disputes."""
    found: set[str | None] = set()
    for payment in Payment.objects.filter(user__in=people).prefetch_related("refunds", "disputes"):
        found |= {payment.stripe_session_id, payment.stripe_payment_intent_id}
        found |= {refund.stripe_refund_id for refund in payment.refunds.all()}
        found |= {dispute.stripe_dispute_id for dispute in payment.disputes.all()}
    return sorted(one for one in found if one)
