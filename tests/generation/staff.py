"""Signed-in staff for tests of the admin."""

from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from tests import staff


def sign_in(client: Client, *permissions: str) -> User:
    """A member of staff, past the password, with these permissions of ``generation``; with none named, with all."""
    if permissions:
        user = User.objects.create_user("staff@example.org", "correct horse battery", is_staff=True)
        user.user_permissions.set(
            Permission.objects.filter(content_type__app_label="generation", codename__in=permissions)
        )
    else:
        user = User.objects.create_superuser("boss@example.org", "correct horse battery")
    return staff.sign_in(client, user)
