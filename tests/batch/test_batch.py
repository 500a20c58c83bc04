"""Many clips: what is found, kept, resumed and counted. The clips are recorded tracks, judged in a moment."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from support.batches import ROOT, kept, table
from support.skeleton import Shot, kickbacks, thrusts, with_plate

from formcheck.batch import pool as pool_module
from formcheck.batch import run as run_module
from formcheck.batch import terminal
from formcheck.batch.inputs import day_of, find, read_manifest
from formcheck.batch.job import Job, Setup
from formcheck.batch.ledger import NAME, Ledger
from formcheck.batch.provenance import Versions, stamp, versions
from formcheck.batch.record import Record
from formcheck.batch.run import carry_out, plan
from formcheck.batch.score import Outcome, score
from formcheck.batch.summary import summarise
from formcheck.batch.tables import TABLES, columns
from formcheck.cli import batch
from formcheck.cli.app import run
from formcheck.errors import OutputError, UsageError
from formcheck.exercises.profiles import Profile
from formcheck.judging.settings import Settings
from formcheck.video.frames import Filming

STANDARD = Setup()


class Here:
    """Scores in this process, like a team of one; can be told to stop a run in all kinds of ways."""

    def __init__(self, setup: Setup, *, after: int | None = None) -> None:
        self.setup, self.after = setup, after
        self.scored: list[str] = []

    def run(self, jobs: Iterable[Job], frames: Callable[[int], None]) -> Iterator[list[Outcome]]:
        for count, job in enumerate(jobs):
            if count == self.after:
                raise KeyboardInterrupt
            self.scored.append(Path(job.item.address).name)
            yield [score(job, self.setup)]

    def close(self) -> None:
        """Nothing runs on."""


class Watch:
    def frames(self, count: int) -> None:
        """Nobody looks."""

    def clip(self, record: Record) -> None:
        """Nobody looks."""


def library(folder: Path) -> Path:
    """A folder of clients: two who kick, one of them with an arched back, one who thrusts, a broken file."""
    for name, track in (
        ("anna/2026-03-01 left.npz", kickbacks(Shot(seed=1))),
        ("anna/2026-03-08 arched.npz", kickbacks(Shot(seed=2), top_deg=22.0, arch_deg=12.0)),
        ("ben/20260302.npz", thrusts(Shot(seed=3))),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        track.save(path)
    (folder / "broken.npz").write_bytes(b"PK\x03\x04 broken")
    return folder


@pytest.fixture(autouse=True)
def _no_word_on_how_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a run takes so long that it says how far it is."""
    monkeypatch.setattr(terminal, "LINE_S", float("inf"))


@pytest.fixture
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """`score` scores in this process: a worker of its own takes seconds to start, and is no matter here."""
    monkeypatch.setattr(batch, "team", lambda work, setup, workers, cluster: Here(setup))


in_this_process = pytest.mark.usefixtures("_in_this_process")


@pytest.fixture(scope="module")
def _library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return library(tmp_path_factory.mktemp("clients"))


@pytest.fixture
def clients(_library: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(_library, tmp_path / "clients"))


def go(
    clients: Path, out: Path, setup: Setup = STANDARD, *, resume: bool = False, after: int | None = None
) -> list[str]:
    """Score a folder in this process; return which clips were scored."""
    team = Here(setup, after=after)
    with Ledger(out, resume=resume) as ledger:
        carry_out(plan(find([str(clients)], skip=out), setup, ledger), team, ledger, Watch())
    return team.scored


# --- what is found


def test_a_folder_gives_each_clip_once_with_person_and_day(clients: Path) -> None:
    found = find([str(clients), str(clients / "ben")])
    assert [(one.name, one.person, one.date[:7]) for one in found[:2]] == [
        ("anna/2026-03-01 left.npz", "anna", "2026-03"),
        ("anna/2026-03-08 arched.npz", "anna", "2026-03"),
    ]
    assert [one.name for one in found] == [
        "anna/2026-03-01 left.npz",
        "anna/2026-03-08 arched.npz",
        "ben/20260302.npz",
        "broken.npz",
    ]
    assert found[2].date == "2026-03-02"
    assert found[3].person == ""


