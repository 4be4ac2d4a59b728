"""Makes a member of staff: `manage.py create_staff somebody@example.org` asks for the password, or makes one."""

import getpass
import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.domain import staff
from accounts.errors import AddressRefused


class Command(BaseCommand):
    help = "Makes a member of staff with a password and all rights."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--generate", action="store_true", help="make up a password and print it, once")

    def handle(self, *args: Any, email: str, generate: bool, **options: Any) -> None:
        password = secrets.token_urlsafe(12) if generate or not sys.stdin.isatty() else getpass.getpass()
        try:
            staff.create_staff(email=email, password=password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except AddressRefused as error:
            raise CommandError(str(error)) from error
        except staff.StaffExists as error:
            raise CommandError("Somebody with this address is there already.") from error
        self.stdout.write(f"Made {email}.")
        if generate or not sys.stdin.isatty():
            self.stdout.write(f"Password, shown this once: {password}")
