"""The log's file: whole sets or nothing, whoever writes, whatever is killed, whichever version it has."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.logs import MONDAY, THRUST, a_set, day
from support.skeleton import thrusts, with_plate

from formcheck.api import analyze_clip
from formcheck.errors import LogError
from formcheck.history import schema, store
from formcheck.history.recording import record
from formcheck.history.store import Log
from formcheck.history.take import Take
from formcheck.judging.settings import Settings
from formcheck.report.model import Quantity

HERE = str(Path(__file__).parents[1])
WRITER = """
import sys; sys.path.insert(0, {here!r})
from support.logs import a_set, day
from formcheck.history.store import Log
from pathlib import Path
name, count = sys.argv[2], int(sys.argv[3])
with Log(Path(sys.argv[1]), create=True) as log:
    print("ready", flush=True)
    for i in range(count):
        log.write([a_set(day(i), source=name)], clip=f"{{name}}-{{i}}")
        print(i, flush=True)
"""


def writer(log: Path, name: str, count: int) -> subprocess.Popen[str]:
    code = WRITER.format(here=HERE)
    return subprocess.Popen(
        [sys.executable, "-c", code, str(log), name, str(count)], stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "log.sqlite"


def test_what_is_written_is_read(path: Path) -> None:
    sets = [
        a_set(day(0), faults={2: ["pelvis-tilt"]}, load_kg=60.0, bilateral_load_kg=120.0),
        a_set(day(0.01), "right", start_s=60.0, near=None, score=None),
    ]
    with Log(path, create=True) as log:
        kept = log.write(sets, clip="a")
        assert log.read() == sets == list(kept.sets)
    with Log(path) as log:
        assert log.read() == sets
        assert log.lifters() == {"me": 2}


def test_speeds_are_kept_with_their_uncertainty(path: Path) -> None:
    speed, loss = (
        Quantity(value=0.41, uncertainty=0.03, unit="m/s"),
        Quantity(value=12, uncertainty=5, unit="%"),
    )
    fast = a_set(reps=2, each={"mean_speed": speed}, speed_by="plate", speed_loss=loss)
    with Log(path, create=True) as log:
        log.write([fast], clip="a")
        assert log.read() == [fast]
        assert fast.of("speed") == speed


def test_a_set_with_a_plate_is_logged_with_its_speeds(path: Path, tmp_path: Path) -> None:
    clip = tmp_path / "plate.npz"
    with_plate(thrusts(reps=3)).save(clip)
    report = analyze_clip(clip, Settings.of(THRUST, plate_mm=450.0)).report
    record(report, Take("a", MONDAY), path)
    with Log(path) as log:
        [one] = log.read()
    assert [rep.mean_speed for rep in one.reps] == [rep.lift and rep.lift.mean_speed for rep in report.reps]
    assert (one.speed_by, one.speed_loss) == ("plate", report.sets[0].speed_loss)
    speed = one.of("speed")
    assert speed is not None
    assert (speed.unit, speed.value > 0.1) == ("m/s", True)
    assert one.speed_loss is not None


def test_reading_can_be_narrowed(path: Path) -> None:
    with Log(path, create=True) as log:
        for i in range(4):
            log.write([a_set(day(i), lifter="me" if i % 2 else "you")], clip=str(i))
        log.write([a_set(day(9), exercise="glute-kickback")], clip="k")
        assert [one.at for one in log.read(lifter="me")] == [day(1), day(3), day(9)]
        assert [one.at for one in log.read(exercise="glute-kickback")] == [day(9)]
        assert [one.at for one in log.read(since=day(3))] == [day(3), day(9)]
        assert log.read(lifter="nobody") == []


def test_a_recording_is_there_once_and_keeps_what_was_told(path: Path) -> None:
    with Log(path, create=True) as log:
        first = [a_set(day(2), load_kg=60.0), a_set(day(2.001), "right", start_s=90.0, load_kg=60.0)]
        log.write(first, clip="a", landmarks="m")
        again = log.write([a_set(day(5), scores=50.0)], clip="a", landmarks="m", dated=False)
        assert again.replaced == 2
        [one] = log.read()
        assert (one.score, one.load_kg, one.at) == (50.0, 60.0, day(2))
        log.write([a_set(day(6), load_kg=40.0)], clip="other file", landmarks="m")
        [one] = log.read()
        assert (one.load_kg, one.at) == (40.0, day(6))
        log.write([a_set(day(6), lifter="you")], clip="a", landmarks="m")  # the other one in the picture
        assert log.lifters() == {"me": 1, "you": 1}


def test_a_set_that_cannot_be_written_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Log(path, create=True) as log:
        log.write([a_set()], clip="a")
        before, put = log.read(), schema.insert
        calls: list[Any] = []

        def fail_second(*arguments: Any) -> None:
            calls.append(arguments)
            put(*arguments)
            if len(calls) == 2:
                raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr(store, "insert", fail_second)
        with pytest.raises(LogError, match="disk is full"):
            log.write([a_set(scores=1.0), a_set(start_s=70.0)], clip="a")
        assert log.read() == before


def test_a_full_disk_is_said_and_costs_nothing(path: Path) -> None:
    with Log(path, create=True) as log:
        log.write([a_set()], clip="a")
        before = log.read()
        pages = log.connection.execute("PRAGMA page_count").fetchone()[0]
        log.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(LogError, match="disk is full"):
            log.write([a_set(start_s=float(i)) for i in range(40)], clip="a")
        assert log.read() == before


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_writer_loses_nothing_that_was_done_and_leaves_nothing_half(path: Path) -> None:
    done = 0
    for turn in range(2):
        with writer(path, f"w{turn}", 100_000) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            written = [int(process.stdout.readline()) for _ in range(5)][-1] + 1
            process.send_signal(signal.SIGKILL)
            written = max([written, *(int(line) + 1 for line in process.stdout.read().split())])
        with Log(path) as log:
            sets = log.read()
            mine = [one for one in sets if one.source == f"w{turn}"]
            assert written <= len(mine) <= written + 1  # the last may be done and not yet told
            assert all(len(one.reps) == 8 and all(rep.verdicts for rep in one.reps) for one in sets)
            done += len(mine)
            assert len(sets) == done
    check = sqlite3.connect(path)
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert check.execute("PRAGMA foreign_key_check").fetchall() == []
    check.close()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_writer_killed_inside_a_transaction_leaves_the_log_as_it_was(path: Path) -> None:
    """The journal is on disk and pages of the set are written when it dies: the next one rolls back."""
    with Log(path, create=True) as log:
        log.write([a_set(load_kg=50.0)], clip="a")
        before = log.read()
    code = f"""
