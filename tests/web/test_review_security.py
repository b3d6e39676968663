"""Who may talk to the review page: raw requests that must be refused, and what an answer always says."""

from __future__ import annotations

import hashlib
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

import thematic.web
from tests.web.serving import Client, Served, make_session, raw, serving
from thematic.web.security import HEADERS, MAX_BODY

STATIC = Path(thematic.web.__file__).parent / "static"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(make_session(tmp_path)) as served:
        yield served


@pytest.fixture
def client(served: Served) -> Iterator[Client]:
    client = Client(served.secrets.address)
    yield client
    client.close()


def headers(client: Client, **more: str) -> dict[str, str]:
    return {"Cookie": client.cookie, "Origin": client.origin} | {
        k.replace("_", "-"): v for k, v in more.items()
    }


def test_listens_on_the_loopback_interface_only(served: Served) -> None:
    assert raw(served.secrets.port, "GET", "/").status == 403
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    if sys.platform == "linux":
        others.add("127.0.0.2")  # a listener on all addresses answers here, too
    for address in others - {"127.0.0.1"}:
        with pytest.raises(OSError):
            socket.create_connection((address, served.secrets.port), timeout=1)


def test_without_the_cookie_nothing_is_told(served: Served) -> None:
    for path in ("/", "/overview", "/excerpts", "/static/review.css", "/nowhere"):
        answer = raw(served.secrets.port, "GET", path)
        assert answer.status == 403
        assert "Groups in treatment" not in answer.text
    assert (
        raw(served.secrets.port, "GET", "/", {"Cookie": f"{served.secrets.cookie_name}=wrong"}).status == 403
    )


def test_the_token_is_exchanged_for_a_cookie_and_leaves_the_address(served: Served) -> None:
    answer = raw(served.secrets.port, "GET", f"/open/{served.secrets.token}")
    assert answer.status == 303
    assert answer.headers["Location"] == "/"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"thematic-{served.secrets.port}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert served.secrets.token not in cookie
    assert raw(served.secrets.port, "GET", "/open/guess").status == 403
    assert raw(served.secrets.port, "GET", "/open/").status in (403, 404)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", "[::1]"]
)
def test_a_foreign_name_that_leads_here_is_refused(served: Served, client: Client, host: str) -> None:
    assert raw(served.secrets.port, "GET", "/overview", headers(client), host=host).status == 400
    assert raw(served.secrets.port, "GET", f"/open/{served.secrets.token}", host=host).status == 400


def test_both_names_of_this_machine_are_ours(served: Served, client: Client) -> None:
    host = f"localhost:{served.secrets.port}"
    assert raw(served.secrets.port, "GET", "/overview", headers(client), host=host).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "rubbish"])
def test_a_request_from_another_site_is_refused(served: Served, client: Client, site: str) -> None:
    assert raw(served.secrets.port, "GET", "/overview", headers(client, Sec_Fetch_Site=site)).status == 403


def writes(client: Client) -> list[str]:
    excerpt = client.get("/").text
    found = re.search(r'action="(/excerpt/[^"]+)"', excerpt)
    assert found
    return [found.group(1), "/undo", "/clusters/c1"]


