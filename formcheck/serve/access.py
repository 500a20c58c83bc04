"""Who may come in: one-time tokens, session cookies, and how much each may ask.

A token is for one phone and is spent when that phone comes in. It stands in the part of the address behind
`#`, which browsers do not send, and the page hands it over. From then on a cookie says who it is.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_TOKEN_BYTES = 16  # 128 bits cannot be guessed
_MOST_TOKENS = 16  # asked for and not used yet; the oldest is forgotten
_MOST_STRANGERS = 256  # addresses whose requests are counted


class Tokens:
    """Tokens that each let one phone in, once."""

    def __init__(self) -> None:
        self._valid: list[str] = []

    def issue(self) -> str:
        """Return a new token."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._valid = [*self._valid, token][-_MOST_TOKENS:]
        return token

    def spend(self, token: str) -> bool:
        """Say whether a token is valid; it is not any more then."""
        given = token.encode("utf-8", "replace")
        found = [one for one in self._valid if hmac.compare_digest(one.encode(), given)]
        self._valid = [one for one in self._valid if one not in found]
        return bool(found)

    def is_valid(self, token: str) -> bool:
        """Say whether a token was not used yet."""
        return token in self._valid


def new_secret() -> str:
    """Return the value of a session cookie."""
    return secrets.token_urlsafe(32)


class Bucket:
    """Lets so many requests a second through, with some more at once.

    Args:
        rate: Requests a second in the long run.
        burst: Requests at once after a pause.
        clock: Seconds that only grow.
    """

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._seen_s = burst, clock()

    def takes(self) -> bool:
        """Say whether one more request may come now."""
        now_s = self._clock()
        self._left = min(self._burst, self._left + (now_s - self._seen_s) * self._rate)
        self._seen_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Strangers:
    """Counts what addresses ask that have no session.

    Args:
        rate: Requests a second of one address.
        burst: Requests at once.
    """

    def __init__(self, rate: float = 10.0, burst: float = 40.0) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def takes(self, address: str) -> bool:
        """Say whether one more request of an address may come now."""
        bucket = self._buckets.pop(address, None) or Bucket(self._rate, self._burst)
        self._buckets[address] = bucket
        while len(self._buckets) > _MOST_STRANGERS:
            self._buckets.popitem(last=False)
        return bucket.takes()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server is.

    Attributes:
        address: The name or number that phones use.
        port: Its port.
        secure: Whether it speaks HTTPS.
    """

    address: str
    port: int
    secure: bool

    @property
    def origin(self) -> str:
        """Return the origin of its pages, as browsers write it."""
        return f"{'https' if self.secure else 'http'}://{self.host}"

    @property
    def host(self) -> str:
        """Return the `Host` that browsers send."""
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{shown}:{self.port}"

    def link(self, token: str) -> str:
        """Return the address that lets one phone in."""
        return f"{self.origin}/#{token}"

    def is_asked(self, host: str) -> bool:
        """Whether a request names this server: another name may be somebody else's that leads here."""
        return host.lower() == self.host

    def may_ask(self, origin: str | None) -> bool:
        """Whether a page of this origin may change something here: only its own pages may."""
        return origin is not None and origin.lower() == self.origin
