from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from support.skeleton import Shot, kickbacks, thrusts

from formcheck.api import analyze_clip
from formcheck.errors import OutputError, TrackError, UsageError
from formcheck.exercises import catalog
from formcheck.judging.settings import Settings
from formcheck.pipeline import Session
from formcheck.poses import claims, journal
from formcheck.poses.journal import Journal, Memory
from formcheck.poses.pose import SHAPES
from formcheck.poses.track import Track


def same(one: Track, other: Track) -> None:
    assert one.size == other.size
    for name in ("time_s", *SHAPES):
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None), name
        if a is not None:
            np.testing.assert_array_equal(a, b)


def written(path: Path, track: Track) -> Journal:
    log = Journal(path, track.size, track.source)
    for pose in track.poses():
        log.append(pose)
    return log


@pytest.mark.parametrize(
    "shot", [Shot(noise_px=1.0, world=True), Shot(edges=False), Shot(missing=(20, 40), world=True)]
)
def test_what_is_read_back_is_bit_for_bit_what_was_measured(shot: Shot, tmp_path: Path) -> None:
    track = thrusts(shot)
    log = written(tmp_path / "a.journal", track)
    memory = Memory(track.size, track.source)
    for pose in track.poses():
        memory.append(pose)
    assert len(log) == len(memory) == len(track)
    same(log.track(), memory.track())
    same(log.track(30, 90), memory.track(30, 90))
    log.close()
    same(journal.read(tmp_path / "a.journal"), memory.track())


@pytest.mark.parametrize("torn", [0, 1, 2919])
def test_a_torn_end_costs_one_frame_at_most(torn: int, tmp_path: Path) -> None:
    track = kickbacks()
    path = tmp_path / "a.journal"
    written(path, track).close()
    os.truncate(path, path.stat().st_size - torn)
    kept = track.poses()[: len(track) - bool(torn)]
    same(journal.read(path), Track.from_poses(kept, track.size))


def test_what_another_person_did_is_forgotten_also_after_a_kill(tmp_path: Path) -> None:
    track = kickbacks(Shot(world=True), reps=2)
    log, memory = Journal(tmp_path / "a.journal", track.size), Memory(track.size)
    for i, pose in enumerate(track.poses()):
        if i == 40:
            log.forget()
            memory.forget()
        log.append(pose)
        memory.append(pose)
    assert not memory.track().found[:40].any()
    assert memory.track().found[40:].all()
    same(log.track(), memory.track())
    same(log.track(10, 60), memory.track(10, 60))
    same(log.track(10, 40), memory.track(10, 40))
    log.close()
    same(journal.read(tmp_path / "a.journal"), memory.track())


@pytest.mark.slow
def test_a_journal_judged_is_the_clip_judged(tmp_path: Path) -> None:
    track = kickbacks(Shot(noise_px=1.0), reps=4, knee_deg=(4, 40, 4, 40))
    session = Session(track.size, Settings(exercise=catalog.exercise("glute-kickback")), source=track.source)
    for pose in track.poses():
        session.push(pose)
    written(tmp_path / "a.journal", track).close()
    assert (
        analyze_clip(tmp_path / "a.journal", Settings.of("glute-kickback")).report == session.finish().report
    )


def test_nothing_is_overwritten_and_what_is_no_journal_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    path.write_text("hello")
    with pytest.raises(OutputError, match=r"cannot write .*a\.journal"):
        Journal(path, (640, 480))
    with pytest.raises(TrackError, match="not a journal"):
        journal.read(path)
    path.write_text('{"format": "formcheck-journal-9", "size": [1, 1], "source": "", "fields": {}}\n')
    with pytest.raises(TrackError, match="formcheck-journal-9"):
        journal.read(path)
    with pytest.raises(UsageError, match="no journal"):
        journal.read(tmp_path / "b.journal")


def test_a_journal_can_be_dropped(tmp_path: Path) -> None:
    log = written(tmp_path / "a.journal", kickbacks(reps=1))
    log.close(keep=False)
    log.close()
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="closed"):
        log.append(kickbacks(reps=1).poses()[0])


