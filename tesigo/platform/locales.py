"""Money and days as people read them, written as the language of the page or mail writes them (R-04)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from babel.dates import format_date
from babel.numbers import format_currency
from django.utils.translation import get_language

#: Where our code of a language is another country's to Babel: days before months, and European Portuguese.
_LOCALES: Final = {"en": "en_GB", "pt": "pt_PT"}


def in_euros(amount: Decimal | int | str) -> str:
    """Returns euros and cents: "€1,234.50", "1.234,50 €"; a minus, never a hyphen.

    ``amount`` is a number or its digits with a decimal point, as amounts are kept in JSON. Raises
    decimal.InvalidOperation for other text.
    """
    return format_currency(Decimal(amount), "EUR", locale=_locale()).replace("-", "\N{MINUS SIGN}")


def day(at: date) -> str:
    """Returns "30 November 2026", "30. listopadu 2026". Django's own names of months are capitals in ro and pt."""
    return format_date(at, "long", locale=_locale())


def short_day(at: date) -> str:
    """Returns "30 Nov 2026", "30.11.2026"."""
    return format_date(at, "medium", locale=_locale())


def moment(at: datetime) -> str:
    """Returns "30 November 2026, 14:05", the hour as it is in ``at``."""
    return f"{day(at)}, {at:%H:%M}"


def short_moment(at: datetime) -> str:
    """Returns "30 Nov 2026, 14:05", the hour as it is in ``at``."""
    return f"{short_day(at)}, {at:%H:%M}"


def _locale() -> str:
    language = get_language() or "en"
    return _LOCALES.get(language, language)
