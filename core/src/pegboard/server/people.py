"""Routes of people: log in, log out, who am I."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request as HttpRequest

from pegboard.request import Request
from pegboard.server.answers import JsonAnswer, refuse
from pegboard.server.guard import Visitor, address_of
from pegboard.server.pages_routes import PageRoutes, root_path
from pegboard.server.site import Site
from pegboard.server.uploads import UploadRefused, read_form

BODY_LIMIT_BYTES = 64 * 1024


class PeopleRoutes:
    """Handlers for logging in and out."""

    def __init__(self, site: Site, pages: PageRoutes) -> None:
        self._site = site
        self._pages = pages

    async def log_in(self, request: HttpRequest, visitor: Visitor) -> Any:
        """Check name and password; set the cookie."""
        logins = self._site.logins
        wants_page = "text/html" in request.headers.get("accept", "")
        if not logins.has_form:
            return refuse(404, "This app has no login form.")
        client = address_of(request.scope, dict(request.scope["headers"]))
        if not logins.may_try(client):
            if wants_page:
                return self._pages.login_page(
                    request, visitor, 429, "Too many attempts; wait a minute."
                )
            return refuse(429, "Too many attempts; wait a minute.")
        fields = await self._fields(request)
        if fields is None:
            return refuse(400, "Send username and password as a form.")
        token = await logins.log_in(fields.get("username", ""), fields.get("password", ""), client)
        if token is None:
            if wants_page:
                user = fields.get("username", "")
                return self._pages.login_page(
                    request, visitor, 401, "Incorrect credentials.", user
                )
            return refuse(401, {"error": "Incorrect credentials.", "auth_message": logins.message})
        answer = JsonAnswer({"success": True})
        if wants_page:
            answer = JsonAnswer(body=b"", status=303)
            answer.raw_headers.append((b"location", f"{root_path(visitor)}/".encode()))
        answer.raw_headers.append((b"set-cookie", self._cookie(token, visitor, logins.lifetime_s)))
        answer.raw_headers.append((b"cache-control", b"no-store"))
        return answer

    async def log_out(self, request: HttpRequest, visitor: Visitor) -> Any:
        """End the login, everywhere unless asked otherwise, and go back to the page."""
        if request.headers.get("sec-fetch-site", "none") == "cross-site":
            return refuse(403, "Pages of another origin may not log people out.")
        everywhere = request.query_params.get("all_session", "true").lower() != "false"
        cookies = Request(headers=request.scope["headers"]).cookies
        self._site.logins.log_out(cookies.get(self._site.logins.cookie), everywhere)
        answer = JsonAnswer(body=b"", status=302)
        answer.raw_headers += [
            (b"location", f"{root_path(visitor)}/".encode()),
            (b"set-cookie", self._cookie("", visitor, 0)),
            (b"cache-control", b"no-store"),
        ]
        return answer

    async def user(self, request: HttpRequest, visitor: Visitor) -> Any:
        """The name of who is logged in, or null."""
        return JsonAnswer(visitor.username)

    def _cookie(self, token: str, visitor: Visitor, age_s: float) -> bytes:
        secure = "; Secure" if visitor.is_secure else ""
        path = root_path(visitor) or "/"
        return (
            f"{self._site.logins.cookie}={token}; HttpOnly; SameSite=Lax; Path={path}; "
            f"Max-Age={int(age_s)}{secure}"
        ).encode()

    async def _fields(self, request: HttpRequest) -> dict[str, str] | None:
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind == "application/x-www-form-urlencoded":
            body = b""
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_LIMIT_BYTES:
                    return None
            return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        try:
            reader = await read_form(request, self._site.files, None)
        except UploadRefused:
            return None
        return reader.fields
