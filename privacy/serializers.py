"""What people allow, as programs see and send it."""

from rest_framework import serializers

from tesigo.platform.api.serializers import ApiSerializer


class ConsentSerializer(ApiSerializer):
    """One thing that a person is asked for."""

    kind = serializers.CharField()
    question = serializers.CharField()
    granted = serializers.BooleanField()


class ConsentsSerializer(ApiSerializer):
    """What a person is asked for and allows, and whether that is about the present terms."""

    policy_version = serializers.CharField()
    is_accepted = serializers.BooleanField(help_text="The present terms are agreed to; without that nothing else goes.")
    consents = ConsentSerializer(many=True)


class AnswersSerializer(ApiSerializer):
    """What a person allows from now on; what is not sent is not allowed."""

    essential = serializers.BooleanField(help_text="The terms and the privacy policy. Needed.")
    analytics = serializers.BooleanField(required=False, default=False)
    marketing = serializers.BooleanField(required=False, default=False)
