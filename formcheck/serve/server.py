"""Runs the server: on this computer alone, or in the network of the house."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType

import uvicorn

from formcheck.errors import UsageError
from formcheck.serve.access import Place
from formcheck.serve.app import app_for
from formcheck.serve.certificates import Files, is_private
from formcheck.serve.room import Room

_LOOK_S = 0.25
_BEGIN_S = 20.0
_CLOSE_S = 0.1
_MOST_CONNECTIONS = 128


def lan_address(wanted: str | None = None) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the address of this computer in the network of the house.

    Args:
        wanted: The one the user named, or None to take that of the interface that leads to the network.

    Raises:
        UsageError: It is none, or is reached from everywhere.
    """
    if wanted is None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("10.255.255.255", 9))  # sends nothing: it only asks which way would be taken
                wanted = str(probe.getsockname()[0])
            except OSError as error:
                raise UsageError("this computer is in no network; connect it, or name --address") from error
    try:
        address = ipaddress.ip_address(wanted)
    except ValueError as error:
        raise UsageError(f"--address {wanted} is no address; write it like 192.168.1.20") from error
    if not is_private(address):
        raise UsageError(
            f"{address} is not of a private network: anybody might reach it; name another with --address"
        )
    return address


def listen(address: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        UsageError: The port is taken, or the address is not this computer's.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=64)
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(
            f"cannot listen on {address} port {port} ({reason}); name another with --port or --address"
        ) from error


class Server:
    """The server in a thread of its own; use it as a context manager.

    Args:
        room: The phones.
        place: Where it is.
        listening: A socket that listens there.
        files: Its certificates, or None without HTTPS.
    """

    def __init__(
        self, room: Room, place: Place, listening: socket.socket, files: Files | None = None
    ) -> None:
        self.room, self.place, self._listening = room, place, listening
        config = uvicorn.Config(
            app_for(room, place, files.authority if files else None),
            ssl_certfile=files.server if files else None,
            ssl_keyfile=files.key if files else None,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=3,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._work, name="server", daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        deadline_s = time.monotonic() + _BEGIN_S
        while not self._server.started and self._thread.is_alive() and time.monotonic() < deadline_s:
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(10.0)
        self._listening.close()
        self.room.close()

    @property
    def runs(self) -> bool:
        """Whether it answers."""
        return self._thread.is_alive()

    def _work(self) -> None:
        asyncio.run(self._answer())

    async def _answer(self) -> None:
        await self._server.serve(sockets=[self._listening])
        for connection in list(self._server.server_state.connections):  # those that would not end
            connection.transport.abort()
        await asyncio.sleep(_CLOSE_S)


def serve(
    server: Server,
    *,
    invite: Callable[[str], None],
    idle_s: float,
    stop: Callable[[], bool],
) -> bool:
    """Answer until told to stop, or until nobody has trained for long; return whether it was that.

    Args:
        server: What answers.
        invite: Shown an address that lets one phone in; called again once it was used.
        idle_s: How long nobody may train.
        stop: Says when to end.
    """
    with server:
        token = server.room.tokens.issue()
        invite(server.place.link(token))
        while server.runs and not stop():
            time.sleep(_LOOK_S)
            if server.room.rest():
                server.room.used_s = time.monotonic()
            if not server.room.tokens.is_valid(token):
                token = server.room.tokens.issue()
                invite(server.place.link(token))
            if time.monotonic() - server.room.used_s > idle_s:
                return True
    return False
