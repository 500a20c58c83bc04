"""What is published: everything that runs, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = (
    "evaluation/data",
    "measures/data",
    "report/page/assets",
    "report/page/templates",
    "report/page/vendor",
    "render/data",
    "render/shaders",
    "serve/web",
)
LARGEST_MB = 8
BUILD = """
import sys
from setuptools import build_meta
_, out = sys.argv  # which building changes
build_meta.build_wheel(out)
build_meta.build_sdist(out)
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source package, built from a copy without a network."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("formcheck", "rules", "samples", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.mp4"))
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    out = copy / "out"
    done = subprocess.run([sys.executable, "-c", BUILD, out], cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stdout + done.stderr
    return out


def source_files() -> set[str]:
    code = {str(path.relative_to(ROOT)) for path in (ROOT / "formcheck").rglob("*.py")}
    folders = [ROOT / "formcheck" / name for name in DATA]
    data = {str(path.relative_to(ROOT)) for folder in folders for path in folder.iterdir()}
    rules = {f"rules/{path.name}" for path in (ROOT / "rules").iterdir() if path.suffix in (".py", ".toml")}
    return code | data | rules | {"formcheck/py.typed"}


def test_the_wheel_holds_what_runs_and_nothing_else(published: Path) -> None:
    (wheel,) = published.glob("*.whl")
    assert wheel.stat().st_size < LARGEST_MB * 1e6
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {
        name.replace("rules/", "formcheck/rules/", 1) if name.startswith("rules/") else name
        for name in source_files()
    }
    assert held == expected


def test_the_source_package_builds_the_same_and_carries_no_tests(published: Path) -> None:
    (package,) = published.glob("*.tar.gz")
    with tarfile.open(package) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert source_files() <= held
    assert {"LICENSE", "README.md", "pyproject.toml"} <= held
    assert not [name for name in held if name.startswith(("tests", "samples", "."))]
