"""What the AI providers say of the account rather than of the question, to be ordered as faults by name.

Anthropic names the cause in ``error.details.error_code``, OpenAI in ``error.code``. None of them carries Retry-After:
it is not over in a moment.
"""

from typing import Any

from starlette.responses import Response

from sandbox.errors import refusal
from sandbox.models import ANTHROPIC, OPENAI

_CREDIT = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or"
_QUOTA: dict[str, Any] = {
    "status": 429,
    "message": "You exceeded your current quota, please check your plan and billing details.",
    "kind": "insufficient_quota",
    "code": "insufficient_quota",
}


def _limit(code: str, message: str) -> dict[str, Any]:
    return {"status": 429, "message": message, "details": {"error_code": code}}


#: By name, what each of the two says. What only one of them knows the other says in its own nearest words.
REFUSALS: dict[str, dict[str, dict[str, Any]]] = {
    "enforced_spend_limit_reached": {
        ANTHROPIC: _limit("enforced_spend_limit_reached", "This organization has reached its monthly usage limit."),
        OPENAI: _QUOTA,
    },
    "contract_spend_limit_reached": {
        ANTHROPIC: _limit("contract_spend_limit_reached", "This organization has reached its contract's spend limit."),
        OPENAI: _QUOTA,
    },
    "own_spend_limit": {
        ANTHROPIC: {
            "status": 400,
            "message": "You have reached your specified API usage limits. You will regain access on the first of the "
            "next month at 00:00 UTC.",
        },
        OPENAI: _QUOTA,
    },
    "insufficient_quota": {
        OPENAI: _QUOTA,
        ANTHROPIC: {"status": 400, "message": f"{_CREDIT} purchase credits."},
    },
    "credit_balance": {
        ANTHROPIC: {"status": 400, "message": f"{_CREDIT} purchase credits."},
        OPENAI: _QUOTA,
    },
    "billing": {
        ANTHROPIC: {"status": 402, "message": "There is a problem with your billing or payment information."},
        OPENAI: {
            "status": 429,
            "message": "Your account is not active, please check your billing details on our website.",
            "kind": "billing_not_active",
            "code": "billing_not_active",
        },
    },
    "organization_on_hold": {
        ANTHROPIC: {
            "status": 400,
            "message": "This organization has been disabled.",
            "details": {"error_code": "organization_on_hold", "appeal_url": None},
        },
        OPENAI: {
            "status": 401,
            "message": "The OpenAI account associated with this API key has been deactivated.",
            "code": "account_deactivated",
        },
    },
    "model_forbidden": {
        ANTHROPIC: {"status": 403, "message": "Your API key does not have permission to use the model: {model}"},
        OPENAI: {
            "status": 403,
            "message": "Project `proj_sandbox` does not have access to model `{model}`",
            "code": "model_not_found",
        },
    },
}


def named_refusal(service: str, name: str, *, model: str) -> Response:
    """The answer of a provider for one of these."""
    said = dict(REFUSALS[name][service])
    return refusal(service, said.pop("status"), said.pop("message").format(model=model), **said)
