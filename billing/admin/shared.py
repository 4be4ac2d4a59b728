"""What the pages of money have in common."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import cast

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User

#: Characters by which a cell would be taken for a formula; such a cell gets an apostrophe before it (OWASP).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def staff_of(request: HttpRequest) -> User:
    """Who acts; the admin lets nobody in who is not signed in."""
    return cast(User, request.user)


def euros(amount: Decimal | str) -> str:
    """An amount with its sign before the currency."""
    text = str(amount)
    return f"−€{text[1:]}" if text.startswith("-") else f"€{text}"


def money_table(rows: Iterable[tuple[str, Decimal | str]]) -> SafeString:
    """Labels and euros as a small table."""
    body = format_html_join("", "<tr><td>{}</td><td>{}</td></tr>", ((label, euros(amount)) for label, amount in rows))
    return format_html("<table><tbody>{}</tbody></table>", body)


class _Echo:
    """Hands back what the writer writes, so that rows are sent as they are made."""

    def write(self, value: str) -> str:
        """The line itself."""
        return value


def csv_response(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A CSV file in UTF-8, row by row; a text that a spreadsheet would run as a formula is made harmless."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield "\ufeff" + str(writer.writerow(heads))
        for row in rows:
            yield str(writer.writerow([_cell(value) for value in row]))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    is_number = isinstance(value, (int, Decimal))
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text
