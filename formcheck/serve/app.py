"""Answers the requests of phones. What is asked never becomes a path: files are named in a table here."""

from __future__ import annotations

import html
import json
import math
import mimetypes
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from formcheck.errors import FormcheckError, OutputError
from formcheck.live.words import PageWords
from formcheck.serve.access import Place, Strangers
from formcheck.serve.phone import Phone
from formcheck.serve.qr import svg_uri
from formcheck.serve.room import Guest, Room
from formcheck.serve.sounds import TONE_FILES
from formcheck.serve.state import Data

COOKIE = "formcheck"
MOST_FRAME_BYTES = 1_000_000  # a picture of 640x480 has 20 to 60 kB
_MOST_BYTES = 4_000
_READ_S = 8.0  # a request that takes longer to come is given up
_THREADS = 40
_FOR_ALL = {("GET", "/"), ("GET", "/web/join.js"), ("GET", "/web/style.css"), ("POST", "/join")}
_WEB = ("app.js", "join.js", "camera.js", "draw.js", "sound.js", "style.css")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_REPORT_POLICY = "sandbox allow-scripts; frame-ancestors 'self'"
"""The page of a report says itself what it may load (nothing); in here it is kept apart from the session."""
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


def app_for(room: Room, place: Place, authority: Path | None = None) -> ASGIApp:
    """Return the application.

    Args:
        room: The phones.
        place: Where it is asked.
        authority: The certificate of this installation's authority, or None without HTTPS.
    """
    answers = _Answers(room, place, authority.read_bytes() if authority is not None else None)
    routes = [
        Route("/", answers.page),
        Route("/join", answers.join, methods=["POST"]),
        Route("/about", answers.about),
        Route("/start", answers.start, methods=["POST"]),
        Route("/frame", answers.frame, methods=["POST"]),
        Route("/state", answers.state),
        Route("/choose", answers.choose, methods=["POST"]),
        Route("/press/{what}", answers.press, methods=["POST"]),
        Route("/sound/{number:int}", answers.sound),
        Route("/tone/{name}", answers.tone),
        Route("/report/{number:int}", answers.report),
        Route("/another", answers.another, methods=["POST"]),
        Route("/trust", answers.trust),
        Route("/authority.crt", answers.authority),
        Route("/web/{name}", answers.web),
    ]
    return Guard(Starlette(routes=routes), room, place)


class Guard:
    """Lets requests through that name this server, come from its own pages, and are few and small enough.

    Args:
        app: What answers those.
        room: The phones.
        place: Where it is asked.
    """

    def __init__(self, app: ASGIApp, room: Room, place: Place) -> None:
        self._app, self._room, self._place = app, room, place
        self._strangers = Strangers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        guest = self._guest(scope)
        refused = self._refusal(scope, guest)
        if refused is not None:
            await _with_headers(refused, scope, receive, send)
            return
        scope["guest"] = guest
        await _with_headers(self._app, scope, receive, send)

    def _guest(self, scope: Scope) -> Guest | None:
        secret = Request(scope).cookies.get(COOKIE)
        return self._room.guest(secret) if secret else None

    def _refusal(self, scope: Scope, guest: Guest | None) -> Response | None:
        headers, method = Headers(scope=scope), scope["method"]
        if not self._place.is_asked(headers.get("host", "")):
            return Response(status_code=421)
        if method not in ("GET", "POST"):
            return Response(status_code=405)
        if method == "POST" and not self._place.may_ask(headers.get("origin")):
            return Response(status_code=403)
        client = scope.get("client") or ("", 0)
        if not (guest.bucket.takes() if guest is not None else self._strangers.takes(client[0])):
            return Response(status_code=429)
        if guest is None and (method, scope["path"]) not in _FOR_ALL:
            return Response(status_code=403)
        return _too_large(headers, scope["path"]) if method == "POST" else None


def _too_large(headers: Headers, path: str) -> Response | None:
    length = headers.get("content-length", "")
    if not length.isascii() or not length.isdecimal() or "transfer-encoding" in headers:
        return Response(status_code=411)
    most = MOST_FRAME_BYTES if path == "/frame" else _MOST_BYTES
    return Response(status_code=413) if len(length) > 9 or int(length) > most else None