def test_what_formcheck_made_is_not_found_again(tmp_path: Path) -> None:
    for name in (
        "a.mp4",
        "a.TRACK.NPZ",
        "a.track.npz",
        "a.Annotated.MP4",
        "a.annotated.mp4",
        "b.track.npz",
        ".hidden.mp4",
        "notes.txt",
    ):
        (tmp_path / name).touch()
    (tmp_path / "scores").mkdir()
    (tmp_path / "scores" / "c.npz").touch()
    found = find([str(tmp_path)], skip=tmp_path / "scores")
    assert [one.name for one in found] == ["a.mp4", "b.track.npz"]
    assert [one.name for one in find([str(tmp_path / "*.mp4")])] == ["a.annotated.mp4", "a.mp4"]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("VID_20260302_101500.mp4", "2026-03-02"),
        ("2026-03-02 anna.mov", "2026-03-02"),
        ("2026.03.02.mov", "2026-03-02"),
        ("set 20261302.mp4", ""),
        ("120260302.mp4", ""),
    ],
)
def test_a_day_is_read_from_the_name(name: str, day: str) -> None:
    assert day_of(name) == day


posix = pytest.mark.skipif(sys.platform == "win32", reason="there, links and pipes need rights or are none")


@posix
def test_links_in_circles_give_each_clip_once_by_its_own_name(tmp_path: Path) -> None:
    home = tmp_path / "clients"
    (home / "z" / "deep").mkdir(parents=True)
    for name in ("a.mp4", "z/b.MOV", "z/deep/c.NPZ"):
        (home / name).touch()
    for link, to in (("loop", "."), ("0deep", "z/deep"), ("z/up", ".."), ("z/deep/itself", "itself")):
        (home / link).symlink_to(to)
    names = ["a.mp4", "z/b.MOV", "z/deep/c.NPZ"]
    assert [one.name for one in find([str(home)])] == names
    for pattern, found in (
        ("**/*.*", names),
        ("**/*.mp4", names[:1]),
        ("**", [*names, "z/deep/itself"]),
        ("z**/*.MOV", names[1:2]),
        ("z/**/*.[mM]*", ["z/b.MOV", "z/up/a.mp4"]),
        ("*/*.MOV", names[1:2]),
        ("**/deep/*", ["z/deep/c.NPZ", "z/deep/itself"]),
    ):
        assert [
            Path(one.address).relative_to(home).as_posix() for one in find([str(home / pattern)])
        ] == found
    assert [one.name for one in find([str(home), str(home / "loop" / "a.mp4")])][:3] == names
    assert [one.person for one in find([str(home)])] == ["", "z", "z"]


@posix
@in_this_process
def test_what_cannot_be_read_is_a_row_and_the_others_are_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, out = tmp_path / "clients", tmp_path / "out"
    (home / "shut").mkdir(parents=True)
    (home / "folder.mp4").mkdir()
    kickbacks(reps=2).save(home / "good.npz")
    (home / "dead.mp4").symlink_to("nowhere.mp4")
    os.mkfifo(home / "pipe.mp4")
    real = os.listdir

    def closed(place: Any) -> list[str]:
        if Path(place).name == "shut":
            raise PermissionError(13, "Permission denied")
        return real(place)

    monkeypatch.setattr(os, "listdir", closed)
    assert run(["score", str(home), "--out", str(out), "--workers", "1"]) == 0
    reasons = {row["name"]: row["reason"] for row in table(out / "clips.csv")}
    assert reasons.pop("good.npz") == ""
    assert {name: reason[:26] for name, reason in reasons.items()} == {
        "dead.mp4": "it is a link that leads no",
        "pipe.mp4": "it is not a file but a pip",
        "shut": "it is a folder that cannot",
    }
    before = (out / NAME).read_bytes()
    assert run(["score", str(home), "--out", str(out), "--workers", "1", "--resume"]) == 0
    assert (out / NAME).read_bytes() == before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file systems there refuse such names")
