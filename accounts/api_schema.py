"""How the description of the API names the ways in."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):
    """A bearer token; which scopes an operation asks for stands beside it."""

    target_class = "accounts.api_auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """An access token of an hour, or one that was made under the account."""
        return {"type": "http", "scheme": "bearer", "description": "An access token, or a token of the account page."}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """OpenAPI 3.1 lets scopes be named here."""
        return {self.name: auto_schema.scopes() if hasattr(auto_schema, "scopes") else []}