def test_every_write_wants_origin_and_csrf_token(served: Served, client: Client) -> None:
    port = served.secrets.port
    assert {r.path.split("{")[0] for r in posts(served)} == {"/excerpt/", "/undo", "/clusters/"}
    for path in writes(client):
        for wrong in (
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Origin": f"http://127.0.0.1:{port + 1}"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            answer = raw(port, "POST", path, headers(client) | wrong, b"csrf=" + served.secrets.csrf.encode())
            assert (answer.status, path, wrong) == (403, path, wrong)
        no_origin = {"Cookie": client.cookie}
        assert raw(port, "POST", path, no_origin, b"csrf=" + served.secrets.csrf.encode()).status == 403
        for body in (b"", b"csrf=", b"csrf=wrong", b"action=none-apply"):
            assert raw(port, "POST", path, headers(client), body).status == 403
    assert served.session.journal.decisions == []


def posts(served: Served) -> list[Route]:
    from thematic.web.app import make_app

    app = make_app(served.session, served.secrets)
    routes = app.app.routes  # type: ignore[attr-defined]
    return [r for r in routes if isinstance(r, Route) and "POST" in (r.methods or ())]


def test_a_plain_form_of_a_browser_that_hides_the_origin_is_ours(served: Served, client: Client) -> None:
    client.get("/")
    form = dict(client.form(("action", "none-apply")))
    body = "&".join(f"{k}={v}" for k, v in form.items()).encode()
    hidden = headers(client) | {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert raw(served.secrets.port, "POST", client.path, hidden, body).status == 303
    assert len(served.session.journal.decisions) == 1


def test_forms_that_are_too_large_unsized_or_broken_are_refused(served: Served, client: Client) -> None:
    port = served.secrets.port
    path = writes(client)[0]
    assert raw(port, "POST", path, headers(client, Content_Length=str(MAX_BODY + 1))).status == 413
    chunked = headers(client, Transfer_Encoding="chunked")
    assert raw(port, "POST", path, chunked | {"Content-Length": ""}).status in (400, 411)
    csrf = served.secrets.csrf.encode()
    assert raw(port, "POST", path, headers(client), b"\xff\xfe").status == 400
    assert raw(port, "POST", path, headers(client), b"csrf=%ff").status == 400
    assert raw(port, "POST", path, headers(client), b"csrf=" + csrf).status == 400
    assert raw(port, "POST", path, headers(client), b"action=drop&csrf=" + csrf).status == 400
    assert served.session.journal.decisions == []


def test_every_answer_carries_the_security_headers(served: Served, client: Client) -> None:
    port = served.secrets.port
    answers = [
        raw(port, "GET", "/"),
        raw(port, "GET", "/overview", headers(client)),
        raw(port, "GET", "/nowhere", headers(client)),
        raw(port, "GET", "/static/review.css", headers(client)),
        raw(port, "GET", "/overview", headers(client), host="evil.example"),
        raw(port, "DELETE", "/overview", headers(client)),
        raw(port, "GET", f"/open/{served.secrets.token}"),
    ]
    assert [a.status for a in answers] == [403, 200, 404, 200, 400, 405, 303]
    for answer in answers:
        assert {name: answer.headers.get_all(name) for name in HEADERS} == {
            k: [v] for k, v in HEADERS.items()
        }
    assert HEADERS["content-security-policy"] == (
        "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
    )
    assert HEADERS["cache-control"] == "no-store"
    assert HEADERS["x-content-type-options"] == "nosniff"
    assert HEADERS["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2f..%2fstudy.py",
        "/static//",
    ],
)
def test_no_folder_is_listed_and_no_other_file_read(served: Served, client: Client, path: str) -> None:
    answer = raw(served.secrets.port, "GET", path, headers(client))
    assert answer.status in (400, 404, 405) or (answer.status in (307, 303) and not answer.body)
    assert "import" not in answer.text
    assert "htmx.LICENSE" not in answer.text


def test_templates_hold_no_inline_script_style_or_foreign_address() -> None:
    for path in [*(STATIC.parent / "templates").glob("*.html"), STATIC / "review.js", STATIC / "review.css"]:
        text = path.read_text()
        assert not re.search(r"<script(?! src=\"/static/)|<style|\sstyle=|\son[a-z]+=|javascript:", text), (
            path
        )
        assert not re.search(r"(?:https?:)?//(?!www\.w3\.org)[a-z0-9.-]+\.[a-z]{2,}", text), path


def test_htmx_is_the_file_that_the_readme_beside_it_names() -> None:
    digest = hashlib.sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest()
    assert digest in (STATIC / "README.md").read_text()
    assert "Zero-Clause BSD" in (STATIC / "htmx.LICENSE.txt").read_text()
