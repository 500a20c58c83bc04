"""A Dask cluster of a scheduler and two workers on this machine, and clips that lie elsewhere."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.batches import ROOT, kept, table
from support.skeleton import Shot, kickbacks

from formcheck.batch.inputs import find
from formcheck.batch.job import Job, Setup
from formcheck.batch.ledger import NAME
from formcheck.batch.provenance import stamp, versions
from formcheck.batch.score import score
from formcheck.cli.app import run

pytest.importorskip("distributed")

CLIPS = 12
POISON = """
import os
from formcheck.batch import score

def poisoned(real):
    def load(path, *given):
        if path.name == "007.npz":
            os._exit(9)
        return real(path, *given)

    return load

score.recover = poisoned(score.recover)
"""


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    kickbacks(Shot(seed=4), knee_deg=40.0).save(folder / "000.npz")
    for number in range(1, CLIPS):
        shutil.copy(folder / "000.npz", folder / f"{number:03}.npz")
    return folder


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[Path, list[int]]]:
    """A scheduler and two workers as their own command lines start them; their file and process numbers."""
    file, preload = tmp_path / "scheduler.json", tmp_path / "poison.py"
    preload.write_text(POISON)
    settings = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", "DASK_LOGGING__DISTRIBUTED": "error"}
    environment = os.environ | settings
    python = [sys.executable, "-m"]
    commands = [
        [*python, "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", file]
    ]
    worker = [*python, "distributed.cli.dask_worker", "--scheduler-file", file, "--no-dashboard"]
    worker += ["--nthreads", "1", "--preload", preload, "--local-directory"]
    commands += [[*worker, tmp_path / name] for name in ("one", "two")]
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            line = [str(part) for part in command]
            started.append(subprocess.Popen(line, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL))
            while not file.exists():
                assert started[0].poll() is None
                time.sleep(0.05)
        yield file, [process.pid for process in started[1:]]
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGINT)
        for process in reversed(started):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_lost_worker_loses_nothing_and_scores_nothing_twice(
    clips: Path, cluster: tuple[Path, list[int]], tmp_path: Path
) -> None:
    scheduler, workers = cluster
    out = tmp_path / "out"
    line = [sys.executable, "-m", "formcheck", "score", str(clips), "--out", str(out), "--tracks"]
    with subprocess.Popen(
        [*line, "--cluster", str(scheduler)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as job:
        while not (out / NAME).exists() or (out / NAME).read_bytes().count(b"\n") < 3:
            assert job.poll() is None, job.communicate()
            time.sleep(0.02)
        os.kill(workers[0], signal.SIGKILL)
        _, err = job.communicate(timeout=600)
    assert job.returncode == 0, err
    assert (out / NAME).read_bytes().count(b"\n") == CLIPS
    rows = {row["name"]: row for row in table(out / "clips.csv")}
    assert len(rows) == CLIPS
    poison = rows.pop("007.npz")
    assert poison["status"] == "set-aside"
    assert "lost one after the other" in poison["reason"]
    assert {row["status"] for row in rows.values()} == {"scored"}

    assert run(["score", str(clips), "--out", str(tmp_path / "here"), "--workers", "1"]) == 0
    here = kept(tmp_path / "here")
    there = kept(out)
    del here["007.npz"], there["007.npz"]
    assert there == here


def test_a_remote_clip_gives_the_row_of_a_local_one(clips: Path) -> None:
    memory = pytest.importorskip("fsspec").filesystem("memory")
    for path in sorted(clips.glob("00[0-2].npz")):
        memory.pipe(f"/bucket/anna/{path.name}", path.read_bytes())
    memory.pipe("/bucket/anna/broken.npz", b"broken")
    setup, by = Setup(), versions(None, None)
    found = find(["memory://bucket"])
    assert [(one.name, one.person) for one in found] == [
        ("anna/000.npz", "anna"),
        ("anna/001.npz", "anna"),
        ("anna/002.npz", "anna"),
        ("anna/broken.npz", "anna"),
    ]
    local = find([str(clips / "000.npz")])[0]
    judged_by = stamp(by, setup.settings.profile)
    done = [score(Job(item, judged_by), setup).record for item in (found[0], local, found[3])]
    there, here, broken = done
    assert there is not None
    assert here is not None
    assert broken is not None
    assert there.report == here.report
    assert there.sha256 == here.sha256
    assert broken.error == "TrackError"
    assert broken.reason.startswith("anna/broken.npz is not a recorded track")
    memory.rm("/bucket", recursive=True)
    gone = score(Job(found[0], judged_by), setup).record
    assert gone is not None
    assert (gone.status, gone.error, gone.final) == ("failed", "OSError", False)


@pytest.mark.parametrize("address", ["nosuch://bucket/clip.mp4", "memory://nothing/here"])
def test_an_address_that_names_nothing_is_2(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["score", address, "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
