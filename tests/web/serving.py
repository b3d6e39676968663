"""A review page served in a thread, and a client that talks to it as a browser's form does."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import uvicorn

from tests.builders import make_study_data
from thematic.journal import Journal
from thematic.web.app import make_app
from thematic.web.relearning import Relearner
from thematic.web.security import Secrets
from thematic.web.server import listen
from thematic.web.session import ReviewSession


def make_session(folder: Path, coder: str = "ada", **fields: Any) -> ReviewSession:
    """A session over the invented study, with its journal in `folder`."""
    given = {"data": make_study_data(codings=()), "coder_id": coder} | fields
    return ReviewSession(journal=Journal.open(folder / f"{coder}.jsonl"), **given)


@dataclass
class Served:
    session: ReviewSession
    secrets: Secrets

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.secrets.port}"


@contextmanager
def serving(session: ReviewSession, relearner: Relearner | None = None) -> Iterator[Served]:
    """The page of this session on a free port."""
    sock = listen()
    secrets = Secrets(port=sock.getsockname()[1])
    config = uvicorn.Config(make_app(session, secrets, relearner), log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield Served(session, secrets)
    finally:
        server.should_exit = True
        thread.join(10)
        sock.close()


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def field(self, name: str) -> str:
        """The value of the first hidden field of this name in the page."""
        found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', self.text)
        assert found, f"no field {name} in\n{self.text[:2000]}"
        return unescape(found.group(1))


def raw(
    port: int,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    *,
    host: str | None = None,
) -> Answer:
    """One request, with exactly these headers beside the host."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host or f"127.0.0.1:{port}")
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None and "Content-Length" not in (headers or {}):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


@dataclass
class Client:
    """Keeps the cookie and one connection, follows redirects, sends forms."""

    address: str
    cookie: str = ""
    path: str = "/"
    page: Answer | None = None
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        if parts.path.startswith("/open/"):
            self.get(parts.path)

    def close(self) -> None:
        self.connection.close()

    def request(
        self, method: str, path: str, form: Sequence[tuple[str, str]] = (), *, follow: bool = True
    ) -> Answer:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = None
        if method == "POST":
            body = urlencode(form).encode()
            headers |= {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        for name, morsel in SimpleCookie(answer.headers.get("Set-Cookie", "")).items():
            self.cookie = f"{name}={morsel.value}"
        location = answer.headers.get("Location")
        if follow and answer.status == 303 and location:
            return self.request("GET", location)
        self.path, self.page = path, answer
        return answer

    def get(self, path: str, *, follow: bool = True) -> Answer:
        return self.request("GET", path, follow=follow)

    def form(self, *fields: tuple[str, str]) -> list[tuple[str, str]]:
        """The fields of the form that is open, and these."""
        assert self.page is not None
        names = ("csrf", "decision", "version", "generation", "opened", "start", "end")
        return [(name, self.page.field(name)) for name in names] + list(fields)

    def decide(self, *codes: str, action: str = "decide", **fields: str) -> Answer:
        """Send the form that is open with these codes."""
        form = self.form(("action", action), *(("code", code) for code in codes), *fields.items())
        return self.request("POST", self.path, form)
