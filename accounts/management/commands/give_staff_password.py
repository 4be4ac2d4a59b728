"""`manage.py give_staff_password ADDRESS`: a first password anew, for a colleague who lost theirs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import addresses
from accounts.domain import staff
from accounts.models import User


class Command(BaseCommand):
    help = "Gives a member of staff a new first password, shown once; it must be changed at the next sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email=addresses.login_name(email), is_staff=True).first()
        if user is None:
            raise CommandError("No member of staff has this address.")
        password = staff.give_password(user=user, by=None, now=timezone.now())
        self.stdout.write(f"Password, shown this once: {password}")
