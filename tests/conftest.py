"""Keeps the tests out of the user's training log, and lets them import `skeleton`.

pytest's importlib mode does not put their folder on the path.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def own_log(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A training log of the test's own, in place of the user's; created with the first set."""
    path = tmp_path_factory.mktemp("log") / "log.sqlite"
    monkeypatch.setenv("FORMCHECK_LOG", str(path))
    return path
