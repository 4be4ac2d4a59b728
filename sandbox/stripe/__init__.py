"""Stripe as its SDK and its webhooks see it: objects, hosted Checkout, idempotency, signed events."""
