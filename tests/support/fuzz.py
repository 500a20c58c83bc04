"""Damaged files of every kind through the command line.

`python tests/support/fuzz.py [SEED] [COUNT] [KIND...]`

Each input runs in a process of its own, forked from one that has everything imported, so that a crash, a
hang or a gigabyte is its own. Whatever the input, the exit code is a documented one other than 70, a failure
is one sentence, and nothing else is on stderr.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from formcheck.batch.job import Job, Setup
from formcheck.batch.score import Outcome, score
from formcheck.cli import batch
from formcheck.cli.app import run
from formcheck.cli.terminal import complain
from formcheck.errors import FormcheckError
from formcheck.exercises import catalog
from formcheck.exercises.profiles import as_toml
from formcheck.live import words
from formcheck.live.session import run as run_live
from formcheck.poses import journal
from formcheck.poses.exchange import trc
from formcheck.poses.track import Track
from formcheck.video.writer import VideoSink
from support import exchange, mutate
from support.live_fakes import parts
from support.skeleton import Shot, kickbacks

MOST_S = 40.0
"""Of processor time; an input takes one or two."""
MOST_MB = 1000.0
CODES = {0, 1, 2, 3}
EXERCISE = "glute-kickback"
SHARES = {
    **{"track": 90, "journal": 50, "live": 10, "report": 110, "truth": 60, "ledger": 50, "manifest": 50},
    **{"log": 70, "cues": 60, "limits": 60, "rules": 60, "video": 6, "label": 60},
    "exchange": 90,
}
"""Of which kind how many, of `sum(SHARES.values())`."""


@dataclass(frozen=True)
class Failure:
    """What one input did that none may do."""

    name: str
    command: list[str]
    says: str
    stderr: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.says}\n  {' '.join(self.command)}\n  {self.stderr[-1500:]}"


@dataclass
class Bases:
    """Sound files of every kind, to be damaged."""

    folder: Path
    track: Track = field(default_factory=lambda: kickbacks(Shot(fps=15.0, noise_px=1.0, world=True), reps=2))

    def path(self, name: str) -> Path:
        return self.folder / name

    def make(self) -> None:
        """Let the program write one of each."""
        os.environ["FORMCHECK_LOG"] = "off"
        self.track.save(self.path("base.npz"))
        log = journal.Journal(self.path("base.journal"), self.track.size, "base")
        for pose in self.track.poses():
            log.append(pose)
        log.close()
        with redirect_stdout(StringIO()):
            base, out = str(self.path("base.npz")), str(self.folder)
            given = ["--exercise", EXERCISE, "--json", f"{out}/base.json", "--log", f"{out}/base.db"]
            assert run(["analyze", base, *given]) == 0
            assert run(["score", base, "--out", f"{out}/scores", "--exercise", EXERCISE]) == 0
            assert run(["new-exercise", "leg-lift", "--dir", out, "--like", EXERCISE]) == 0
        self.path("base.csv").write_text(
            "clip,person,exercise,side,date,load_kg,tags,choose\n"
            f"base.npz,anna,{EXERCISE},left,2026-03-01,60,a b,\nbase.json,ben,,,,,,left\n"
        )
        self.path("limits.toml").write_text(as_toml(EXERCISE))
        self.path("cues.toml").write_text(words.template(list(catalog.exercises().values())))
        self.path("truth.json").write_text(json.dumps(self._truth()))
        part = self.track[:60]
        exchange.openpose(part, self.path("openpose"))
        exchange.alphapose(part, self.path("alphapose.json"))
        exchange.mmpose(part, self.path("mmpose.json"), 17, meta=True)
        exchange.table(part, self.path("table.csv"))
        self.path("markers.trc").write_text(trc.text(part, "markers.trc"))
        with VideoSink(self.path("base.mp4")) as sink:
            for i in range(20):
                sink.write(np.full((120, 160, 3), 10 * i, np.uint8), i / 15)

    def _truth(self) -> dict[str, Any]:
        whole = json.loads((Path(__file__).parents[2] / "samples" / "kickback.json").read_text())
        return {**whole, "frames": whole["frames"][::20]}


class Here:
    """Scores in this process, in place of workers."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def run(self, jobs: Iterable[Job], frames: Callable[[int], None]) -> Iterator[list[Outcome]]:
        for job in jobs:
            yield [score(job, self._setup)]

    def close(self) -> None:
        """Nothing runs on."""


