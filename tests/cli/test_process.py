"""The command line as a process of its own, and on real files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from formcheck.cli.app import run
from formcheck.errors import OutputError
from formcheck.files.writing import write_text

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "kickback.mp4"


def test_version_help_and_lists(capsys: pytest.CaptureFixture[str]) -> None:
    def printed(*arguments: str) -> str:
        assert run(arguments) == 0
        return capsys.readouterr().out

    assert printed("--version").startswith("formcheck 0.")
    assert "analyze" in printed("--help")
    assert printed() == printed("--help")
    assert "--fail-on" in printed("analyze", "--help")
    assert "\nglute-kickback " in printed("exercises")
    assert "WHAT IS CHECKED" in printed("explain", "glute-kickback")
    assert "full" in printed("models")


def test_what_is_not_a_clip_is_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    text = tmp_path / "text.mp4"
    text.write_text("This is no video.\n" * 50)
    track = tmp_path / "broken.npz"
    track.write_bytes(b"PK\x03\x04 broken")
    nothing = tmp_path / "nothing.npz"
    nothing.touch()
    for path in (empty, text, track, nothing):
        code = run(["analyze", str(path)])
        out, err = capsys.readouterr()
        assert (code, out) == (3, ""), err
        assert err.startswith("formcheck: ")
        assert err.count("\n") == 1


def test_a_text_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    write_text(link, "new ±\n")
    assert target.read_bytes() == "new ±\n".encode()
    assert link.is_symlink()

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OutputError, match="No space left"):
        write_text(target, "newer")
    assert target.read_text("utf-8") == "new ±\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.json", "target.json"]


def command(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "formcheck", *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", **options)


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    heavy = {"mediapipe", "cv2", "av", "scipy", "numpy", "pydantic"}
    code = "import sys; from formcheck.cli.app import run; run(['--help']);"
    code += f"print({heavy} & sys.modules.keys(), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr.strip() == "set()"


def test_the_program_names_its_three_uses() -> None:
    words = " ".join(command("--help").stdout.replace("│", " ").split())
    for use in ("live before a camera", "in a recorded video", "in whole folders of videos"):
        assert use in words


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX shells")
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    home = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config")}

    def within(option: str) -> str:
        line = f"{sys.executable} -m formcheck {option} && echo done"  # the shell it is asked from counts
        return subprocess.run([shell, "-c", line], cwd=ROOT, env=home, capture_output=True, text=True).stdout

    shown = within("--show-completion")
    assert "_FORMCHECK_COMPLETE" in shown
    assert shown.endswith("done\n")
    assert within("--install-completion").endswith("done\n")
    text = "".join(path.read_text("utf-8") for path in tmp_path.rglob("*") if path.is_file())
    assert "_FORMCHECK_COMPLETE" in text


def test_completion_names_commands() -> None:
    asked = {"_FORMCHECK_COMPLETE": "complete_bash", "COMP_WORDS": "formcheck an", "COMP_CWORD": "1"}
    done = command(env={**os.environ, **asked})
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["analyze"], "")


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_a_reader_that_goes_away_is_no_error() -> None:
    line = f"{sys.executable} -m formcheck explain glute-kickback | head -n 1"
    done = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_a_terminal_that_cannot_write_a_degree_sign_is_no_error() -> None:
    done = command("explain", "GKB02", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
def test_a_full_disk_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "formcheck", "schema"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 2
    assert done.stderr == "formcheck: Cannot write the output: No space left on device.\n"


@pytest.mark.model
def test_the_sample_gives_a_table_a_valid_report_and_no_noise(tmp_path: Path) -> None:
    done = command("analyze", SAMPLE, "--exercise", "glute-kickback", "--out", tmp_path)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "/100, judged" in done.stdout
    report = json.loads((tmp_path / "kickback.report.json").read_text("utf-8"))
    jsonschema.validate(report, json.loads(command("schema").stdout))
    assert report["reps"]
    assert (tmp_path / "kickback.annotated.mp4").stat().st_size > 10_000

    again = command("analyze", tmp_path / "kickback.track.npz", "--json", "-")
    assert json.loads(again.stdout)["reps"] == report["reps"]


PRESSED = """
import contextlib, os, signal
import formcheck.cli.app as cli
@contextlib.contextmanager
def bar(*what):
    yield lambda done, *rest: os.kill(os.getpid(), signal.SIGINT) if done == 60 else None
cli.bar = bar
cli.main()
"""
"""Ctrl-C at a frame, as no wait can have it."""


@pytest.mark.model
@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.usefixtures("model")
def test_ctrl_c_on_the_sample_reports_what_was_seen() -> None:
    line = [sys.executable, "-c", PRESSED, "analyze", str(SAMPLE)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=600)
    assert done.returncode == 130, done.stderr
    assert "partial" in done.stdout