import os, signal, sys; sys.path.insert(0, {HERE!r})
from pathlib import Path
from support.logs import a_set
from formcheck.history import store
from formcheck.history.schema import insert
def die(run, *arguments):
    insert(run, *arguments)
    if arguments[0].start_s > 300:
        os.kill(os.getpid(), signal.SIGKILL)
store.insert = die
with store.Log(Path({str(path)!r})) as log:
    log.connection.execute("PRAGMA cache_size = 2")  # pages go to the file before the commit
    log.write([a_set(start_s=float(i)) for i in range(400)], clip="a")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert path.with_name(path.name + "-journal").stat().st_size > 0
    assert path.stat().st_size > 1_000_000  # half of it had arrived
    with Log(path) as log:
        assert log.read() == before


@pytest.mark.slow
def test_two_processes_write_at_once(path: Path) -> None:
    processes = [writer(path, name, 25) for name in ("a", "b")]
    for process in processes:
        assert process.communicate(timeout=300)[0].endswith("24\n")
        assert process.returncode == 0
    with Log(path) as log:
        assert len(log.read()) == 50


def test_a_log_in_use_is_waited_for_and_then_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "WAIT_S", 0.05)
    with Log(path, create=True) as log:
        log.write([a_set()], clip="a")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogError, match="in use by another process"):
            log.write([a_set()], clip="b")
        assert len(log.read()) == 1  # reading goes on
        other.close()
        log.write([a_set()], clip="b")


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_logs_of_every_version_are_read(path: Path, version: int) -> None:
    path.parent.mkdir()
    old = sqlite3.connect(path, isolation_level=None)
    for step in schema.STEPS[:version]:
        for statement in step:
            old.execute(statement)
    old.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    old.execute(f"PRAGMA user_version = {version}")
    old.execute(
        "INSERT INTO sets (clip, at, lifter, exercise, side, load_kg, coverage, view, profile, version,"
        " source, origin, start_s) VALUES ('a', '2026-03-02T12:00:00.000+00:00', 'me', 'glute-kickback',"
        " 'left', 60, 0.8, 'side', 'standard', '0', 'clip.mp4', 'clip', 1)"
    )
    old.execute("INSERT INTO reps VALUES (1, 1, 0, 90, 0.8, 1, 1, 2, 0.1, 50, 3, '%')")
    old.execute("INSERT INTO verdicts VALUES (1, 1, 'GKB01', 'lumbar-arching', 'ok', 1, 4, 'deg', 6, 10, 1)")
    old.close()
    with Log(path) as log:
        [one] = log.read()
        assert (one.at, one.load_kg, one.reps[0].verdicts[0].fault) == (MONDAY, 60.0, "lumbar-arching")
        assert schema.version_of(log.connection) == schema.VERSION
        assert (one.reps[0].range, one.reps[0].mean_speed) == (
            Quantity(value=50, uncertainty=3, unit="%"),
            None,
        )
        assert (one.speed_by, one.speed_loss) == (None, None)
        log.write([a_set()], clip="b", landmarks="m")
        assert len(log.read()) == 2


