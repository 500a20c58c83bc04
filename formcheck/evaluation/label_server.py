"""Serves the page of `formcheck label` to browsers of this machine, and to nobody else.

It listens on the loopback address only. An address holds a random token, so that other users and pages of the
machine cannot guess it; the `Host` of a request must be this server (another name that was made to lead here
is refused), and the `Origin`, where a browser sends one, its own page. What is asked never becomes a path.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from formcheck.errors import FormcheckError, OutputError
from formcheck.evaluation.labelling import Desk, Stale
from formcheck.files import names
from formcheck.report.page.labelling import label_page

HOST = "127.0.0.1"
_MOST_BYTES = 1 << 20  # a label of an hour of repetitions takes a tenth of it
_CHUNK = 1 << 18
_TIMEOUT_S = 30.0
_RANGE = re.compile(r"bytes=(\d+)-(\d*)$")
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class LabelServer:
    """The page of one clip, from when it is made until it is closed.

    Args:
        desk: The clip and its label.
        port: Where to listen; 0 takes one that is free.

    Attributes:
        address: What to open in a browser.
        done: Set when the person says on the page that the label is done.

    Raises:
        OutputError: The port is taken.
    """

    def __init__(self, desk: Desk, port: int = 0) -> None:
        self.done = threading.Event()
        token = secrets.token_urlsafe(24)
        answers = _Answers(desk, self.done, token)
        try:
            self._server = _Server((HOST, port), answers)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OutputError(
                f"cannot listen on port {port} ({reason}); choose another with --port"
            ) from error
        self.port = int(self._server.server_address[1])
        answers.hosts = {f"{HOST}:{self.port}", f"localhost:{self.port}"}
        self.address = f"http://{HOST}:{self.port}/{token}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a browser may keep its connection open

    def __init__(self, place: tuple[str, int], answers: _Answers) -> None:
        self.answers = answers
        super().__init__(place, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away is no error of ours."""


class _Answers:
    """What is answered, by method and what is asked.

    Args:
        desk: The clip.
        done: Set at the end.
        token: What stands first in each address.
    """

    def __init__(self, desk: Desk, done: threading.Event, token: str) -> None:
        self.desk, self.done = desk, done
        self.hosts: set[str] = set()
        self._token = token.encode()
        self.of: dict[tuple[str, str], Callable[[bytes, str], dict[str, Any]]] = {
            ("GET", "about"): lambda body, mark: desk.about(),
            ("GET", "label"): lambda body, mark: desk.label(),
            ("PUT", "label"): desk.save,
            ("POST", "result"): lambda body, mark: desk.judge(),
            ("GET", "result"): lambda body, mark: desk.result(),
            ("POST", "convert"): lambda body, mark: desk.convert(),
            ("POST", "done"): lambda body, mark: self._end(),
        }

    def _end(self) -> dict[str, Any]:
        self.done.set()
        return {}

    def asked(self, path: str) -> str | None:
        """Return what is asked of an address with the right token, or None."""
        parts = urlsplit(path).path.split("/")
        if len(parts) != 3 or not hmac.compare_digest(parts[1].encode("utf-8", "replace"), self._token):
            return None
        return parts[2]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _TIMEOUT_S
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: addresses hold the token."""

    def version_string(self) -> str:
        return "formcheck"

    def do_GET(self) -> None:
        self._answer("GET")

    def do_PUT(self) -> None:
        self._answer("PUT")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        answers = self.server.answers
        refusal = self._refusal(method)
        body = b"" if refusal else self._body()
        if refusal or body is None:
            self._plain(refusal or HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        what = answers.asked(self.path)
        if what == "" and method == "GET":
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", label_page(answers.desk.about()).encode())
        elif what == "clip" and method == "GET":
            self._video(answers.desk.video())
        elif what is not None and (method, what) in answers.of:
            self._json(*_tried(answers.of[method, what], body, self.headers.get("If-Match", "")))
        else:
            self._plain(HTTPStatus.NOT_FOUND)

    def _refusal(self, method: str) -> HTTPStatus | None:
        """Return why a request is not answered: it names another host, or comes from another page."""
        host = self.headers.get("Host", "")
        if host not in self.server.answers.hosts:
            return HTTPStatus.MISDIRECTED_REQUEST
        origin = self.headers.get("Origin")
        if origin != f"http://{host}" and (origin is not None or method != "GET"):
            return HTTPStatus.FORBIDDEN
        if self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return HTTPStatus.FORBIDDEN
        return None

    def _body(self) -> bytes | None:
        """Return what was sent, or None where it is too much or its length is not told."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _MOST_BYTES or self.headers.get("Transfer-Encoding"):
            return None
        return self.rfile.read(int(length))

    def _plain(self, status: HTTPStatus) -> None:
        self.close_connection = True  # what else was sent is not read
        self._send(status, "text/plain; charset=utf-8", status.phrase.encode())

    def _json(self, status: HTTPStatus, data: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(data).encode())

    def _send(self, status: HTTPStatus, kind: str, data: bytes) -> None:
        self._head(status, kind, len(data))
        self.wfile.write(data)

    def _head(self, status: HTTPStatus, kind: str, length: int, **more: str) -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _video(self, path: Path) -> None:
        """Send the video, or the part that is asked for: players jump about in it."""
        with path.open("rb") as file:
            size = path.stat().st_size
            found = _RANGE.match(self.headers.get("Range", ""))
            first = int(found[1]) if found else 0
            last = min(int(found[2]), size - 1) if found and found[2] else size - 1
            if first > last:
                self._head(
                    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                    "text/plain",
                    0,
                    Content_Range=f"bytes */{size}",
                )
                return
            more = {"Accept_Ranges": "bytes"}
            if found:
                more["Content_Range"] = f"bytes {first}-{last}/{size}"
            status = HTTPStatus.PARTIAL_CONTENT if found else HTTPStatus.OK
            self._head(status, _kind(path), last - first + 1, **more)
            file.seek(first)
            left = last - first + 1
            while left and (data := file.read(min(_CHUNK, left))):
                self.wfile.write(data)
                left -= len(data)


def _kind(path: Path) -> str:
    return "video/webm" if path.suffix.lower() == ".webm" else "video/mp4"


def _tried(
    answer: Callable[[bytes, str], dict[str, Any]], body: bytes, mark: str
) -> tuple[HTTPStatus, dict[str, Any]]:
    """Return an answer, or the sentence of what went wrong."""
    try:
        return HTTPStatus.OK, answer(body, mark)
    except Stale as error:
        return HTTPStatus.PRECONDITION_FAILED, {"says": names.cleaned(str(error))}
    except FormcheckError as error:
        return HTTPStatus.UNPROCESSABLE_ENTITY, {"says": names.cleaned(str(error))}
