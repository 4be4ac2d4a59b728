"""`manage.py expire_payments`: closes what nobody paid in 24 hours (R-67)."""

from typing import Any

from django.core.management.base import BaseCommand

from billing.domain import checkout
from tesigo.platform.counted import counted


class Command(BaseCommand):
    """Asks Stripe about every open payment past its time, and closes those whose money is not on its way."""

    help = "Closes payments that were given up: past their time, at an old price, or for an order that changed."

    def handle(self, *args: Any, **options: Any) -> None:
        asked = checkout.close_needless()
        self.stdout.write(f"{counted(asked, 'payment')} closed or settled.")
