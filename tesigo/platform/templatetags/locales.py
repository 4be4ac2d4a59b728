"""Money and days in templates: `{{ amount|euros }}`, `{{ at|day }}`, `{{ at|short_moment }}`; nothing for no moment."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django import template

from tesigo.platform import locales

register = template.Library()
register.filter("euros", locales.in_euros)

_OF_MOMENTS: Final = (locales.day, locales.short_day, locales.moment, locales.short_moment)


def _or_nothing(write: Callable[[datetime], str]) -> Callable[[datetime | None], str]:
    return lambda at: write(at) if at else ""


for _write in _OF_MOMENTS:
    register.filter(_write.__name__, _or_nothing(_write), expects_localtime=True)
