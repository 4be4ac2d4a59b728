"""What a shop asks of Stripe in these tests."""

from typing import Any

import httpx

SUCCESS = "http://127.0.0.1:1/paid/?session={CHECKOUT_SESSION_ID}"
CANCEL = "http://127.0.0.1:1/price/"


def order(*, cents: int = 600, **more: Any) -> Any:
    """Parameters of a Checkout Session for one document."""
    return {
        "mode": "payment",
        "line_items": [
            {
                "price_data": {
                    "currency": "eur",
                    "unit_amount": cents,
                    "product_data": {"name": "Seminar paper, 12 pages"},
                },
                "quantity": 1,
            }
        ],
        "success_url": SUCCESS,
        "cancel_url": CANCEL,
        "customer_email": "jane@example.org",
        "client_reference_id": "document-1",
        "metadata": {"payment": "17"},
        "payment_intent_data": {"metadata": {"payment": "17"}},
        **more,
    }


def open_session(shop: Any, **more: Any) -> Any:
    """An open Checkout Session."""
    return shop.v1.checkout.sessions.create(order(**more))


def intent_of(shop: Any, session: str, *expand: str) -> Any:
    """The session's PaymentIntent."""
    number = shop.v1.checkout.sessions.retrieve(session).payment_intent
    return shop.v1.payment_intents.retrieve(number, {"expand": list(expand)})


class Customer:
    """A person on the hosted page."""

    def __init__(self, session: Any) -> None:
        self.url = str(session.url)

    def look(self, step: str = "") -> httpx.Response:
        """Open the page, or a step of it."""
        return httpx.get(self.url + step, trust_env=False, timeout=10)

    def pay(self, **form: str) -> httpx.Response:
        """Send the form; the answer is not followed when it leads away."""
        return httpx.post(f"{self.url}/pay", data=form, trust_env=False, timeout=10)

    def answer(self, word: str) -> httpx.Response:
        """Approve or refuse in the 3-D Secure step."""
        return httpx.post(f"{self.url}/challenge", data={"answer": word}, trust_env=False, timeout=10)
