"""Feature flags of generation (R-130)."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from tesigo.platform import flags

#: Out since 1.0.0, so everybody has it; it begins a costly work without anybody looking at its outline first.
WHOLE_ORDERS: Final = flags.declare(
    "whole-orders", _("Programs order a whole work in one call of the API."), is_on_by_default=True
)
