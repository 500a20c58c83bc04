"""Does what `rules/ADDING.md` says, block by block, in an empty folder."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import pytest
from support.holding import SHOT, planks, sag
from support.skeleton import Shot, clock, kickbacks, squats

from formcheck.cli.app import run
from formcheck.exercises import catalog

ROOT = Path(__file__).parents[2]
RECORD = "formcheck analyze squat.mp4 --track my-rules/squat.npz"
HOLD = "## A position that is held"


def blocks(*, hold: bool = False) -> list[tuple[str, str]]:
    """The document's code blocks as (language, text), in order: those of the squat, or of the hold."""
    squat, held = (ROOT / "rules" / "ADDING.md").read_text("utf-8").split(HOLD)
    return re.findall(r"```(\w+)\n(.*?)```", held if hold else squat, re.DOTALL)


def of(language: str) -> list[str]:
    return [text for kind, text in blocks() if kind == language]


def put_in_place(path: Path, block: str) -> None:
    """Put what a block declares in place of what has the same name; new things go above the last ones."""
    text = path.read_text("utf-8")
    for name, code in declared(block):
        if name is None:
            text = text.replace(
                "from __future__ import annotations\n", f"from __future__ import annotations\n{code}\n"
            )
            continue
        there = {known: part for known, part in declared(text) if known}
        if name in there:
            text = text.replace(there[name], code)
        else:
            text = text.replace(there["RULES"], f"{code}\n\n{there['RULES']}")
    path.write_text(text, encoding="utf-8")


def declared(text: str) -> Iterator[tuple[str | None, str]]:
    """Each top-level import (no name), assignment and function with its source."""
    for node in ast.parse(text).body:
        code = ast.get_source_segment(text, node)
        assert code is not None
        if isinstance(node, ast.ImportFrom):
            yield None, code
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, code
        elif isinstance(node, ast.FunctionDef):
            yield node.name, code


def film(folder: Path) -> None:
    """Stands in for the reader's own clip: three squats, the last one shallow."""
    squats(Shot(noise_px=0.3, seed=1), knee_deg=[110.0, 110.0, 75.0]).save(folder / "squat.npz")


