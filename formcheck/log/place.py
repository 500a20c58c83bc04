"""Where the training log is."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

VARIABLE = "FORMCHECK_LOG"
"""Environment variable: a file to log to, or `off`."""


def log_place(named: Path | None = None) -> Path | None:
    """Return the log's file: the one named, else the variable's, else in the user's data folder.

    Returns:
        The file, there or not; None where the variable says `off`.
    """
    if named is not None:
        return named.expanduser()
    said = os.environ.get(VARIABLE, "").strip()
    if said.lower() == "off":
        return None
    return Path(said).expanduser() if said else platformdirs.user_data_path("formcheck") / "log.sqlite"
