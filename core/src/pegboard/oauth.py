"""Who is signed in through an identity provider, for functions that ask by annotation.

The sign-in itself is the surrounding app's (or a plugin's): it keeps ``oauth_info`` in the session that its
middleware fills, in the form below. Knows no provider.

Source of the form: OpenID Connect's userinfo and OAuth 2.0's token answer, as Gradio keeps them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any


class OAuthProfile(dict[str, Any]):
    """A signed-in person; ask for it with a parameter annotated ``pb.OAuthProfile`` (or ``| None``).

    All of the provider's userinfo is in it, by key.

    Attributes:
        name: Full name.
        username: Name of the account.
        profile: Address of their page.
        picture: Address of their picture.
    """

    @property
    def name(self) -> str:
        """Full name."""
        return str(self.get("name", ""))

    @property
    def username(self) -> str:
        """Name of the account."""
        return str(self.get("preferred_username", ""))

    @property
    def profile(self) -> str:
        """Address of their page."""
        return str(self.get("profile", ""))

    @property
    def picture(self) -> str:
        """Address of their picture."""
        return str(self.get("picture", ""))


@dataclass(frozen=True)
class OAuthToken:
    """A signed-in person's token; ask for it with a parameter annotated ``pb.OAuthToken``.

    Attributes:
        token: The secret itself. It is left out of the object's text, so that printing logs no secret.
        scope: What it allows.
        expires_at: Seconds since 1970.
    """

    token: str
    scope: str
    expires_at: float

    def __repr__(self) -> str:
        return f"OAuthToken(scope={self.scope!r})"


def signed_in(session: dict[str, Any]) -> tuple[OAuthProfile, OAuthToken] | None:
    """Return who a session says is signed in; ``None`` for nobody, or when the token has expired."""
    info = session.get("oauth_info")
    if not isinstance(info, dict) or not isinstance(info.get("userinfo"), dict):
        return None
    expires_at = info.get("expires_at")
    if not isinstance(expires_at, (int, float)) or expires_at <= time.time():
        return None
    token = OAuthToken(
        str(info.get("access_token", "")), str(info.get("scope", "")), float(expires_at)
    )
    return OAuthProfile(info["userinfo"]), token