def test_a_hold_is_added_as_the_document_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rules, printed = tmp_path / "my-holds", []
    sagging = planks(hold_s=20.0, hips_deg=sag(clock(26.0, SHOT), 10.0, 18.0, 20.0))
    with catalog.for_a_while():
        for kind, text in blocks(hold=True):
            if kind == "python":
                put_in_place(rules / "long_plank.py", text)
            elif kind == "json":
                (rules / "long-plank.json").write_text(text, encoding="utf-8")
                sagging.save(rules / "long-plank.npz")
            for line in text.splitlines() if kind == "sh" else ():
                with redirect_stdout(StringIO()) as out:
                    assert run(line.split()[1:]) == 0, line
                printed.append(out.getvalue())
    [table] = [text for kind, text in blocks(hold=True) if kind == "text"]
    assert table.strip() in printed[2]
    assert re.search(r"^ hips-sag +1 +0 +0 ", printed[1], re.MULTILINE)
    assert "Seconds of the 1 hold: off by 0." in printed[1]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder after steps 1 to 4 and the files of step 5, and what each command printed."""
    folder = tmp_path_factory.mktemp("walk")
    rules, printed, recorded = folder / "my-rules", [], 0
    with pytest.MonkeyPatch.context() as patch, catalog.for_a_while():
        patch.chdir(folder)
        for kind, text in blocks():
            if kind == "python":
                put_in_place(rules / "box_squat.py", text)
            elif kind == "json":
                (rules / "squat.json").write_text(text, encoding="utf-8")
            elif kind == "toml":
                (rules / "pyproject.toml").write_text(text, encoding="utf-8")
                break
            for line in text.splitlines() if kind == "sh" else ():
                if line == RECORD:
                    film(rules)
                    recorded += 1
                    continue
                with redirect_stdout(StringIO()) as out:
                    assert run(line.split()[1:]) == 0, line
                printed.append(out.getvalue())
    assert recorded == 1
    return rules, printed


@pytest.mark.slow
def test_what_the_document_prints_is_printed(followed: tuple[Path, list[str]]) -> None:
    motions, score = of("text")
    _, printed = followed
    for line in motions.splitlines():
        assert line in printed[2].splitlines()
    assert score.strip() == printed[3].strip()


def test_the_shallow_squat_is_found_and_the_others_are_good(followed: tuple[Path, list[str]]) -> None:
    table = followed[1][4]
    assert "Box squat" in table
    flagged = [line for line in table.splitlines() if "FAULT" in line or "warning" in line]
    assert [line.split()[1] for line in flagged] == ["too-shallow"]
    assert "Sit down to the chair (too-shallow, rep 3)" in table


def installed(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run formcheck in a process that finds what was installed into a folder."""
    return subprocess.run(
        [sys.executable, "-m", "formcheck", *arguments],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_plug_in_is_found_after_installing_it(followed: tuple[Path, list[str]], tmp_path: Path) -> None:
    """`pip install ./my-rules`, into a folder of its own and without a network."""
    if int(version("setuptools").split(".")[0]) < 71:
        pytest.skip("setuptools is too old to build a wheel: pip install -e '.[dev]'")
    rules, site = followed[0], tmp_path / "site"
    assert of("sh")[-1].splitlines() == ["pip install ./my-rules", "formcheck exercises"]
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    done = subprocess.run(
        [*pip, "--target", str(site), str(rules)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    listed = installed(site, "exercises")
    assert (listed.returncode, listed.stderr) == (0, "")
    line = r"^box-squat +Box squat, 2 rules, only with --exercise box-squat$"
    assert re.search(line, listed.stdout, re.MULTILINE)
    judged = installed(
        site, "analyze", str(rules / "squat.npz"), "--rules", str(rules), "--exercise", "box-squat"
    )
    assert "too-shallow, rep 3" in judged.stdout  # the same file, installed and named
    changed = (rules / "box_squat.py").read_text("utf-8").replace("Below(45.0", "Below(44.0")
    (rules / "box_squat.py").write_text(changed, encoding="utf-8")
    clash = installed(site, "check-rules", str(rules))
    assert clash.returncode == 1
    assert "the name box-squat is taken by an installed one" in " ".join(clash.stdout.split())


@pytest.mark.slow
def test_a_plug_in_by_its_metadata_alone(tmp_path: Path) -> None:
    """What an installer leaves behind is enough: a module, and a dist-info with the entry point."""
    (tmp_path / "arm_raise.py").write_text(
        "from dataclasses import replace\n"
        "from formcheck.rules.glute_kickback import EXERCISE as donor\n"
        "rule = replace(donor.rules[1], code='ZZZ01', weight=100.0)\n"
        "def refuses(data):\n"
        "    return 1 / 0\n"
        "EXERCISE = replace(donor, name='arm-raise', title='Arm raise', refuses=refuses, rules=(rule,))\n",
        encoding="utf-8",
    )
    info = tmp_path / "formcheck_arm-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: formcheck-arm\nVersion: 1.0\n", encoding="utf-8"
    )
    entries = "[formcheck.exercises]\narm-raise = arm_raise:EXERCISE\n"
    (info / "entry_points.txt").write_text(entries, encoding="utf-8")
    listed = installed(tmp_path, "exercises")
    assert "arm-raise" in listed.stdout
    assert listed.stderr == ""
    kickbacks(Shot()).save(tmp_path / "clip.npz")
    failed = installed(tmp_path, "analyze", str(tmp_path / "clip.npz"), "--exercise", "arm-raise")
    assert failed.returncode == 2
    assert f"{tmp_path / 'arm_raise.py'}:5: refuses failed: ZeroDivisionError" in failed.stderr
    (info / "entry_points.txt").write_text(f"{entries}gone = no_such_module:EXERCISE\n", encoding="utf-8")
    listed = installed(tmp_path, "exercises")
    assert "arm-raise" in listed.stdout
    assert "the plug-in formcheck-arm is left out: ModuleNotFoundError" in listed.stderr
