"""Drawings of money for staff: SVG made on the server, its values also in the table beside it."""

from typing import Any, Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from billing.domain.comparison import Arm, Comparison

register = template.Library()

_WIDTH: Final = 480
_LEFT: Final = 40
_ROW: Final = 36


@register.filter
def percent(share: float) -> str:
    """A share as a percentage with one decimal, and a minus that is one."""
    return f"{share * 100:.1f} %".replace("-", "−")


@register.simple_tag
def interval_chart(found: Comparison) -> SafeString:
    """Each arm's conversion as a dot within its interval, on one scale from 0."""
    most = max([arm.high for arm in found.arms] + [0.01])
    rows = format_html_join("", "{}", ((_row(place, arm, most),) for place, arm in enumerate(found.arms)))
    height = _ROW * len(found.arms) + 8
    return format_html(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}" fill="currentColor">{}</svg>',
        _WIDTH, height, _WIDTH, height, _("Conversion of both variants with their 95 % intervals"), rows,
    )  # fmt: skip


def _row(place: int, arm: Arm, most: float) -> SafeString:
    y = _ROW * place + 22
    low, high, middle = (_x(share, most) for share in (arm.low, arm.high, arm.conversion))
    shapes: tuple[Any, ...] = (y + 5, arm.variant, low, high, y, y, middle, y)
    return format_html(
        '<text x="8" y="{}" font-size="14">{}</text>'
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" stroke-width="2"/>'
        '<circle cx="{}" cy="{}" r="5"/>',
        *shapes,
    )


def _x(share: float, most: float) -> str:
    return f"{_LEFT + (_WIDTH - _LEFT - 12) * share / most:.1f}"
