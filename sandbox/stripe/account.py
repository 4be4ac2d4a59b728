"""The one account behind every key."""

from typing import Any

from sandbox.stripe.store import Store


def account(store: Store) -> dict[str, Any]:
    """``GET /v1/account``."""
    return {
        "id": store.account_id,
        "object": "account",
        "business_profile": {
            "mcc": "5815",
            "name": "Sandbox",
            "product_description": None,
            "support_email": None,
            "url": None,
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "sepa_debit_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": "DE",
        "created": 1_700_000_000,
        "default_currency": "eur",
        "details_submitted": True,
        "email": "sandbox@example.org",
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/accounts/{store.account_id}/external_accounts",
        },
        "metadata": {},
        "payouts_enabled": True,
        "requirements": {
            "currently_due": [],
            "disabled_reason": None,
            "errors": [],
            "eventually_due": [],
            "past_due": [],
        },
        "settings": {
            "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
            "dashboard": {"display_name": "Sandbox", "timezone": "Etc/UTC"},
            "payments": {"statement_descriptor": "SANDBOX"},
        },
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "standard",
    }