@pytest.mark.parametrize(
    ("blank", "lost"),
    [(3 * 2920, 3), (3 * 2920 + 1500, 4), (10, 0)],
    ids=["records", "records and a half", "less than a value"],
)
def test_a_zero_filled_end_is_cut_at_the_first_bad_record_and_said(
    blank: int, lost: int, tmp_path: Path
) -> None:
    track, path = kickbacks(Shot(world=True)), tmp_path / "a.journal"
    written(path, track).close()
    size = journal.recover(path)
    data = path.read_bytes()
    step = (len(data) - data.index(b"\n") - 1) // len(track)
    blank = blank * step // 2920
    path.write_bytes(data[:-blank] + bytes(blank))
    found = journal.recover(path)
    assert len(size.track) - len(found.track) == lost
    assert bool(found.cut) is bool(lost)
    if lost:
        assert found.cut == (
            f"The end of a.journal is damaged: {lost} of {len(track)} frames, from record "
            f"{len(track) - lost + 1} on, were left out."
        )
        report = analyze_clip(path, Settings.of("glute-kickback")).report
        assert found.cut in report.notes
        assert not report.complete


def test_frames_after_a_damaged_one_are_left_out(tmp_path: Path) -> None:
    track, path = kickbacks(), tmp_path / "a.journal"
    written(path, track).close()
    data = bytearray(path.read_bytes())
    start = data.index(b"\n") + 1
    step = (len(data) - start) // len(track)
    data[start + 50 * step : start + 50 * step + 8] = np.array(np.inf).tobytes()
    path.write_bytes(data)
    assert len(journal.recover(path).track) == 50


@pytest.mark.parametrize(
    "head",
    [
        "[1]",
        "[" * 9000,
        "null",
        '{"format": "formcheck-journal-1", "size": [640], "fields": {"time_s": []}}',
        '{"format": "formcheck-journal-1", "size": [640, 1e400], "fields": {"time_s": []}}',
        '{"format": "formcheck-journal-1", "size": [640, 480], "fields": []}',
        '{"format": "formcheck-journal-1", "size": [640, 480], "fields": {}}',
        '{"format": "formcheck-journal-1", "size": [640, 480], "fields": {"time_s": [9999999999]}}',
    ],
)
def test_a_head_that_does_not_fit_is_said(head: str, tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    path.write_bytes(head.encode() + b"\n" + bytes(5000))
    with pytest.raises(TrackError, match=r"a\.journal is not a journal"):
        journal.read(path)


def test_a_journal_is_in_use_as_long_as_its_writer_lives(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    log = written(path, kickbacks(reps=1))
    assert claims.in_use(path)
    log.close()
    assert not claims.in_use(path)
    assert [one.name for one in tmp_path.iterdir()] == ["a.journal"]
    code = (
        "import os, signal; from pathlib import Path; from formcheck.poses.journal import Journal\n"
        f"Journal(Path({str(tmp_path / 'b.journal')!r}), (640, 480)); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert (tmp_path / "b.journal").exists()
    assert not claims.in_use(tmp_path / "b.journal")


def test_an_old_journal_that_names_a_living_process_is_not_in_use_for_that(tmp_path: Path) -> None:
    track, path = kickbacks(), tmp_path / "a.journal"
    written(path, track).close()
    head, _, records = path.read_bytes().partition(b"\n")
    about = {**json.loads(head), "pid": os.getppid()}
    path.write_bytes(json.dumps(about).encode() + b"\n" + records)
    assert not claims.in_use(path)
    same(journal.read(path), Track.from_poses(track.poses(), track.size))


def test_an_old_journal_that_grows_is_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.journal"
    written(path, kickbacks(reps=1)).close()
    head, _, records = path.read_bytes().partition(b"\n")
    path.write_bytes(json.dumps({**json.loads(head), "pid": 1}).encode() + b"\n" + records)
    monkeypatch.setattr(time, "sleep", lambda _: path.write_bytes(path.read_bytes() + records[:2920]))
    assert claims.in_use(path)