def damaged(kind: str, bases: Bases, room: Path, rng: random.Random) -> list[str]:
    """Write a damaged file of a kind into a folder; return the command line that reads it."""
    return _KINDS[kind](bases, room, rng)


def _track(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    path, base = room / "a.npz", str(bases.path("base.npz"))
    path.write_bytes(mutate.of_npz(bases.path("base.npz").read_bytes(), rng))
    return rng.choice(
        (
            ["analyze", str(path), "--no-log"],
            ["analyze", str(path), "--no-log", "--exercise", EXERCISE, "--html", str(room / "a.html")],
            ["analyze", base, "--no-log", "--exercise", EXERCISE, "--baseline", str(path)],
            ["score", str(path), "--out", str(room / "out")],
            ["compare", str(path), base],
            ["measures", str(path)],
        )
    )


def _exchange(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    kind = rng.choice(("openpose", "alphapose.json", "mmpose.json", "table.csv", "markers.trc"))
    path = room / kind
    if kind == "openpose":
        shutil.copytree(bases.path(kind), path)
        one = rng.choice(sorted(path.iterdir()))
        _json(one, one, rng)
    elif kind.endswith(".json"):
        _json(bases.path(kind), path, rng)
    else:
        _text(bases.path(kind), path, rng)
    given = rng.choice((["--size", "1280x720", "--fps", "15"], ["--size", "1280x720", "--fps", "15"], []))
    return rng.choice(
        (
            ["analyze", str(path), *given, "--no-log", "--exercise", EXERCISE],
            ["analyze", str(path), *given, "--no-log", "--trc", f"{room}/b.trc", "--mot", f"{room}/b.mot"],
            ["score", str(path), *given, "--out", str(room / "out")],
        )
    )


def _json(base: Path, path: Path, rng: random.Random) -> None:
    text = base.read_text()
    if rng.random() < 0.2:
        path.write_bytes(mutate.of_bytes(text.encode(), rng))
    else:
        path.write_text(mutate.of_json(text, rng))


def _journal(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    path = room / "a.journal"
    path.write_bytes(_journal_bytes(bases, rng))
    return ["analyze", str(path), "--no-log", "--exercise", EXERCISE]


def _journal_bytes(bases: Bases, rng: random.Random) -> bytes:
    data = bases.path("base.journal").read_bytes()
    if rng.random() < 0.5:
        return mutate.of_bytes(data, rng)
    head, _, rest = data.partition(b"\n")
    return mutate.of_json(head.decode(), rng).encode() + b"\n" + rest


def _live(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    for name in ("2026-01-01-100000", "2026-01-02-100000"):
        (room / f"{name}.journal").write_bytes(_journal_bytes(bases, rng))
    return ["(live)", str(room)]


def _report(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    path, base, html = room / "a.json", bases.path("base.json"), str(room / "a.html")
    if rng.random() < 0.2:
        path.write_bytes(mutate.of_bytes(base.read_bytes(), rng))
    else:
        path.write_text(mutate.of_json(base.read_text(), rng))
    return rng.choice(
        (
            ["report", str(path)],
            ["report", str(path), "--html", html],
            ["report", str(path), "--html", html, "--csv", str(room / "a.csv")],
            ["compare", str(path), str(base)],
            ["compare", str(base), str(path), "--html", html],
            ["analyze", str(bases.path("base.npz")), "--no-log", "--baseline", str(path)],
        )
    )


def _truth(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    text = bases.path("truth.json").read_text()
    if rng.random() < 0.3:
        reps = [2.5, {"top": 7.5, "faults": ["knee-bent"]}]
        text = json.dumps({"exercise": EXERCISE, "view": "side", "side": "left", "reps": reps})
    (room / "a.npz").write_bytes(bases.path("base.npz").read_bytes())
    if rng.random() < 0.2:
        (room / "a.json").write_bytes(mutate.of_bytes(text.encode(), rng))
    else:
        (room / "a.json").write_text(mutate.of_json(text, rng))
    return ["evaluate", str(room)]


def _label(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    label: dict[str, Any] = {
        **{"exercise": "glute_kickback", "view": "side", "side": "left", "tops": [2.5, 7.5], "full_reps": 2},
        **{"partial_tops": [], "faults": {"knee_bent": "all", "no-hold": [2]}, "label_window_s": [0, 9.5]},
        **{"sets": [{"side": "left", "t": [0, 9], "tops": [2.5, 7.5], "form": "correct"}], "notes": "clean"},
    }
    (room / "a.npz").write_bytes(bases.path("base.npz").read_bytes())
    alone = rng.random() < 0.5
    path, text = (
        room / ("a.labels.json" if alone else "labels.json"),
        json.dumps(label if alone else {"a.mp4": label}),
    )
    if rng.random() < 0.2:
        path.write_bytes(mutate.of_bytes(text.encode(), rng))
    else:
        path.write_text(mutate.of_json(text, rng))
    return ["evaluate", str(room), *rng.choice(([], ["--html", str(room / "a.html")]))]


def _ledger(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    data = bases.path("scores/ledger.jsonl").read_bytes()
    if rng.random() < 0.3:
        made = mutate.of_bytes(data, rng)
    else:
        made = mutate.of_json(data.decode(), rng).encode() + b"\n"
        if rng.random() < 0.5:
            made = made.replace(b'"checksum"', b'"check"')
    (room / "ledger.jsonl").write_bytes(made)
    return ["score", str(bases.path("base.npz")), "--resume", "--out", str(room), "--exercise", EXERCISE]


def _manifest(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    (room / "base.npz").write_bytes(bases.path("base.npz").read_bytes())
    text = bases.path("base.csv").read_text()
    if rng.random() < 0.3:
        (room / "a.csv").write_bytes(mutate.of_bytes(text.encode(), rng))
    else:
        (room / "a.csv").write_bytes(mutate.of_lines(text, rng).encode(errors="replace"))
    return ["score", "--manifest", str(room / "a.csv"), "--out", str(room / "out")]


def _log(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    path = room / "a.db"
    path.write_bytes(bases.path("base.db").read_bytes())
    mutate.of_database(path, rng)
    log = ["--log", str(path)]
    return rng.choice(
        (
            ["history", *log],
            ["history", "--html", str(room / "a.html"), *log],
            ["history", "--csv", str(room / "a.csv"), *log],
            ["history", "--export", str(room / "a.json"), *log],
            ["analyze", str(bases.path("base.npz")), "--exercise", EXERCISE, *log],
        )
    )


def _cues(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    _text(bases.path("cues.toml"), room / "a.toml", rng)
    return ["live", "--cues", str(room / "a.toml"), "--source", "none.mp4", "--no-window", "--no-log"]


def _limits(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    _text(bases.path("limits.toml"), room / "a.toml", rng)
    given = ["--no-log", "--exercise", EXERCISE, "--limits", str(room / "a.toml")]
    return ["analyze", str(bases.path("base.npz")), *given]


def _rules(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    _text(bases.path("leg_lift.py"), room / "leg_lift.py", rng)
    (room / "a.npz").write_bytes(bases.path("base.npz").read_bytes())
    (room / "a.json").write_text('{"exercise": "leg-lift", "reps": [2.5, 7.5]}')
    return rng.choice(
        (
            ["check-rules", str(room)],
            ["analyze", str(room / "a.npz"), "--no-log", "--rules", str(room), "--exercise", "leg-lift"],
            ["score", str(room / "a.npz"), "--rules", str(room), "--out", str(room / "out")],
        )
    )


def _text(base: Path, path: Path, rng: random.Random) -> None:
    if rng.random() < 0.2:
        path.write_bytes(mutate.of_bytes(base.read_bytes(), rng))
    else:
        path.write_bytes(mutate.of_lines(base.read_text(), rng).encode(errors="replace"))


def _video(bases: Bases, room: Path, rng: random.Random) -> list[str]:
    (room / "a.mp4").write_bytes(mutate.of_bytes(bases.path("base.mp4").read_bytes(), rng))
    return ["analyze", str(room / "a.mp4"), "--no-log"]


_KINDS: dict[str, Callable[[Bases, Path, random.Random], list[str]]] = {
    **{"track": _track, "journal": _journal, "live": _live, "report": _report, "truth": _truth},
    **{"ledger": _ledger, "manifest": _manifest, "log": _log, "cues": _cues, "limits": _limits},
    **{"rules": _rules, "video": _video, "label": _label, "exchange": _exchange},
}


def live(folder: Path, bases: Bases) -> int:
    """Begin a session in a folder in which others were cut off."""
    try:
        run_live(parts(bases.track, report=folder))
    except FormcheckError as error:
        complain(str(error))
        return error.exit_code
    left = list(folder.glob("2026-*.journal"))
    assert not left, left  # judged, or set aside
    return 0


def one(name: str, kind: str, bases: Bases) -> Failure | None:
    """Run one input in a process of its own; say what it did wrong."""
    with tempfile.TemporaryDirectory() as place:
        room = Path(place)
        (room / "in").mkdir()
        command = damaged(kind, bases, room / "in", random.Random(name))
        began_s = time.monotonic()
        child = os.fork()
        if child == 0:
            _in_child(command, room, bases)
        status, usage = os.wait4(child, 0)[1:]
        took_s = time.monotonic() - began_s
        err = (room / "stderr").read_text(errors="replace")
        mb = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
        if os.environ.get("FUZZ_TELL"):
            print(f"{name} {took_s:.2f} s {mb:.0f} MB", os.waitstatus_to_exitcode(status), err.strip()[:200])
        says = wrong(os.waitstatus_to_exitcode(status), err, mb, kind)
        return Failure(name, command, f"{says} ({took_s:.1f} s)", err) if says else None


def _in_child(command: list[str], room: Path, bases: Bases) -> NoReturn:
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, MOST_S)  # processor time: how busy the machine is does not count
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(room / name, os.O_WRONLY | os.O_CREAT), number)
    os.chdir(room)
    try:
        code = live(Path(command[1]), bases) if command[0] == "(live)" else run(command)
    except BaseException as error:
        print(f"escaped: {type(error).__name__}: {error}", file=sys.stderr)
        code = 99
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def wrong(code: int, err: str, mb: float, kind: str) -> str:
    """Say what none may do of what an input did; empty where it is all right."""
    lines = err.splitlines()
    if code == -signal.SIGPROF:
        return f"hangs: more than {MOST_S:.0f} s"
    if code not in CODES:
        return f"exit code {code}"
    if mb > MOST_MB:
        return f"takes {mb:.0f} MB"
    if kind == "live":  # tells what it does
        return "a traceback" if "Traceback" in err else ""
    if kind == "video":  # what C libraries say has tests of its own
        lines = [line for line in lines if line.startswith("formcheck: ")]
    if not all(line.startswith("formcheck: ") for line in lines):
        return "other lines than sentences on stderr"
    if code in (2, 3) and len(lines) != 1:
        return f"{len(lines)} sentences on stderr"
    return ""


def names(seed: int, count: int, kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Return the inputs: name, which is also the seed, and kind."""
    chosen = {kind: SHARES[kind] for kind in kinds}
    whole = sum(chosen.values())
    made = [
        (f"{kind}-{seed}-{i}", kind)
        for kind, share in chosen.items()
        for i in range(max(1, round(count * share / whole)))
    ]
    return sorted(made, key=lambda item: random.Random(item[0]).random())


def fuzz(inputs: Iterable[tuple[str, str]], folder: Path) -> list[Failure]:
    """Run inputs, two at a time; return what went wrong."""
    bases = Bases(folder)
    bases.make()
    batch.team = lambda work, setup, workers, cluster: Here(setup)
    rest = list(inputs)
    reader, writer = os.pipe()
    children = []
    for half in (rest[::2], rest[1::2]):
        child = os.fork()
        if child == 0:
            _work(half, bases, writer)
        children.append(child)
    os.close(writer)
    with os.fdopen(reader) as found:
        failures = [Failure(**json.loads(line)) for line in found]
    for child in children:
        if status := os.waitpid(child, 0)[1]:
            failures.append(Failure("fuzz", [], f"its own process ended with {status}"))
    return failures


def _work(inputs: Iterable[tuple[str, str]], bases: Bases, writer: int) -> NoReturn:
    status = 1
    try:
        for name, kind in inputs:
            if failure := one(name, kind, bases):
                os.write(writer, (json.dumps(vars(failure)) + "\n").encode())
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def main() -> int:
    """Run it from the command line."""
    seed, count, *kinds = [*sys.argv[1:], *("1", "600")[len(sys.argv[1:]) :]]
    chosen = kinds or list(SHARES)
    inputs = [one for one in names(int(seed), int(count), SHARES) if one[1] in chosen]
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        failures = fuzz(inputs, Path(place))
    for failure in failures:
        print(failure)
    print(f"{len(inputs)} inputs, {len(failures)} failures, {time.monotonic() - began_s:.0f} s")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
