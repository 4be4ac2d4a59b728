"""By what callers are told apart and counted (R-53)."""

from tesigo.platform.client import USER_AGENT_LENGTH, client_ip, counted_address, user_agent

__all__ = ["USER_AGENT_LENGTH", "client_ip", "counted_address", "user_agent"]
