"""Examples of consent for the description of the API."""

from privacy.serializers import AnswersSerializer, ConsentsSerializer
from tesigo.platform.api.examples import give

give(
    {
        ConsentsSerializer: {
            "policy_version": "2026-11",
            "is_accepted": True,
            "consents": [{"kind": "essential", "question": "Terms and privacy policy", "granted": True}],
        },
        AnswersSerializer: {"essential": True},
    }
)
