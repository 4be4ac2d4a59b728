"""`manage.py reset_second_factor ADDRESS`: for a colleague who lost app, passkey and recovery codes (R-55)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import addresses
from accounts.domain import second_factor
from accounts.models import User


class Command(BaseCommand):
    help = "Takes all second factors of a member of staff back and ends their sessions; the next sign-in sets one up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email=addresses.login_name(email), is_staff=True).first()
        if user is None:
            raise CommandError("No member of staff has this address.")
        gone = second_factor.reset(user=user, by=None)
        self.stdout.write(f"Took {gone} back. Their sessions have ended; the next sign-in sets up a new second factor.")
