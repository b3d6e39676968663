"""Who may talk to the page: only the browser of the person who started it.

Every web site that is open in the same browser, and every program of another user on the same machine, can
reach a port of the loopback interface. So the address of the page holds a secret that is exchanged for a
cookie, the Host must be ours (a foreign name that resolves to 127.0.0.1 is refused), a request must come from
our own page, and a form must carry a second secret that only our own page can read.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HEADERS", "MAX_BODY", "Guard", "Secrets", "same_secret"]

MAX_BODY = 2_000_000
"""Bytes of the largest form that is read: a memo of some hundred pages."""

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The secrets of one running page: in its address, in its cookie, in its forms."""

    port: int
    token: str = field(default_factory=_secret, repr=False)
    cookie: str = field(default_factory=_secret, repr=False)
    csrf: str = field(default_factory=_secret, repr=False)

    @property
    def cookie_name(self) -> str:
        """Cookies are shared by all ports of a host, so the name says the port."""
        return f"thematic-{self.port}"

    @property
    def address(self) -> str:
        """Where the page is opened: the only place where the token is told."""
        return f"http://127.0.0.1:{self.port}/open/{self.token}"

    @property
    def hosts(self) -> tuple[str, str]:
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"


class Guard:
    """Stands before the app: refuses what is not ours, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, *, secrets: Secrets) -> None:
        self.app = app
        self.secrets = secrets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.requests import Request
        from starlette.responses import PlainTextResponse

        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                kept = [pair for pair in message["headers"] if pair[0].lower().decode() not in HEADERS]
                message["headers"] = kept + ours
            await send(message)

        refused = self._refusal(Request(scope))
        if refused is None:
            await self.app(scope, receive, guarded)
        else:
            status, reason = refused
            await PlainTextResponse(reason + "\n", status)(scope, receive, guarded)

    def _refusal(self, request: Request) -> tuple[int, str] | None:
        """The status and the reason with which a request is refused, or None when it is ours."""
        headers = request.headers
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self.secrets.hosts:
            return 400, "This page is not served under that name."
        if request.url.path.startswith("/open/"):
            return None  # the token in the address is checked by the page that exchanges it
        if not same_secret(request.cookies.get(self.secrets.cookie_name, ""), self.secrets.cookie):
            return 403, "Open the page with the address that `thematic` printed in the terminal."
        site = headers.get("sec-fetch-site")
        if site not in (None, "same-origin", "none"):
            return 403, "This request comes from another site."
        if request.method == "POST":
            # Under no-referrer a browser calls the origin of a plain form "null", and says same-origin.
            origin = headers.get("origin")
            ours = origin == f"http://{hosts[0]}" or (origin in (None, "null") and site == "same-origin")
            if not ours:
                return 403, "This form comes from another site."
            length = headers.get("content-length", "")
            if not length.isdecimal():
                return 411, "The length of the form is not given."
            if int(length) > MAX_BODY:
                return 413, "The form is too large."
        return None


def same_secret(given: str, expected: str) -> bool:
    """Compare without telling by the time it takes how much of it was right."""
    return secrets.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
