"""Damaged files of every kind: no internal error, no hang, no gigabyte, one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[1] / "support" / "fuzz.py"
INPUTS = 520


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="each input runs in a forked process")
@pytest.mark.usefixtures("model")
def test_damaged_files_of_every_kind_are_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, str(FUZZ), "1", str(INPUTS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 failures" in done.stdout
    assert int(done.stdout.split()[0]) >= 500
