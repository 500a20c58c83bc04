"""How fast live coaching is, measured against the known truth of clips played at their own pace.

Each clip is played as a file, as MJPEG over HTTP and as H.264 over RTSP, from this machine to itself, through
the same loop as `formcheck live`, drawing and voice included (into nowhere). Delays are wall-clock time: a
cue's delay holds the network, the engine and whatever else the machine did meanwhile.
"""

from __future__ import annotations

import json
import os
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from formcheck.api import analyze_clip
from formcheck.errors import UsageError
from formcheck.evaluation.counts import Counts
from formcheck.evaluation.evaluate import CUE_TOLERANCES_S, match_decisions, onset_latencies_s
from formcheck.evaluation.loopback import Loopback, MjpegServer, RtspServer, h264, jpegs
from formcheck.evaluation.truth import Truth
from formcheck.exercises import catalog
from formcheck.exercises.rule import Status
from formcheck.judging.settings import Settings
from formcheck.live.capture import Capture, Meter
from formcheck.live.feeds import Feed, FileFeed, StreamFeed
from formcheck.live.loop import Live, Outlets, conclude
from formcheck.live.recording import Recorder, Scribe
from formcheck.live.session import sayable
from formcheck.live.talk import Wishes
from formcheck.live.voice import RATE, Samples, Voice
from formcheck.pipeline import Session
from formcheck.poses.journal import Journal
from formcheck.report.analysis import Analysis
from formcheck.vision.landmarker import MediaPipeLandmarker
from formcheck.vision.models import resolve

VIA = ("file", "http", "rtsp", "browser")
"""Ways to play a clip; `browser` takes Playwright and Chromium."""
_FOR_BROWSER = ("playwright", "cryptography", "segno", "starlette", "uvicorn")
_PERCENTILES = (50, 95, 99)
_SAME_REP_S = 0.2


