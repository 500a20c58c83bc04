"""Traces what a process that uses a landmarker connects to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

USE = """
import sys, time
import numpy as np
from formcheck.vision.landmarker import MediaPipeLandmarker
with MediaPipeLandmarker(sys.argv[1]) as landmarker:
    for i in range(5):
        landmarker.detect(np.zeros((120, 160, 3), np.uint8), i / 30)
    time.sleep(float(sys.argv[2]))
"""
HELD_S = 70
"""The usage logger calls about a minute after a landmarker is made."""


@contextmanager
def traced(model: Path, trace: Path) -> Iterator[Callable[[], list[str]] | None]:
    """Run a process that uses a landmarker; call what is given for what it connected to. None: no strace."""
    strace = shutil.which("strace")
    command = [str(strace), "-f", "-qq", "-o", str(trace), "-e", "trace=connect,sendto,sendmsg,sendmmsg"]
    if strace is None or subprocess.run([*command, "true"], capture_output=True).returncode:
        yield None
        return
    hostile = {**os.environ, "NO_PROXY": "*", "no_proxy": "*", "HTTPS_PROXY": "http://192.0.2.1:3128"}
    use = [sys.executable, "-c", USE, str(model), str(HELD_S)]
    with subprocess.Popen([*command, *use], env=hostile) as process:

        def found() -> list[str]:
            assert process.wait(HELD_S + 300) == 0
            return trace.read_text().splitlines()

        yield found