@in_this_process
def test_no_name_ends_a_run_or_its_resuming(tmp_path: Path) -> None:
    home, out = tmp_path / "clients", tmp_path / "out"
    home.mkdir()
    kickbacks(Shot(fps=15.0), reps=2).save(home / "T.NPZ")
    odd = [b"k\xff.npz", b"k\\xff.npz", b"\x1b[31m.npz", "\u202e[red].npz".encode(), b"\xdc/b.npz"]
    odd += [b"a" * 246 + b".npz", ("\u6df1" * 80).encode() + b".npz", b"=1.npz", b"set:1.npz"]
    for name in map(os.fsdecode, odd):
        (home / name).parent.mkdir(exist_ok=True)
        shutil.copy(home / "T.NPZ", home / name)
    order = ["score", str(home), "--out", str(out), "--html"]
    assert run(order) == 0
    assert go(home, out, Setup(html=True), resume=True) == []
    for kind in ("csv", "jsonl", *(["parquet"] if find_spec("pyarrow") else [])):
        assert run([*order, "--format", kind, "--resume"]) == 0
    found = kept(out)
    assert len(found) == len(odd) + 1 - 1  # two look alike, but are two
    with Ledger(out, resume=True) as ledger:
        assert len(ledger) == len(odd) + 1
        assert {len(one.report.reps) for one in ledger.records() if one.report} == {2}
        assert all((out / one.page).is_file() for one in ledger.records())
    rows = table(out / "clips.csv")
    assert {r"k\xff.npz", "'=1.npz", r"\x1b[31m.npz"} <= {row["name"] for row in rows}
    assert r"\xdc" in {row["person"] for row in rows}
    assert len((out / "clips.jsonl").read_text("utf-8").splitlines()) == len(rows)


@pytest.mark.parametrize("text", ["nothing/here", "nothing*.mp4"])
def test_a_path_that_names_nothing_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="nothing"):
        find([text])


@in_this_process
def test_a_manifest_says_what_a_folder_does_not(clients: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "clips.csv"
    sheet.write_text(
        "clip;person;exercise;side;date;load_kg;tags\r\n"
        "clients/ben/20260302.npz;Ben B.;single-leg-hip-thrust;left;2026-03-03;42,5;heavy last\r\n"
        "clients/gone.mp4;;;;;;\r\n",
        encoding="utf-8-sig",
    )
    ben, gone = read_manifest(sheet)
    assert (ben.person, ben.date, ben.load_kg, ben.tags) == ("Ben B.", "2026-03-03", 42.5, ("heavy", "last"))
    assert (ben.exercise, ben.side) == ("single-leg-hip-thrust", "left")
    assert gone.signature == ""

    assert run(["score", "--manifest", str(sheet), "--out", str(tmp_path / "out"), "--workers", "1"]) == 0
    rows = table(tmp_path / "out" / "clips.csv")
    assert [(row["person"], row["load_kg"], row["status"]) for row in rows] == [
        ("Ben B.", "42.5", "scored"),
        ("", "", "failed"),
    ]
    assert "No such file" in rows[1]["reason"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file\na.npz\n", "unknown columns"),
        ("person\nanna\n", "no column clip"),
        ("clip,side\nclients/broken.npz,up\n", "line 2 .* side is left, right or empty"),
        ("clip,date\nclients/broken.npz,3.3.26\n", "date is YYYY-MM-DD"),
        ("clip,load_kg\nclients/broken.npz,much\n", "load_kg is a number"),
        ("clip,exercise\nclients/broken.npz,squatting\n", "there is no exercise"),
        ("clip\nclients/broken.npz\nclients/broken.npz\n", "line 3 .* again"),
        ("clip\n", "names no clip"),
    ],
)
def test_a_wrong_manifest_is_one_sentence(clients: Path, tmp_path: Path, text: str, said: str) -> None:
    sheet = tmp_path / "clips.csv"
    sheet.write_text(text)
    with pytest.raises(UsageError, match=said):
        read_manifest(sheet)


# --- whole or nothing, and resumable


def test_a_run_that_was_stopped_and_resumed_gives_the_same_as_one_in_one_go(
    clients: Path, tmp_path: Path
) -> None:
    assert len(go(clients, tmp_path / "whole")) == 4
    with pytest.raises(KeyboardInterrupt):
        go(clients, tmp_path / "parts", after=2)
    assert len(kept(tmp_path / "parts")) == 2
    assert len(go(clients, tmp_path / "parts", resume=True)) == 2
    assert kept(tmp_path / "parts") == kept(tmp_path / "whole")
    assert go(clients, tmp_path / "parts", resume=True) == []


def test_half_a_line_is_cut_off_and_its_clip_scored_again(clients: Path, tmp_path: Path) -> None:
    go(clients, tmp_path / "out")
    ledger = tmp_path / "out" / NAME
    before, data = kept(tmp_path / "out"), ledger.read_bytes()
    ledger.write_bytes(data[:-100])
    assert go(clients, tmp_path / "out", resume=True) == ["broken.npz"]
    assert kept(tmp_path / "out") == before
    assert ledger.read_bytes().count(b"\n") == 4