def bench_live(
    clips: Sequence[Path],
    *,
    via: Sequence[str] = VIA[:3],
    minutes: float = 0.0,
    model: str = "full",
    progress: Callable[[str], None] = lambda text: None,
) -> LiveBench:
    """Play clips live and measure.

    Args:
        clips: Videos, with a truth file beside them where decisions are to be compared.
        via: Ways to play them, of `VIA`.
        minutes: Instead, play the first clip again and again as one file for so long, recorded, and judge
            the recording with `analyze` as well.
        model: The pose model.
        progress: Told what is being played.

    Raises:
        UsageError: There is no clip, or no such way, or a package that it takes is missing.
    """
    if not clips:
        raise UsageError("name at least one clip to play")
    if unknown := set(via) - set(VIA):
        raise UsageError(f"there is no way {sorted(unknown)[0]!r} to play a clip; there are {', '.join(VIA)}")
    if "browser" in via and (missing := [name for name in _FOR_BROWSER if find_spec(name) is None]):
        raise UsageError(
            f"the way browser needs {missing[0]}, which is not installed; run pip install 'formcheck[dev]'"
        )
    bundle = resolve(model, progress=True)
    result = LiveBench(load=os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan"))
    if minutes > 0:
        _long(result, clips[0], minutes, bundle, model, progress)
        return result
    for clip in clips:
        for way in via:
            progress(f"{clip.name} via {way}")
            _one(result, clip, way, bundle)
    return result


def _one(result: LiveBench, clip: Path, way: str, bundle: Path) -> None:
    truth = _truth(clip)
    if way == "browser":
        origin_s, played = _by_browser(clip, truth, bundle)
        _count(result, clip, way, truth, played, origin_s)
        return
    with ExitStack() as stack:
        server: Loopback | None = None
        feed: Feed = FileFeed(clip)
        if way != "file":
            server = MjpegServer(jpegs(clip)) if way == "http" else RtspServer(h264(clip))
            stack.enter_context(server)
            feed = _Once(server)
        played = _play(feed, truth, bundle, way)
    _count(result, clip, way, truth, played, played.first_s if server is None else server.began_s)


def _count(
    result: LiveBench, clip: Path, way: str, truth: Truth | None, played: _Played, origin_s: float
) -> None:
    """Add a playing; `origin_s` is when the clip's first frame was due, on the monotonic clock."""
    decisions = [(at_s - origin_s, code) for at_s, code in played.meter.decided]
    run = played.run(clip.name, way)
    if truth is not None and played.analysis is not None:
        run.reps = (run.reps[0], len(truth.reps))
        run.decided_s = onset_latencies_s(decisions, truth, played.analysis)
        rows = result.cues.setdefault(way, {})
        for tolerance in CUE_TOLERANCES_S:
            counts = rows.setdefault(tolerance, Counts())
            match_decisions(counts, decisions, truth, played.analysis, tolerance)
    result.runs.append(run)


def _long(
    result: LiveBench, clip: Path, minutes: float, bundle: Path, model: str, progress: Callable[[str], None]
) -> None:
    """Play one clip over and over, recorded, and hold the recording against `analyze`."""
    from formcheck.video.reader import VideoSource

    with VideoSource(clip) as source:
        length_s = source.info.duration_s or 10.0
    times = max(1, round(60.0 * minutes / length_s))
    truth = _truth(clip)
    progress(f"{clip.name} {times} times in a row")
    with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
        video = Path(folder) / "recording.mp4"
        played = _play(FileFeed(*[clip] * times), truth, bundle, "file", record=video)
        result.runs.append(played.run(f"{clip.name} x {times}", "file"))
        if played.analysis is None:
            return
        progress("analysing the recording")
        again = analyze_clip(video, Settings.of(played.analysis.report.exercise, model=model))
    result.agreement = compare(played.analysis, again)


def compare(one: Analysis, other: Analysis) -> Agreement:
    """Hold the verdicts of record of two analyses of the same set against each other, rep by rep."""
    a, b = one.report.reps, other.report.reps
    total = sum(len(rep.verdicts) for rep in max(a, b, key=len))
    pairs = [
        (x.status, y.status)
        for left, right in zip(a, b, strict=False)
        if abs(left.start_s - right.start_s) < _SAME_REP_S
        for x, y in zip(left.verdicts, right.verdicts, strict=False)
    ]
    wrong = {Status.WARN, Status.FAULT}
    opposite = sum((x is Status.OK and y in wrong) or (y is Status.OK and x in wrong) for x, y in pairs)
    return Agreement(sum(x is y for x, y in pairs), opposite, total)


class Taken(Protocol):
    """What took the frames; `Capture`."""

    taken: int
    dropped: int


@dataclass
class _Played:
    """What is left of a session."""

    capture: Taken
    meter: Meter
    analysis: Analysis | None
    first_s: float
    waited_ms: tuple[float, float]
    cpu: float
    rss_mb: list[float]
    voice_ms: list[float]

    def run(self, clip: str, via: str) -> Run:
        """Return its figures."""
        late = np.array(self.meter.latency_s) * 1000.0
        reps = [rep for rep in self.analysis.report.reps if not rep.partial] if self.analysis else []
        return Run(
            clip,
            via,
            self.capture.taken,
            self.capture.dropped,
            self.waited_ms,
            tuple(float(value) for value in np.percentile(late, _PERCENTILES)),
            [],
            self.voice_ms,
            self.cpu,
            self.rss_mb,
            (len(reps), None),
        )


def _play(feed: Feed, truth: Truth | None, bundle: Path, way: str, *, record: Path | None = None) -> _Played:
    settings = _settings(truth)
    wishes = Wishes()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="formcheck-")))
        finder = stack.enter_context(MediaPipeLandmarker(bundle))
        words = sayable(wishes, settings)
        voice = stack.enter_context(Voice(words, player=_Nowhere))
        voice.prepared.wait(30.0)
        recorder = Recorder(record, lambda text: None) if record else None
        capture = stack.enter_context(Capture(feed))
        log = Journal(folder / "bench.journal", capture.size)
        stack.callback(log.close, keep=False)
        session = Session(capture.size, settings, landmarker=finder, source=f"bench {way}", log=log)
        scribe = stack.enter_context(Scribe(session, lambda number: None, lambda text: None))
        if recorder is not None:
            stack.enter_context(recorder)
        live = Live(capture, session, scribe, wishes, Outlets(voice, recorder=recorder, render=True))
        watch = stack.enter_context(_Watch())
        first_s = capture.first_s
        live.run()
        cpu = watch.cpu()
        analysis = conclude(session, complete=True)
        said = [1000.0 * one.delay_s for one in voice.said if one.message.urgency >= 2]
    return _Played(
        capture, live.meter, analysis, first_s, _quarters_ms(capture.waited_s), cpu, watch.rss_mb, said
    )


