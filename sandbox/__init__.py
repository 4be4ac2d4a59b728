"""The outside world on loopback: AI providers, Stripe, search services and a mail inbox, for running without accounts.

A program of its own (``python -m sandbox``). It speaks the wire formats of the real services, so that the real SDKs,
the real webhook signature and the real HTTP clients are what runs. It imports nothing of the application.
"""
