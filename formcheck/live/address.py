"""Addresses of cameras and streams, made safe to show and write: without passwords and tokens."""

from __future__ import annotations

import re

from formcheck.files import names

_HARMLESS = re.compile(
    r"(cam|camera|channel|chn?|fps|height|profile|quality|res|resolution|stream|subtype|width)=[\w.-]{0,20}",
    re.IGNORECASE,
)
"""What of a query is kept: what else a camera asks for may be a name, a password or a token."""


def without_secrets(address: str) -> str:
    """Return an address without user names, passwords and tokens, wherever cameras take them.

    They stand before an `@`, in the query, or as `user=...` in the path. What is no address stays as it is.
    """
    scheme, mark, rest = address.partition("://")
    if not mark:
        return names.shown(address)
    place, _, query = _after_login(rest).partition("#")[0].partition("?")
    host, *path = place.split("/")
    kept = [host, *("..." if "=" in part else part for part in path)]
    asked = "&".join(part for part in re.split("[&;]", query) if _HARMLESS.fullmatch(part))
    return names.shown(f"{scheme}://{'/'.join(kept)}{'?' if asked else ''}{asked}")


def _after_login(rest: str) -> str:
    """Cut off a login, even if its password holds characters that should be written as `%2F`."""
    place = rest.partition("?")[0]
    if "@" in place:
        return rest[place.rindex("@") + 1 :]
    authority = place.partition("/")[0]
    port = authority.rpartition(":")[2] if ":" in authority.rpartition("]")[2] else ""
    return rest.rpartition("@")[2] if port and not port.isdecimal() else rest
