"""The municipality's own OpenID Connect provider, asked by code flow with PKCE and a nonce (Authlib)."""

import os
import warnings
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from authlib.deprecate import AuthlibDeprecationWarning  # type: ignore[import-untyped]
from fastapi import Request
from fastapi.responses import Response

with warnings.catch_warnings():  # Authlib would rather have httpx2; until its version 2 it works with httpx
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.starlette_client import OAuth  # type: ignore[import-untyped]

PATIENCE = 10
"""Seconds the provider has for an answer."""


class ProviderFailed(Exception):
    """The provider did not say who it is. The message is for the log: which kind of failure, and no more."""


@dataclass(frozen=True)
class Identity:
    """Who somebody is, as the provider says."""

    subject: str
    """Issuer and subject."""
    email: str | None
    """Only if the provider has verified it."""


@dataclass(frozen=True)
class Provider:
    """Where staff can sign in instead of with a password here."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    """As the button says it."""
    scope: str

    @classmethod
    def from_environment(cls) -> "Provider | None":
        """Read OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME and OIDC_SCOPE; None without the first two."""
        issuer, client_id = os.environ.get("OIDC_ISSUER"), os.environ.get("OIDC_CLIENT_ID")
        if not issuer or not client_id:
            return None
        return cls(
            issuer.rstrip("/"),
            client_id,
            os.environ.get("OIDC_CLIENT_SECRET", ""),
            os.environ.get("OIDC_NAME") or "OpenID Connect",
            os.environ.get("OIDC_SCOPE") or "openid email profile",
        )

    def subject(self, sub: str) -> str:
        """Issuer and subject, as Staff.subject keeps them."""
        return f"{self.issuer} {sub}"

    async def redirect(self, request: Request, back: str) -> Response:
        """Send somebody to the provider, who sends them to the address `back`.

        Raises:
            ProviderFailed: it cannot be reached or does not say where to.
        """
        try:
            answer: Response = await _client(self).authorize_redirect(request, back)
        except Exception as error:  # as below
            raise ProviderFailed(type(error).__name__) from error
        return answer

    async def identity(self, request: Request) -> Identity:
        """Who it is that the provider has sent back.

        Raises:
            ProviderFailed: it refused, or what it says cannot be trusted.
        """
        client = _client(self)
        ours = {"iss": {"essential": True, "values": [self.issuer, f"{self.issuer}/"]}, "sub": {"essential": True}}
        try:
            token = await client.authorize_access_token(request, claims_options=ours)
            claims: dict[str, Any] = token["userinfo"]
            subject = self.subject(claims["sub"])
            if "email" not in claims and "userinfo_endpoint" in await client.load_server_metadata():
                more = await client.userinfo(token=token)
                claims = more if more.get("sub") == claims["sub"] else claims
        except Exception as error:  # whatever another system answers, people get plain words and the log the kind
            raise ProviderFailed(getattr(error, "error", None) or type(error).__name__) from error
        email = claims.get("email") if claims.get("email_verified") is True else None
        return Identity(subject, email if isinstance(email, str) else None)


@cache
def _client(provider: Provider) -> Any:
    registry = OAuth()
    registry.register(
        "rettvis",
        client_id=provider.client_id,
        client_secret=provider.client_secret or None,
        server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": provider.scope, "code_challenge_method": "S256", "timeout": PATIENCE},
    )
    return registry.create_client("rettvis")
