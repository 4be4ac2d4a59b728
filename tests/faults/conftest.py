"""The same sandbox as in the tests of generation; here the workers are real processes."""

from tests.generation.conftest import committed, control

__all__ = ["committed", "control"]