def test_a_damaged_line_costs_one_clip(clients: Path, tmp_path: Path) -> None:
    go(clients, tmp_path / "out")
    ledger = tmp_path / "out" / NAME
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join([lines[0], b"\0" * 100 + b"\n", *lines[2:]]))
    assert go(clients, tmp_path / "out", resume=True) == ["2026-03-08 arched.npz"]


@pytest.mark.parametrize("change", [(b'"score":', b'"score":1'), (b'"checksum":"', b'"checksum":"0')])
def test_a_changed_line_is_scored_again(clients: Path, tmp_path: Path, change: tuple[bytes, bytes]) -> None:
    go(clients, tmp_path / "out")
    ledger, before = tmp_path / "out" / NAME, kept(tmp_path / "out")
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join([lines[0], lines[1].replace(*change, 1), *lines[2:]]))
    with Ledger(tmp_path / "out", resume=True) as opened:
        assert opened.damaged == 1
    assert go(clients, tmp_path / "out", resume=True) == ["2026-03-08 arched.npz"]
    assert kept(tmp_path / "out") == before


def test_lines_of_an_older_version_without_a_checksum_still_hold(clients: Path, tmp_path: Path) -> None:
    go(clients, tmp_path / "out")
    ledger = tmp_path / "out" / NAME
    old = re.sub(rb',"checksum":"[0-9a-f]{16}"\}\n', b"}\n", ledger.read_bytes())
    assert b"checksum" not in old
    ledger.write_bytes(old)
    assert go(clients, tmp_path / "out", resume=True) == []
    deep = b"[" * 100_000 + b"\n"
    ledger.write_bytes(deep + old.replace(b'"fps":', b'"fps":Infinity,"x":', 1))
    with Ledger(tmp_path / "out", resume=True) as opened:
        assert opened.damaged == 2


def test_a_ledger_of_another_version_is_left_alone(clients: Path, tmp_path: Path) -> None:
    go(clients, tmp_path / "out")
    ledger = tmp_path / "out" / NAME
    old = re.sub(rb',"checksum":"[0-9a-f]{16}"\}\n', b"}\n", ledger.read_bytes())
    ledger.write_bytes(old.replace(b"formcheck-batch-1", b"formcheck-batch-9"))
    with pytest.raises(UsageError, match="formcheck-batch-9"):
        Ledger(tmp_path / "out", resume=True)


def test_results_are_not_overwritten_without_resume(clients: Path, tmp_path: Path) -> None:
    go(clients, tmp_path / "out")
    with pytest.raises(UsageError, match="--resume"):
        go(clients, tmp_path / "out")


def test_two_runs_cannot_hold_one_folder(tmp_path: Path) -> None:
    with Ledger(tmp_path, resume=True), pytest.raises(UsageError, match="another run is writing"):
        Ledger(tmp_path, resume=True)
    Ledger(tmp_path, resume=True).close()


def test_a_changed_clip_is_scored_again_a_touched_one_is_not(clients: Path, tmp_path: Path) -> None:
    go(clients, tmp_path / "out")
    before = kept(tmp_path / "out")
    changed, touched = clients / "ben" / "20260302.npz", clients / "anna" / "2026-03-01 left.npz"
    kickbacks(Shot(seed=9)).save(changed)
    os.utime(touched, (1e9, 1e9))
    assert len(go(clients, tmp_path / "out", resume=True)) == 2  # one of them is only read
    after = kept(tmp_path / "out")
    assert after["ben/20260302.npz"]["report"]["exercise"] == "glute-kickback"
    assert after["ben/20260302.npz"]["sha256"] != before["ben/20260302.npz"]["sha256"]
    name = "anna/2026-03-01 left.npz"
    assert after[name] == before[name] | {"signature": after[name]["signature"]}
    assert go(clients, tmp_path / "out", resume=True) == []


