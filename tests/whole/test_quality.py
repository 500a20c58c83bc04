"""The code's own rules: style, types, layers, file length."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def tool(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is not installed: pip install -e '.[dev]'")
    return found


def test_style() -> None:
    run(tool("ruff"), "check", ".")
    run(tool("ruff"), "format", "--check", ".")


@pytest.mark.slow
def test_types() -> None:
    run(sys.executable, "-m", "mypy")


def test_layers() -> None:
    run(tool("lint-imports"))


def test_core_names_no_exercise() -> None:
    words = ("kickback", "thrust", "bridge", "squat", "lunge", "push-up", "biceps", "romanian")
    allowed = {"truth.py"}  # the names that rendered clips use
    named = [
        path.name
        for path in (ROOT / "formcheck").rglob("*.py")
        if path.name not in allowed
        and "render" not in path.relative_to(ROOT).parts  # it does the exercises, and judges none
        and any(f'"{word}' in path.read_text(encoding="utf-8") for word in words)
    ]
    assert not named