def test_released_steps_stay_as_they_are() -> None:
    """A log out there has these tables: a step may only be added."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    for statement in schema.STEPS[0]:
        made.execute(statement)
    columns = [row[1] for row in made.execute("PRAGMA table_info(sets)")]
    assert columns == [
        *("id", "clip", "at", "lifter", "exercise", "side", "load_kg", "bilateral_load_kg", "score"),
        *("coverage", "view", "near", "profile", "version", "source", "origin", "start_s"),
    ]
    made.close()


def test_a_migration_that_fails_leaves_the_old_version(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Log(path, create=True) as log:
        log.write([a_set()], clip="a")
    steps = (*schema.STEPS, ("ALTER TABLE sets ADD COLUMN more TEXT", "NONSENSE"))
    monkeypatch.setattr(schema, "STEPS", steps)
    monkeypatch.setattr(schema, "VERSION", len(steps))
    monkeypatch.setattr(store, "VERSION", len(steps))
    with pytest.raises(LogError, match="NONSENSE"):
        Log(path)
    monkeypatch.undo()
    with Log(path) as log:
        assert len(log.read()) == 1


@pytest.mark.parametrize("content", [b"This is no database. " * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_what_is_no_log_is_said_and_left(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    for create in (False, True):
        with pytest.raises(LogError, match="damaged or no log"):
            Log(path, create=create)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mail.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE mail (text)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(LogError, match="database of something else"):
        Log(path, create=True)
    assert path.read_bytes() == before


def test_a_damaged_page_is_said(path: Path) -> None:
    with Log(path, create=True) as log:
        log.write([a_set(start_s=float(i)) for i in range(60)], clip="a")
    content = bytearray(path.read_bytes())
    content[8192:-8192] = os.urandom(len(content) - 16384)
    path.write_bytes(content)
    with pytest.raises(LogError, match="damaged or no log"), Log(path) as log:
        log.read()


def test_a_newer_log_is_not_touched(path: Path) -> None:
    with Log(path, create=True) as log:
        log.write([a_set()], clip="a")
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(LogError, match="newer formcheck"):
        Log(path)


def test_no_log_is_said(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no training log"):
        Log(tmp_path / "none.sqlite")
    with pytest.raises(LogError, match="not a file"):
        Log(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_log_that_must_not_be_written_can_be_read(path: Path) -> None:
    with Log(path, create=True) as log:
        log.write([a_set()], clip="a")
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        with Log(path) as log:
            assert len(log.read()) == 1
        with pytest.raises(LogError, match="read-only"), Log(path, create=True) as log:
            log.write([a_set()], clip="b")
        with pytest.raises(LogError, match="read-only"):
            Log(path.with_name("new.sqlite"), create=True)
    finally:
        path.parent.chmod(0o700)


def test_deleted_means_gone_from_the_file(path: Path) -> None:
    with Log(path, create=True) as log:
        log.write([a_set(source="secret-name-1.mp4")], clip="a")
        log.write([a_set(source="secret-name-2.mp4", lifter="you")], clip="b")
        assert log.delete_everything("me") == 1
        assert log.lifters() == {"you": 1}
    assert b"secret-name-1" not in path.read_bytes()
    assert b"secret-name-2" in path.read_bytes()
    with Log(path) as log:
        assert log.delete_everything() == 1
        for name in ("sets", "reps", "verdicts"):
            assert log.connection.execute(f"SELECT count(*) FROM {name}").fetchone() == (0,)
    assert b"secret-name" not in path.read_bytes()
    assert [each.name for each in path.parent.iterdir()] == [path.name]