@pytest.mark.slow
def test_a_plate_gives_speeds_in_metres_and_scores_again(tmp_path: Path) -> None:
    clips, out = tmp_path / "clips", tmp_path / "out"
    clips.mkdir()
    with_plate(thrusts(reps=3)).save(clips / "plate.npz")
    arguments = ["score", str(clips), "--out", str(out), "--workers", "1"]
    assert run(arguments) == 0
    assert {row["speed_unit"] for row in table(out / "reps.csv")} == {"trunk lengths/s"}
    assert run([*arguments, "--plate", "450", "--resume"]) == 0
    for row in table(out / "reps.csv"):
        assert (row["lift_by"], row["speed_unit"]) == ("plate", "m/s")
        mean, peak = float(row["mean_speed"]), float(row["peak_speed"])
        assert 0.1 < mean < peak < 2.0
        assert 0.0 < float(row["mean_speed_uncertainty"]) < 0.3 * mean


def test_other_limits_rules_code_or_model_score_again(
    clients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standard = Profile.named("standard")
    by = versions(None, None)
    stamps = {stamp(by, standard).judged}
    for name in ("version", "code", "rules", "model"):
        stamps.add(stamp(replace(by, **{name: "other"}), standard).judged)
    stamps.add(stamp(by, Profile.named("strict")).judged)
    stamps |= {
        stamp(by, standard, side="left").judged,
        stamp(by, standard, choose="2").judged,
    }
    turned = [stamp(by, standard, filming=Filming(*how)) for how in ((90, False), (0, True))]
    stamps |= {one.judged for one in turned}
    stamps.add(stamp(by, standard, plate_mm=450.0).judged)
    assert len(stamps) == 11
    assert stamp(by, standard, plate_mm=450.0).seen == stamp(by, standard).seen  # the tracks stay
    assert len({stamp(by, standard).seen, *(one.seen for one in turned)}) == 3

    go(clients, tmp_path / "out")
    strict = Setup(Settings.of(profile="strict"))
    assert len(go(clients, tmp_path / "out", strict, resume=True)) == 4
    assert {one["report"]["profile"] for one in kept(tmp_path / "out").values() if one["report"]} == {
        "strict"
    }

    monkeypatch.setattr(run_module, "versions", lambda model, rules: replace(by, rules="other"))
    assert len(go(clients, tmp_path / "out", strict, resume=True)) == 4


def test_judging_again_knows_the_exercise_and_gives_the_same_as_a_fresh_run(
    clients: Path, tmp_path: Path
) -> None:
    strict = Setup(Settings.of(profile="strict"))
    go(clients, tmp_path / "again")
    go(clients, tmp_path / "again", strict, resume=True)
    go(clients, tmp_path / "fresh", strict)
    assert kept(tmp_path / "again") == kept(tmp_path / "fresh")


def test_a_full_disk_is_said_and_what_was_there_stays(
    clients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync
    done = 0

    def full(handle: int) -> None:
        nonlocal done
        done += 1
        if done > 2:
            raise OSError(28, "No space left on device")
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match=r"No space left on device; 2 clips are kept.*--resume"):
            go(clients, tmp_path / "out")
    assert (tmp_path / "out" / NAME).read_bytes().count(b"\n") == 2
    assert len(go(clients, tmp_path / "out", resume=True)) == 2


# --- worker processes


class Poison:
    """Ends its process when it gets to another one."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (9,)


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "formcheck", *map(str, arguments)]


def many(clients: Path, count: int) -> Path:
    source = next(clients.glob("anna/*left.npz"))
    folder = clients.parent / "many"
    folder.mkdir()
    for number in range(count):
        shutil.copy(source, folder / f"{number:03}.npz")
    return folder


@pytest.mark.slow
def test_the_command_makes_everything_and_a_bad_clip_stops_nothing(
    clients: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(["score", str(clients), "--out", str(out), "--workers", "2", "--html"]) == 0
    printed = capsys.readouterr()
    assert "4 clips, 3 scored" in printed.out
    assert "lumbar-arching" in printed.out
    assert printed.err == ""
    rows = {row["name"]: row for row in table(out / "clips.csv")}
    assert rows["broken.npz"]["status"] == "failed"
    assert "not a recorded track" in rows["broken.npz"]["reason"]
    arched = rows["anna/2026-03-08 arched.npz"]
    assert "lumbar-arching" in arched["faults"]
    assert (out / arched["page"]).read_text("utf-8").startswith("<!doctype html>")
    index = (out / "index.html").read_text("utf-8")
    assert f'href="{arched["page"].replace(" ", "%20")}"' in index
    assert "Not judged: anna, glute kickback<" in index
    assert {row["exercise"] for row in table(out / "reps.csv")} == {"glute-kickback", "single-leg-hip-thrust"}
    verdicts = table(out / "verdicts.csv")
    assert {
        row["person"] for row in verdicts if (row["fault"], row["status"]) == ("lumbar-arching", "fault")
    } == {"anna"}
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert [(one["person"], one["clips"]) for one in summary["groups"]] == [("anna", 2), ("ben", 1)]
    assert run(["score", str(clients), "--out", str(out), "--resume", "--fail-on", "fault"]) == 1


@pytest.mark.slow
def test_a_lost_worker_takes_nothing_with_it_and_a_poison_clip_is_set_aside(
    clients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = Setup()
    items = find([str(many(clients, 6))])
    by = versions(None, None)
    jobs = [Job(item, stamp(by, setup.settings.profile)) for item in items]
    bad = replace(jobs[2], link=Poison())  # type: ignore[arg-type]
    team = pool_module.Workers(2, setup, by)
    outcomes: list[Outcome] = []
    killed = False
    for done in team.run([*jobs[:2], bad, *jobs[3:]], lambda frames: None):
        outcomes += done
        if outcomes and not killed:
            os.kill(team.pids()[0], signal.SIGKILL)
            killed = True
    assert killed
    by_clip = {outcome.job.item.address: outcome.record for outcome in outcomes}
    assert len(outcomes) == len(by_clip) == 6
    states = [record.status for item in items if (record := by_clip[item.address])]
    assert states == ["scored"] * 2 + ["set-aside"] + ["scored"] * 3
    aside = by_clip[items[2].address]
    assert aside is not None
    assert not aside.final
    assert "3 tries: the process that analysed it ended with code 9" in aside.reason


@pytest.mark.slow
@pytest.mark.parametrize("often", [1, 3])
def test_a_worker_that_ends_before_it_begins_is_replaced_twice(
    clients: Path, monkeypatch: pytest.MonkeyPatch, often: int
) -> None:
    started: list[int] = []

    class Weak(pool_module.Worker):
        """The first ones are killed while they start."""

        def __init__(self, setup: Setup, by: Versions) -> None:
            super().__init__(setup, by)
            started.append(self.process.pid or 0)
            if len(started) <= often:
                os.kill(started[-1], signal.SIGKILL)

    monkeypatch.setattr(pool_module, "Worker", Weak)
    setup, by = Setup(), versions(None, None)
    job = Job(find([str(clients / "ben")])[0], stamp(by, setup.settings.profile))
    team = pool_module.Workers(1, setup, by)
    if often == 3:
        with pytest.raises(OutputError, match="end before they begin: the last was ended by SIGKILL"):
            list(team.run([job], lambda frames: None))
    else:
        outcomes = [one for done in team.run([job], lambda frames: None) for one in done]
        assert [one.record and one.record.status for one in outcomes] == ["scored"]
        assert len(started) == 2


@pytest.mark.slow
def test_a_worker_that_hangs_is_ended(clients: Path) -> None:
    class Sleep:
        def __reduce__(self) -> tuple[Any, ...]:
            return time.sleep, (60.0,)

    setup, by = Setup(), versions(None, None)
    item = find([str(clients / "ben")])[0]
    job = Job(item, stamp(by, setup.settings.profile), link=Sleep())  # type: ignore[arg-type]
    team = pool_module.Workers(1, setup, by, stall_s=0.5)
    team.start()
    records = [one.record for done in team.run([job], lambda frames: None) for one in done]
    assert [record and record.status for record in records] == ["set-aside"]


def wait_for(path: Path, lines: int, process: subprocess.Popen[str]) -> None:
    for _ in range(15_000):
        if path.exists() and path.read_bytes().count(b"\n") >= lines:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    pytest.fail("nothing was scored")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells it of each program")
def test_a_worker_of_a_large_program_is_not_large() -> None:
    """Else it would be replaced after every clip."""
    large = b"1" * (pool_module.MEMORY_MB << 20)
    line = [sys.executable, "-c", "from formcheck.batch.score import peak_mb; print(peak_mb())"]
    told = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    assert 10 < float(told.stdout) < pool_module.MEMORY_MB, len(large)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_a_run_that_is_killed_or_stopped_loses_only_what_was_in_flight(
    clients: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    folder, out = many(clients, 24), tmp_path / "out"
    line = command("score", folder, "--out", out, "--workers", 2)
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as job:
        wait_for(out / NAME, 3, job)
        job.send_signal(number)
        _, err = job.communicate(timeout=300)
    assert job.returncode == code, err
    first = kept(out)
    assert 3 <= len(first) < 24
    if number is signal.SIGINT:
        assert "go on with --resume" in err
        assert len(table(out / "clips.csv")) == len(first)

    assert run(["score", str(folder), "--out", str(out), "--resume", "--workers", "2"]) == 0
    assert run(["score", str(folder), "--out", str(tmp_path / "whole"), "--workers", "2"]) == 0
    assert kept(out) == kept(tmp_path / "whole")
    assert (out / NAME).read_bytes().count(b"\n") == 24  # nothing was scored twice
    for name in TABLES:
        assert (out / f"{name}.csv").read_bytes() == (tmp_path / "whole" / f"{name}.csv").read_bytes()


# --- tables


def test_every_format_holds_the_same_rows(clients: Path, tmp_path: Path) -> None:
    dataset = pytest.importorskip("pyarrow.dataset")
    out = tmp_path / "out"
    go(clients, out)
    for wanted in ("csv", "jsonl", "parquet"):
        done = run(["score", str(clients), "--out", str(out), "--resume", "--format", wanted])
        assert done == 0
    for name in TABLES:
        names = [column.name for column in columns(name)]
        as_csv = table(out / f"{name}.csv")
        as_json = [json.loads(row) for row in (out / f"{name}.jsonl").read_text("utf-8").splitlines()]
        as_parquet = dataset.dataset(out / name, partitioning="hive").to_table().to_pylist()
        assert list(as_csv[0]) == names
        assert [list(row) for row in as_json[:1]] == [names]
        assert len(as_csv) == len(as_json) == len(as_parquet)
        key = "clip"
        wanted_values = sorted(str([row[one] for one in names if one != "date"]) for row in as_json)
        assert wanted_values == sorted(
            str([row[one] for one in names if one != "date"]) for row in as_parquet
        )
        assert [row[key] for row in as_csv] == [row[key] for row in as_json]
    field = dataset.dataset(
        next(out.glob("verdicts/date=2026-03-08/exercise=glute-kickback/*.parquet"))
    ).schema
    assert field.field("value").metadata[b"unit"] == b"unit"
    again = run(["score", str(clients), "--out", str(out), "--resume", "--format", "parquet"])
    assert again == 0
    assert len(dataset.dataset(out / "clips", partitioning="hive").to_table()) == 4


@in_this_process
def test_columns_are_documented_where_the_tables_are(clients: Path, tmp_path: Path) -> None:
    assert run(["score", str(clients), "--out", str(tmp_path / "out"), "--workers", "1"]) == 0
    text = (tmp_path / "out" / "columns.md").read_text("utf-8")
    for name in TABLES:
        for column in columns(name):
            assert f"| {column.name} | {column.kind} | {column.unit or '–'} | {column.says} |" in text
            assert column.unit or not column.name.endswith(("_s", "_kg", "_deg"))


@in_this_process
def test_a_cell_is_no_formula(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    (folder / "=HYPERLINK().npz").write_bytes(b"broken")
    assert run(["score", str(folder), "--out", str(tmp_path / "out"), "--workers", "1"]) == 3
    assert table(tmp_path / "out" / "clips.csv")[0]["name"] == "'=HYPERLINK().npz"


def test_a_summary_counts_faults_by_repetition(clients: Path, tmp_path: Path) -> None:
    go(clients, tmp_path / "out")
    with Ledger(tmp_path / "out", resume=True) as ledger:
        summary = summarise(ledger.records())
    assert (summary.clips, summary.scored) == (4, 3)
    assert summary.failures == (("no track that can be read", 1),)
    anna, ben = summary.groups
    (arching,) = [each for each in anna.faults if each.fault == "lumbar-arching"]
    assert (anna.clips, anna.reps, arching.faults, arching.judged) == (2, 6, 3, 6)
    assert ben.exercise == "single-leg-hip-thrust"
    assert anna.not_judged


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name clips or folders"),
        (["nowhere"], "There is no file or folder nowhere"),
        (["{clients}", "--format", "xls"], "There is no format"),
        (["{clients}", "--cluster", "nowhere.json"], "There is no scheduler file"),
    ],
)
def test_wrong_use_is_2_and_one_sentence(
    clients: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    line = [one.replace("{clients}", str(clients)) for one in arguments]
    assert run(["score", *line, "--out", str(tmp_path / "out")]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
