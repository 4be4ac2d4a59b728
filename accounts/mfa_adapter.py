"""What django-allauth's second factor may do here: for staff only, with its secrets sealed (R-55)."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from tesigo.platform.crypto import seal, unseal


class MFAAdapter(DefaultMFAAdapter):
    """Names of this site come from the settings, never from the Host header (R-57)."""

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Only for staff: what a former colleague left behind leads no student to these pages."""
        return bool(getattr(user, "is_staff", False)) and super().is_mfa_enabled(user, types)

    def encrypt(self, text: str) -> str:
        """Secrets of apps and seeds of recovery codes never lie in the database in plain text."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What was sealed."""
        return unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        """How an app lists it."""
        return settings.SITE_NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """What a passkey is bound to."""
        return {"id": settings.SITE_HOST, "name": settings.SITE_NAME}
