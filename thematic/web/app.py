"""The pages of a review: each answers a plain GET or a plain form, so that they work without JavaScript."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast, get_args
from urllib.parse import parse_qsl, quote
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from thematic.errors import InputError, ThematicError
from thematic.formats.exports.excerpt_rows import clock
from thematic.review import CodePair
from thematic.text import canonical
from thematic.web.relearning import Relearner
from thematic.web.security import Guard, Secrets, same_secret
from thematic.web.session import ConflictError, ReviewSession, Submission, SubmissionAction
from thematic.web.views import (
    Draft,
    clusters_view,
    excerpt_view,
    frame,
    list_view,
    overview_view,
    pair_query,
)

__all__ = ["make_app"]

HERE = Path(__file__).parent
STAYING = ("flag", "memo", "propose")


class Form:
    """The fields of a plain form, in which a name may come more than once."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.pairs = [(name, canonical(value)) for name, value in pairs]

    def get(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for key, value in self.pairs if key == name))


class RefusedError(Exception):
    """A request that is answered with a status and a line of text."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def make_app(session: ReviewSession, secrets: Secrets, relearner: Relearner | None = None) -> ASGIApp:
    """The pages of this session as an ASGI app, behind the guard."""
    pages = Pages(session, secrets, relearner)
    app = Starlette(
        routes=[
            Route("/open/{token}", pages.open),
            Route("/", pages.start),
            Route("/next", pages.start),
            Route("/excerpt/{id:path}", pages.excerpt, methods=["GET"]),
            Route("/excerpt/{id:path}", pages.decide, methods=["POST"]),
            Route("/undo", pages.undo, methods=["POST"]),
            Route("/overview", pages.overview),
            Route("/excerpts", pages.excerpts),
            Route("/clusters", pages.clusters),
            Route("/clusters/{id:path}", pages.propose_from_cluster, methods=["POST"]),
            Route("/keys", pages.keys),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        exception_handlers={404: pages.not_found, RefusedError: pages.refused, ThematicError: pages.failed},
    )
    return Guard(app, secrets=secrets)


class Pages:
    """The answers. Each is one read of the indexes of the session, or one append to the journal."""

    def __init__(self, session: ReviewSession, secrets: Secrets, relearner: Relearner | None) -> None:
        self.session = session
        self.secrets = secrets
        self.relearner = relearner
        self.templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.templates.filters["clock"] = clock
        self.templates.filters["path"] = lambda value: quote(value, safe="")
        for name in self.templates.list_templates():
            self.templates.get_template(name)  # compiled now, so that the first page is as fast as the others

    def render(self, name: str, status: int = 200, **view: Any) -> Response:
        html = self.templates.get_template(name).render(
            **frame(self.session), csrf=self.secrets.csrf, decision_id=uuid4().hex, **view
        )
        # A lone surrogate, as a damaged transcript may hold, cannot be sent; a mark of the same length can.
        return Response(html.encode("utf-8", "replace"), status, media_type="text/html")

    # --- Looking ---------------------------------------------------------------------------------

    async def open(self, request: Request) -> Response:
        """Exchange the token in the address for a cookie, so that no secret stays in the address bar."""
        if not same_secret(request.path_params["token"], self.secrets.token):
            return PlainTextResponse("This address is not, or no longer, valid.\n", 403)
        response = RedirectResponse("/", 303)
        response.set_cookie(
            self.secrets.cookie_name, self.secrets.cookie, httponly=True, samesite="strict", path="/"
        )
        return response

    async def start(self, request: Request) -> Response:
        self.session.refresh()
        return self._next(request.query_params.get("after"), self._pair(request))

    def _next(self, after: str | None, pair: CodePair | None = None) -> Response:
        id_ = self.session.next_undecided(after, pair)
        return _see(f"/excerpt/{quote(id_, safe='')}{pair_query(pair)}" if id_ else "/overview")

    def _pair(self, request: Request) -> CodePair | None:
        """The two codes to which the person keeps, when adjudicating."""
        one, _, other = request.query_params.get("pair", "").partition(";")
        return (one, other) if (one, other) in self.session.pairs else None

    async def excerpt(self, request: Request) -> Response:
        self.session.refresh()
        id_ = self._excerpt_id(request)
        query = request.query_params
        draft = Draft.of(self.session, id_)
        span = _span(query.get("start", ""), query.get("end", ""))
        return self._review(id_, draft.with_span(span) if span else draft, self._pair(request))

    def _review(
        self, id_: str, draft: Draft, pair: CodePair | None, *, status: int = 200, message: str = ""
    ) -> Response:
        view = excerpt_view(self.session, id_, draft, pair)
        return self.render("review.html", status, message=message, **view)

    async def overview(self, _request: Request) -> Response:
        self.session.refresh()
        every = self.relearner.every if self.relearner else 0
        return self.render("overview.html", message="", relearning=every, **overview_view(self.session))

    async def excerpts(self, request: Request) -> Response:
        self.session.refresh()
        return self.render("excerpts.html", message="", **list_view(self.session, dict(request.query_params)))

    async def clusters(self, _request: Request) -> Response:
        return self.render("clusters.html", message="", **clusters_view(self.session))

    async def keys(self, _request: Request) -> Response:
        return self.render("keys.html", message="")

    # --- Deciding --------------------------------------------------------------------------------

    async def decide(self, request: Request) -> Response:
        form = await self._form(request)
        id_ = self._excerpt_id(request)
        submission, draft = _submission(form)
        pair = self._pair(request)
        session = self.session
        session.refresh()
        reveals = session.mode == "reveal" and not session.adjudicating and id_ not in session.decided
        try:
            session.save(id_, submission)
        except ConflictError:
            theirs = excerpt_view(session, id_, Draft.of(session, id_))
            return self.render(
                "conflict.html", 409, message="", theirs=theirs, draft=draft, submission=submission
            )
        except ThematicError as error:
            status = 422 if isinstance(error, InputError) else 507
            return self._review(id_, draft, pair, status=status, message=_sentence(error))
        if submission.action in STAYING:
            if submission.action == "propose":
                draft = draft.without_proposal()
            return self._review(id_, draft, pair)
        if self.relearner is not None and session.version(id_) != submission.version:
            self.relearner.decided()
        if reveals and id_ in session.decided:
            return _see(f"/excerpt/{quote(id_, safe='')}")
        return self._next(id_, pair)

    async def undo(self, request: Request) -> Response:
        form = await self._form(request)
        self.session.refresh()
        try:
            undone = self.session.undo(_decision_id(form), form.get("undoes"))
        except ConflictError as conflict:
            return self.render("message.html", 409, message=_sentence(conflict))
        return _see(f"/excerpt/{quote(undone.excerpt_id or '', safe='')}")

    async def propose_from_cluster(self, request: Request) -> Response:
        form = await self._form(request)
        view = clusters_view(self.session)
        if request.path_params["id"] not in [c["cluster"].id for c in view["clusters"]]:
            raise RefusedError(404, "There is no such cluster.")
        try:
            self.session.propose_from_cluster(request.path_params["id"], _submission(form, "propose")[0])
        except InputError as error:
            return self.render("clusters.html", 422, message=_sentence(error), **view)
        return _see("/clusters")

    async def _form(self, request: Request) -> Form:
        """The fields of a form of ours. Refuses one without the secret that only our pages know."""
        try:
            pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            raise RefusedError(400, "This form is not UTF-8.") from None
        form = Form(pairs)
        if not same_secret(form.get("csrf"), self.secrets.csrf):
            raise RefusedError(403, "This form does not come from this page. Load the page again.")
        return form

    def _excerpt_id(self, request: Request) -> str:
        id_ = cast(str, request.path_params["id"])
        known = self.session.position if self.session.adjudicating else self.session.excerpts
        if id_ not in known:
            raise RefusedError(404, "There is no such excerpt in this review.")
        return id_

    # --- When it cannot be done ------------------------------------------------------------------

    async def not_found(self, _request: Request, _error: Exception) -> Response:
        return self.render("message.html", 404, message="There is no such page.")

    async def refused(self, _request: Request, error: Exception) -> Response:
        refused = cast(RefusedError, error)
        return self.render("message.html", refused.status, message=refused.message)

    async def failed(self, _request: Request, error: Exception) -> Response:
        return self.render("message.html", 500, message=_sentence(cast(ThematicError, error)))


def _see(address: str) -> Response:
    return RedirectResponse(address, 303)


def _sentence(error: ThematicError) -> str:
    """The message and what to do next, as a person reads it."""
    parts = [error.problem.message, error.hint]
    return " ".join(f"{part[0].upper()}{part[1:].rstrip('.')}." for part in parts if part)


def _decision_id(form: Form) -> str:
    id_ = form.get("decision")
    if not (len(id_) == 32 and set(id_) <= set("0123456789abcdef")):
        raise RefusedError(400, "This form is incomplete. Load the page again.")
    return id_


def _span(start: str, end: str) -> tuple[int, int] | None:
    return (int(start), int(end)) if start.isdecimal() and end.isdecimal() and len(start + end) < 30 else None


def _submission(form: Form, action: str | None = None) -> tuple[Submission, Draft]:
    """What a form says, and the same as a draft to show again when it cannot be saved."""
    action = action or form.get("action", "decide")
    if action not in get_args(SubmissionAction):
        raise RefusedError(400, "This form asks for something unknown.")
    judged = {name.removeprefix("judge:"): v for name, v in form.pairs if name.startswith("judge:")}
    codes = dict.fromkeys((*form.all("code"), *(id_ for id_, v in judged.items() if v == "applies")))
    opened = form.get("opened")
    seconds = max(0.0, time.time() - int(opened) / 1000) if opened.isdecimal() and len(opened) < 15 else None
    submission = Submission(
        action=cast(Any, action),
        decision_id=_decision_id(form),
        version=form.get("version"),
        generation=int(shown) if (shown := form.get("generation")).isdecimal() and len(shown) < 9 else 0,
        code_ids=tuple(codes),
        rejected=tuple(id_ for id_, v in judged.items() if v == "not"),
        span=_span(form.get("start"), form.get("end")),
        memo=form.get("memo").strip(),
        seconds=seconds,
        name=form.get("name"),
        definition=form.get("definition"),
    )
    draft = Draft(
        code_ids=submission.code_ids,
        rejected=submission.rejected,
        span=submission.span,
        memo=submission.memo,
        opened=int(opened) if seconds is not None else None,
        name=submission.name,
        definition=submission.definition,
    )
    return submission, draft
