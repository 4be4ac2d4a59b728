"""The API is called as programs call it: by token, and with mails that really leave."""

from tests.accounts.conftest import post, sandbox

__all__ = ["post", "sandbox"]