def _by_browser(clip: Path, truth: Truth | None, bundle: Path) -> tuple[float, _Played]:
    """Play a clip to the camera of a headless browser, which is the phone of `formcheck serve`."""
    from formcheck.evaluation.phone_speed import by_phone

    with _Watch() as watch:
        seen = by_phone(clip, _settings(truth), bundle)
        cpu = watch.cpu()
    played = _Played(seen, seen.meter, seen.analysis, 0.0, (0.0, 0.0), cpu, watch.rss_mb, seen.voice_ms)
    return seen.origin_s, played


def _settings(truth: Truth | None) -> Settings:
    known = catalog.exercises()
    exercise = known[truth.exercise] if truth is not None and truth.exercise in known else None
    return Settings(exercise=exercise, candidates=tuple(known.values()))


class _Once(StreamFeed):
    """A stream that is at its end when it breaks off."""

    endless = False

    def __init__(self, server: Loopback) -> None:
        super().__init__(server.url)


class _Nowhere:
    """A sound device that takes as long as a real one and is heard by nobody."""

    def write(self, samples: Samples) -> None:
        """Wait as long as the samples last."""
        time.sleep(len(samples) / RATE)

    def close(self) -> None:
        """Nothing to free."""


class _Watch:
    """Measures processor time and memory while a session runs."""

    def __init__(self) -> None:
        self.rss_mb: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> _Watch:
        self._began = (time.monotonic(), time.process_time())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def cpu(self) -> float:
        """Return processor time over wall time since the beginning."""
        wall_s, cpu_s = time.monotonic() - self._began[0], time.process_time() - self._began[1]
        return cpu_s / max(wall_s, 1e-6)

    def _work(self) -> None:
        wait_s = 10.0
        while not self._stop.wait(wait_s):
            self.rss_mb.append(_rss_mb())
            wait_s = 60.0
        self.rss_mb.append(_rss_mb())


def _rss_mb() -> float:
    """Return the resident memory now, or the most so far where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _quarters_ms(waited_s: Sequence[float]) -> tuple[float, float]:
    values = 1000.0 * np.array(waited_s)
    part = max(len(values) // 4, 1)
    return float(np.percentile(values[:part], 95)), float(np.percentile(values[-part:], 95))


def _truth(clip: Path) -> Truth | None:
    path = clip.with_suffix(".json")
    return Truth.load(path) if path.is_file() else None


# The figures of `formcheck bench live`, and their table.


@dataclass
class Run:
    """One playing of a clip, or of several in a row.

    Attributes:
        clip: Which.
        via: `file`, `http` or `rtsp`.
        frames: Judged.
        dropped: Replaced by a newer one before they were judged.
        waited_ms: How long frames lay before they were judged: 95 % of the first and of the last quarter.
        picture_ms: Frame arrived to picture drawn: median, 95 % and 99 %.
        decided_s: Fault onset to its first decision, each.
        voice_ms: Something decided to its first sound, each.
        cpu: Processor time over wall time; 1 is one core.
        rss_mb: Resident memory each minute, the first after ten seconds.
        reps: Found and true; true is None without a truth file.
    """

    clip: str
    via: str
    frames: int
    dropped: int
    waited_ms: tuple[float, float]
    picture_ms: tuple[float, ...]
    decided_s: list[float]
    voice_ms: list[float]
    cpu: float
    rss_mb: list[float]
    reps: tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two analyses of the same set.

    Attributes:
        same: Verdicts that are the same.
        opposite: Verdicts that are good in one and wrong in the other.
        total: All of them.
    """

    same: int
    opposite: int
    total: int


