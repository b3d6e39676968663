"""Serving the page on this machine only, until the person stops it."""

from __future__ import annotations

import socket
from collections.abc import Callable

from thematic.errors import StudyError
from thematic.web.app import make_app
from thematic.web.security import Secrets
from thematic.web.session import ReviewSession

__all__ = ["listen", "serve"]

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


def serve(
    session: ReviewSession, *, port: int = 0, on_ready: Callable[[str], None] = lambda _address: None
) -> None:
    """Serve the page until it is interrupted, which is how it ends and no error.

    `on_ready` hears the address, which holds the secret.
    """
    import uvicorn

    sock = listen(port)
    secrets = Secrets(port=sock.getsockname()[1])
    config = uvicorn.Config(
        make_app(session, secrets),
        log_level="critical",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    on_ready(secrets.address)
    try:
        uvicorn.Server(config).run(sockets=[sock])
    except KeyboardInterrupt:
        pass
    finally:
        sock.close()
