"""Serving the page on this machine only, until the person stops it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from thematic.errors import StudyError
from thematic.web.app import make_app
from thematic.web.relearning import Relearner
from thematic.web.security import Secrets
from thematic.web.session import ReviewSession

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Idle", "listen", "serve"]

LOOPBACK = "127.0.0.1"


def listen(port: int = 0) -> socket.socket:
    """A socket on the loopback interface; port 0 takes a free one. Raises StudyError when it is taken."""
    # asyncio sends small packets at once (TCP_NODELAY) only when the socket names its protocol; without, an
    # answer waits 40 ms for the acknowledgement of its own headers.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((LOOPBACK, port))
    except OSError as error:
        sock.close()
        raise StudyError(
            f"port {port} cannot be used: {(error.strerror or str(error)).lower()}",
            hint="leave out --port: a free one is found",
        ) from error
    sock.listen(128)
    return sock


class Idle:
    """Passes requests on, and knows for how long nobody has asked for anything."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.last = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.last = time.monotonic()
        await self.app(scope, receive, send)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.last


def serve(
    session: ReviewSession,
    *,
    root: Path | None = None,
    port: int = 0,
    idle_minutes: float = 0,
    on_ready: Callable[[str], None] = lambda _address: None,
) -> bool:
    """Serve the page until it is interrupted, which is how it ends and no error.

    root: of the study, where suggestions are to be learnt anew as decisions are made.
    `on_ready` hears the address, which holds the secret. Returns True when it ended of itself because no page
    was asked for in `idle_minutes` (0: never).
    """
    import asyncio

    import uvicorn

    sock = listen(port)
    secrets = Secrets(port=sock.getsockname()[1])
    relearner = None if root is None else Relearner(session, root)
    app = Idle(make_app(session, secrets, relearner))
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    stopped = False

    async def run() -> None:
        nonlocal stopped
        serving = asyncio.ensure_future(server.serve(sockets=[sock]))
        while idle_minutes and not serving.done():
            left = idle_minutes * 60 - app.seconds
            if left <= 0:
                stopped = server.should_exit = True
                break
            await asyncio.wait({serving}, timeout=left)
        try:
            await serving
        finally:
            if relearner is not None:
                await relearner.stop()

    on_ready(secrets.address)
    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        pass
    finally:
        sock.close()
    return stopped