@dataclass
class LiveBench:
    """All runs, and the decisions of each way in against the truth.

    Attributes:
        runs: One each clip and way.
        cues: Decisions against onsets, by way and tolerance.
        agreement: Of a recorded session: its verdicts against those of `analyze` on the recording.
        load: Load average of the machine before the first run.
    """

    runs: list[Run] = field(default_factory=list)
    cues: dict[str, dict[float, Counts]] = field(default_factory=dict)
    agreement: Agreement | None = None
    load: float = 0.0

    def to_json(self) -> str:
        """Return all figures as JSON."""
        data: dict[str, Any] = {"runs": [asdict(run) for run in self.runs], "load": self.load}
        data["cues"] = {
            via: {str(tolerance): counts.scores() for tolerance, counts in rows.items()}
            for via, rows in self.cues.items()
        }
        data["agreement"] = None if self.agreement is None else asdict(self.agreement)
        return json.dumps(data, indent=1) + "\n"

    def table(self) -> str:
        """Return the figures as text, one column a way to play."""
        ways = list(dict.fromkeys(run.via for run in self.runs))
        columns = [self._column(way, [run for run in self.runs if run.via == way]) for way in ways]
        lines = [f"{'':<38}" + "".join(f"{way:>16}" for way in ways)]
        for label in columns[0]:
            lines.append(f"{label:<38}" + "".join(f"{column[label]:>16}" for column in columns))
        lines += [
            f"memory each minute, MB: {', '.join(f'{mb:.0f}' for mb in run.rss_mb)}"
            for run in self.runs
            if len(run.rss_mb) > 2
        ]
        if (seen := self.agreement) is not None:
            lines.append(
                f"verdicts as by `analyze` on the recording: {seen.same} of {seen.total}, "
                f"{seen.opposite} opposite"
            )
        lines.append(f"load of the machine before: {self.load:.1f} on {os.cpu_count()} cores")
        return "\n".join(lines) + "\n"

    def _column(self, way: str, runs: list[Run]) -> dict[str, str]:
        def middle(values: Sequence[tuple[float, ...]], at: int) -> str:
            return f"{np.median([value[at] for value in values]):.0f}"

        pictures, waits = [run.picture_ms for run in runs], [run.waited_ms for run in runs]
        decided = [late for run in runs for late in run.decided_s]
        sounded = [late for run in runs for late in run.voice_ms]
        known = [run for run in runs if run.reps[1] is not None]
        scores = {
            f"decisions against onsets, F1 in {tolerance:g} s": self.cues.get(way, {})
            .get(tolerance, Counts())
            .scores()["f1"]
            for tolerance in CUE_TOLERANCES_S
        }
        return {
            "clips": str(len(runs)),
            "frames judged / dropped": f"{sum(r.frames for r in runs)} / {sum(r.dropped for r in runs)}",
            "frame to picture, ms: median, 95 %": f"{middle(pictures, 0)}, {middle(pictures, 1)}",
            "frame waited, ms, 95 %: first, last ¼": f"{middle(waits, 0)}, {middle(waits, 1)}",
            "onset to decision, s: median, 95 %": _spread(decided, 2),
            "decision to sound, ms: median, 95 %": _spread(sounded, 0),
            **{label: "-" if score is None else f"{score:.2f}" for label, score in scores.items()},
            "repetitions as in truth, clips": f"{sum(r.reps[0] == r.reps[1] for r in known)} of {len(known)}",
            "processor, cores": f"{np.mean([run.cpu for run in runs]):.2f}",
            "memory, MB: first clip; grown in one": f"{max(runs[0].rss_mb):.0f}; "
            f"{max(max(run.rss_mb) - run.rss_mb[0] for run in runs):.0f}",
        }


def _spread(values: Sequence[float], digits: int) -> str:
    if not values:
        return "-"
    middle, late = np.percentile(values, [50, 95])
    return f"{middle:.{digits}f}, {late:.{digits}f}"
