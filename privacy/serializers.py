"""What people allow, as programs see and send it."""

from typing import Any

from rest_framework import serializers


class ConsentSerializer(serializers.Serializer[Any]):
    """One thing that a person is asked for."""

    kind = serializers.CharField()
    question = serializers.CharField()
    granted = serializers.BooleanField()


class ConsentsSerializer(serializers.Serializer[Any]):
    """What a person is asked for and allows, and whether that is about the present terms."""

    policy_version = serializers.CharField()
    is_accepted = serializers.BooleanField(help_text="The present terms are agreed to; without that nothing else goes.")
    consents = ConsentSerializer(many=True)


class AnswersSerializer(serializers.Serializer[Any]):
    """What a person allows from now on; what is not sent is not allowed."""

    essential = serializers.BooleanField(help_text="The terms and the privacy policy. Needed.")
    analytics = serializers.BooleanField(required=False, default=False)
    marketing = serializers.BooleanField(required=False, default=False)
