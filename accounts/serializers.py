"""What programs send to sign in, and what they get (R-56)."""

from typing import Final

from rest_framework import serializers

from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import CountedField

#: The code of a mail as people type it.
CODE: Final = r"^\s*([0-9][\s-]*){6}$"


class AskSerializer(ApiSerializer):
    """Where the mail goes."""

    email = CountedField(max_length=254, help_text="The address to sign in with.")


class AskedSerializer(ApiSerializer):
    """What proves later, with the code of the mail, that it is the same program."""

    request_id = serializers.UUIDField()
    client_secret = serializers.CharField(help_text="Keep it to yourself: without it the code opens nothing.")
    expires_in = serializers.IntegerField(help_text="Seconds for which the code works.")


class ProveSerializer(ApiSerializer):
    """The request, what came with it, and the code of the mail."""

    request_id = serializers.UUIDField()
    client_secret = CountedField(max_length=100)
    code = serializers.RegexField(CODE, max_length=20, help_text="Six digits; blanks and hyphens are left out.")


class TokenPairSerializer(ApiSerializer):
    """Tokens to call with, and to get the next ones with (RFC 6749, 5.1)."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds for which the access token works.")
    refresh_token = serializers.CharField(help_text="Works once; the newest is the only one.")
    refresh_expires_in = serializers.IntegerField()


class RefreshSerializer(ApiSerializer):
    """The newest refresh token."""

    refresh_token = CountedField(max_length=200)