async def _with_headers(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the headers that every answer has."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("content-security-policy", _POLICY)
        await send(message)

    await app(scope, receive, sent)


class _Answers:
    """One method a route."""

    def __init__(self, room: Room, place: Place, authority: bytes | None) -> None:
        self._room, self._place, self._authority = room, place, authority
        web = files(__package__) / "web"
        self._pages = {
            name: _filled((web / f"{name}.html").read_text("utf-8"), room)
            for name in ("index", "join", "trust")
        }
        self._web = {name: (web / name).read_bytes() for name in _WEB}
        self._limiter: anyio.CapacityLimiter | None = None
        self._in_flight: set[int] = set()

    async def page(self, request: Request) -> Response:
        guest: Guest | None = request.scope["guest"]
        return _html(self._pages["index" if guest is not None else "join"])

    async def join(self, request: Request) -> Response:
        asked = await _json(request)
        secret = self._room.join(str(asked.get("token", "")))
        if secret is None:
            return Response(status_code=403)
        answer = JSONResponse({})
        answer.set_cookie(
            COOKIE, secret, httponly=True, samesite="strict", secure=self._place.secure, path="/"
        )
        return answer

    async def about(self, request: Request) -> Response:
        return JSONResponse({**self._room.about(_phone(request)), "secure": self._place.secure})

    async def start(self, request: Request) -> Response:
        asked, phone = await _json(request), _phone(request)
        return JSONResponse(self._room.start(phone, str(asked.get("page", ""))[:64]))

    async def frame(self, request: Request) -> Response:
        phone = _phone(request)
        if not phone.page or request.headers.get("x-page") != phone.page:
            return JSONResponse({}, status_code=409)
        if phone.number in self._in_flight:  # one at a time, whatever the page does
            return JSONResponse({}, status_code=429)
        self._in_flight.add(phone.number)
        try:
            jpeg = await _body(request)
            captured_s = _seconds(request.headers.get("x-captured-ms", ""))
            return await self._threaded(lambda: self._room.frame(phone, jpeg, captured_s))
        finally:
            self._in_flight.discard(phone.number)

    async def state(self, request: Request) -> Response:
        return JSONResponse(_phone(request).state())

    async def choose(self, request: Request) -> Response:
        asked, phone = await _json(request), _phone(request)

        def chosen() -> Data:
            self._room.choose(phone, asked)
            return {}

        return await self._threaded(chosen)

    async def press(self, request: Request) -> Response:
        phone, what = _phone(request), request.path_params["what"]
        acts: dict[str, Callable[[], None]] = {
            "end": phone.stop,
            "other-leg": lambda: self._room.other_leg(phone),
        }
        if what not in acts:
            return Response(status_code=404)
        await run_sync(acts[what])
        return JSONResponse({})

    async def sound(self, request: Request) -> Response:
        number = request.path_params["number"]
        return _wav(await run_sync(lambda: self._room.sounds.file(number)))

    async def tone(self, request: Request) -> Response:
        return _wav(TONE_FILES.get(request.path_params["name"]))

    async def report(self, request: Request) -> Response:
        result = _phone(request).result(request.path_params["number"])
        if result is None:
            return Response(status_code=404)
        try:
            page = await run_sync(lambda: self._room.report(result))
        except OutputError as error:
            return Response(str(error), status_code=507)
        answer = _html(page)
        answer.headers["content-security-policy"] = _REPORT_POLICY
        return answer

    async def another(self, request: Request) -> Response:
        link = self._place.link(self._room.tokens.issue())
        return JSONResponse({"link": link, "qr": svg_uri(link)})

    async def trust(self, request: Request) -> Response:
        return _html(self._pages["trust"])

    async def authority(self, request: Request) -> Response:
        if self._authority is None:
            return Response(status_code=404)
        named = {"content-disposition": 'attachment; filename="formcheck.crt"'}
        return Response(self._authority, media_type="application/x-x509-ca-cert", headers=named)

    async def web(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._web:
            return Response(status_code=404)
        return Response(self._web[name], media_type=mimetypes.guess_type(name)[0] or "text/plain")

    async def _threaded(self, work: Callable[[], Data]) -> Response:
        """Work beside the loop that answers; what does not fit is one sentence."""
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(_THREADS)
        try:
            return JSONResponse(await run_sync(work, limiter=self._limiter))
        except FormcheckError as error:
            return JSONResponse({"wrong": str(error)}, status_code=422)


def _filled(page: str, room: Room) -> bytes:
    """Put the words into a page that has no script to do so."""
    for name in PageWords.__dataclass_fields__:
        page = page.replace(f"{{{{{name}}}}}", html.escape(str(getattr(room.plan.words, name))))
    return page.replace('<html lang="en">', f'<html lang="{html.escape(room.plan.language[:2])}">').encode()


def _phone(request: Request) -> Phone:
    guest: Guest = request.scope["guest"]
    return guest.phone


def _html(page: bytes) -> Response:
    return Response(page, media_type="text/html; charset=utf-8")


def _wav(data: bytes | None) -> Response:
    return Response(status_code=404) if data is None else Response(data, media_type="audio/wav")


async def _body(request: Request) -> bytes:
    """Return the body; a sender that is too slow is given up."""
    try:
        with anyio.fail_after(_READ_S):
            return await request.body()
    except (TimeoutError, ClientDisconnect):
        return b""


async def _json(request: Request) -> Data:
    try:
        data: Any = json.loads(await _body(request))
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _seconds(text: str) -> float | None:
    try:
        value = float(text) / 1000.0
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value < 1e11 else None
