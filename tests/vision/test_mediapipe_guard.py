"""Standard error by writer: what C code writes while a landmarker lives goes aside, Python's lines stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from formcheck.vision.mediapipe_guard import MOST_BYTES, Aside

ROOT = Path(__file__).parents[2]
START = """
import logging, os, subprocess, sys, threading
from formcheck.vision.mediapipe_guard import Aside, part_stderr
say = lambda text: print(text, file=sys.stderr)
c = lambda text: os.write(2, (text + "\\n").encode())
"""


def child(body: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run Python code whose descriptor 2 is a pipe, as no test process's is."""
    line = [sys.executable, "-c", START + body]
    settings = {"cwd": ROOT, "capture_output": True, "text": True, "check": False, "timeout": 300} | options
    return subprocess.run(line, **settings)  # type: ignore[call-overload,no-any-return]


PARTED = pytest.mark.parametrize("start", ["", "part_stderr()\n"], ids=["library", "program"])


@PARTED
def test_python_is_heard_in_order_and_c_code_is_not(start: str) -> None:
    done = child(
        start
        + """
handler = logging.StreamHandler()  # holds the stream from before
old = sys.stderr
say("1")
c("2")
Aside.acquire()
say("3")
c("not this")
logging.getLogger("a").addHandler(handler)
logging.getLogger("a").warning("4")
old.write("5\\n")
thread = threading.Thread(target=say, args=["6"])
thread.start()
thread.join()
Aside.acquire()
Aside.release()
c("nor this: one is still held")
subprocess.run([sys.executable, "-c", "import os; os.write(2, b'nor a child')"], check=True)
subprocess.run([sys.executable, "-c", "import os; os.write(2, b'7\\\\n')"], stderr=sys.stderr, check=True)
Aside.release()
c("8")
say("9")
assert (sys.stderr is old) and sys.stderr.name == "<stderr>"
"""
    )
    assert done.stderr.split() == list("123456789")
    assert done.returncode == 0


def test_the_library_gives_back_what_it_took() -> None:
    done = child(
        """
for again in range(2):
    Aside.acquire()
    assert sys.stderr.fileno() != 2
    Aside.release()
    assert sys.stderr.fileno() == sys.__stderr__.fileno() == 2
opened = len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0
for again in range(3):
    Aside.acquire()
    Aside.release()
assert not opened or len(os.listdir("/proc/self/fd")) == opened
"""
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stream_that_owns_descriptor_2_is_heard_too() -> None:
    done = child(
        """
sys.stderr = mine = os.fdopen(2, "w", 1)
Aside.acquire()
say("1")
c("not this")
Aside.release()
assert sys.stderr is mine
say("2")
"""
    )
    assert (done.returncode, done.stderr) == (0, "1\n2\n")


def test_who_points_descriptor_2_elsewhere_meanwhile_keeps_it(tmp_path: Path) -> None:
    done = child(
        f"""
Aside.acquire()
mine = os.open({str(tmp_path / "mine")!r}, os.O_WRONLY | os.O_CREAT)
os.dup2(mine, 2)
Aside.release()
c("here")
"""
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "mine").read_text() == "here\n"


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
@pytest.mark.parametrize("start", ["", "part_stderr()\n"], ids=["library", "program"])
def test_a_process_without_a_stderr(start: str, tmp_path: Path) -> None:
    """Without a descriptor 2 a file that is opened gets its number: nothing may be written to it."""
    body = f"""
file = open({str(tmp_path / "mine")!r}, "w")
Aside.acquire()
print("mine", file=file, flush=True)
if file.fileno() != 2:
    c("lost")
Aside.release()
assert sys.stderr is None
"""
    code = tmp_path / "code.py"
    code.write_text(START + start + body)
    line = f"{sys.executable} {code} 2>&-"
    assert subprocess.run(line, shell=True, cwd=ROOT, timeout=300).returncode == 0
    assert (tmp_path / "mine").read_text() == "mine\n"


@pytest.mark.parametrize("gone", ["sys.stderr = None", "sys.stderr.close()", "os.close(2)"])
def test_a_stderr_that_is_gone_is_no_error(gone: str) -> None:
    body = (
        f"{gone}\nAside.acquire()\nc('not this') if sys.stderr is None else 0\nAside.release()\nprint('ran')"
    )
    done = child(body)
    assert (done.stdout, done.stderr) == ("ran\n", "")


def test_the_file_stays_small_and_keeps_the_end(capfd: pytest.CaptureFixture[str]) -> None:
    Aside.acquire()
    try:
        for count in range(40):
            os.write(2, b"x" * (MOST_BYTES // 10) + b"%d" % count)
            Aside.trim()
            assert len(Aside.said()) <= MOST_BYTES
        assert Aside.said().endswith(b"x39")
    finally:
        Aside.release()
    assert Aside.said() == b""
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_a_failure_shows_what_c_code_said(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with Aside.shown_on_failure():
            os.write(2, b"the tensor is of the wrong shape\n")
            raise RuntimeError

    Aside.acquire()
    try:
        with pytest.raises(RuntimeError):
            fail()
    finally:
        Aside.release()
    assert capsys.readouterr().err == "the tensor is of the wrong shape\n"


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_a_crash_shows_where_python_was() -> None:
    done = child("part_stderr()\nAside.acquire()\ndef in_c():\n    os.abort()\nin_c()")
    assert done.returncode == -signal.SIGABRT
    assert "in in_c" in done.stderr


ANALYSE = """
import formcheck
from formcheck.vision import landmarker
took = landmarker.MediaPipeLandmarker.detect
def noisy(self, image, time_s):
    c("C code speaks")
    if time_s == 0.0:
        say("Python speaks")
    return took(self, image, time_s)
landmarker.MediaPipeLandmarker.detect = noisy
"""


@pytest.mark.model
@pytest.mark.usefixtures("model")
def test_the_library_analyses_in_silence() -> None:
    done = child(
        ANALYSE
        + """
assert formcheck.analyze("samples/kickback.mp4", "glute-kickback").reps
c("descriptor 2 is back")
"""
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == ["Python speaks", "descriptor 2 is back"]


@pytest.mark.model
@pytest.mark.usefixtures("model")
def test_verbose_lets_the_libraries_speak() -> None:
    done = child(
        ANALYSE
        + """
from pathlib import Path
from formcheck import api as clips
asked = []
stop = lambda: asked.append(0) or len(asked) > 20
from formcheck import Settings
clips.analyze_clip(Path("samples/kickback.mp4"), Settings.of("glute-kickback", verbose=True), stop=stop)
"""
    )
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert lines.count("C code speaks") > 1
    assert "Python speaks" in lines
