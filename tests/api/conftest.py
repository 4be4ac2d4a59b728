"""The API is called as programs call it: by token, and with mails that really leave."""

from tests.accounts.conftest import post, sandbox
from tests.generation.conftest import committed, control

__all__ = ["committed", "control", "post", "sandbox"]
