"""Where the user's npm registry is, without npm: for files that a package there holds."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

_PUBLIC = "https://registry.npmjs.org/"


def tarball(scope: str, name: str, version: str) -> str:
    """Return the address of a package's tarball in the registry that npm itself would ask.

    Args:
        scope: With its `@`.
        name: The package within the scope.
        version: Which release.
    """
    return f"{registry(scope).rstrip('/')}/{scope}/{name}/-/{name}-{version}.tgz"


def registry(scope: str) -> str:
    """Return the registry of a scope: its own line in .npmrc, the environment, .npmrc, the public one."""
    settings = _npmrc()
    named = [settings.get(f"{scope}:registry"), *map(os.environ.get, VARIABLES), settings.get("registry")]
    return next((url for url in named if url and _is_web(url)), _PUBLIC)


VARIABLES = ("npm_config_registry", "NPM_CONFIG_REGISTRY")  # npm reads both spellings
_USERCONFIG = ("npm_config_userconfig", "NPM_CONFIG_USERCONFIG")


def _npmrc() -> dict[str, str]:
    """Read the lines `name = value` of the user's .npmrc; `${NAME}` stands for a variable."""
    place = next(filter(None, map(os.environ.get, _USERCONFIG)), "~/.npmrc")
    try:
        text = Path(place).expanduser().read_text(encoding="utf-8", errors="replace")
    except (OSError, RuntimeError):  # none, or no home
        return {}
    lines = [line.partition("=") for line in text.splitlines() if not line.lstrip().startswith(("#", ";"))]
    return {key.strip(): os.path.expandvars(value.strip().strip("\"'")) for key, _, value in lines}


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
