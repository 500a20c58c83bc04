"""One clip while it is labelled: the label as it stands, and what formcheck thinks, told only afterwards."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from formcheck.api import analyze_clip
from formcheck.errors import FormcheckError, UsageError
from formcheck.evaluation import eye_labels
from formcheck.evaluation.agreement import compare
from formcheck.evaluation.eye_labels import Label
from formcheck.exercises import catalog
from formcheck.exercises.modes import every_rule
from formcheck.files import kinds, names
from formcheck.files.reading import parse_json, validated
from formcheck.judging.settings import Settings
from formcheck.report.model import Report
from formcheck.report.page.gallery import KINDS
from formcheck.video.reader import VideoInfo, VideoSource
from formcheck.video.writer import VideoSink


class Stale(UsageError):
    """The label was changed elsewhere since the page read it."""


class Job:
    """Work that goes on while the page asks how far it is.

    Args:
        work: Does it; given a function to report progress to, from 0 to 1, and one that says whether to stop.
    """

    def __init__(self, work: Callable[[Callable[[float], None], Callable[[], bool]], dict[str, Any]]) -> None:
        self._work, self._stop = work, threading.Event()
        self._lock = threading.Lock()
        self._state: dict[str, Any] = {"state": "new"}
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, unless that has happened."""
        with self._lock:
            if self._thread is None:
                self._state = {"state": "working", "share": 0.0}
                self._thread = threading.Thread(target=self._run, name="formcheck-label", daemon=True)
                self._thread.start()

    def state(self) -> dict[str, Any]:
        """Return how far it is, or its result, or what went wrong."""
        with self._lock:
            return dict(self._state)

    def end(self) -> None:
        """Stop, and wait until it has."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            found = self._work(self._tell, self._stop.is_set) | {"state": "done"}
        except FormcheckError as error:
            found = {"state": "failed", "says": names.cleaned(str(error))}
        except Exception as error:  # said on the page; the label is safe either way
            found = {"state": "failed", "says": f"internal error ({type(error).__name__})"}
        with self._lock:
            self._state = found

    def _tell(self, share: float) -> None:
        with self._lock:
            self._state = {"state": "working", "share": round(min(share, 1.0), 3)}


class Desk:
    """A clip that is being labelled.

    Args:
        clip: The video.
        place: The file of its label; see `eye_labels`.
        settings: How formcheck is to judge it, once that is asked for.

    Raises:
        UsageError: The clip is no video, or the file of labels holds something else.
        VideoError: The video cannot be opened.
    """

    def __init__(self, clip: Path, place: Path, settings: Settings) -> None:
        if kinds.is_recorded(clip):
            raise UsageError(f"{clip} is a recorded track, without pictures to look at; name the video")
        with VideoSource(clip) as source:
            self.info: VideoInfo = source.info
        self.clip, self.place = clip, place
        self._settings = replace(settings, coached=False)
        self._lock = threading.Lock()
        eye_labels.read(place, clip.name)  # says at once what is wrong with it
        self._room = tempfile.TemporaryDirectory(prefix="formcheck-")
        self._report: Report | None = None
        self._judging, self._converting = Job(self._judge), Job(self._convert)

    def close(self) -> None:
        """End all work and forget what was converted."""
        self._judging.end()
        self._converting.end()
        self._room.cleanup()

    # The label

    def label(self) -> dict[str, Any]:
        """Return the label as it stands in the file, None where there is none, and a mark of that state."""
        with self._lock:
            return self._stored()

    def save(self, data: bytes, mark: str) -> dict[str, Any]:
        """Write a label that the page sent.

        Args:
            data: The label as JSON.
            mark: Of the state that the page has changed.

        Returns:
            The same as `label`.

        Raises:
            Stale: The file was changed since.
            UsageError: The label does not fit.
            OutputError: It cannot be written.
        """
        label = validated(Label, parse_json(data, "the label"), "the label")
        with self._lock:
            now = self._stored()
            if now["mark"] != mark:
                raise Stale(f"{self.place.name} was changed elsewhere; reload the page to go on from there")
            was = eye_labels.read(self.place, self.clip.name)
            blind = was.blind if was else None
            same = was is not None and label == was.model_copy(update={"blind": label.blind})
            if blind is not None and not same:
                blind = False
            self._write(label.model_copy(update={"blind": blind}))
            return self._stored()

    def _write(self, label: Label) -> None:
        info = self.info
        about = {"width": info.width, "height": info.height, "fps": round(info.fps, 3)}
        if info.duration_s is not None:
            about["duration_s"] = round(info.duration_s / info.slow_motion, 2)
        missing = {key: value for key, value in about.items() if getattr(label, key) is None}
        eye_labels.write(self.place, self.clip.name, label.model_copy(update=missing))

    def _stored(self) -> dict[str, Any]:
        label = eye_labels.read(self.place, self.clip.name)
        data = None if label is None else json.loads(label.model_dump_json(exclude_none=True))
        return {"label": data, "mark": names.short_hash(json.dumps(data, sort_keys=True))}

    # What formcheck thinks

    def judge(self) -> dict[str, Any]:
        """Begin to judge the clip, since the label is done; from now on a change of it is no longer blind.

        Raises:
            UsageError: There is no label yet.
        """
        with self._lock:
            label = eye_labels.read(self.place, self.clip.name)
            if label is None or label.guessed:
                raise UsageError("label the clip first: name the exercise, and mark the tops")
            if label.blind is None:
                self._write(label.model_copy(update={"blind": True}))
        self._judging.start()
        return self.result()

    def result(self) -> dict[str, Any]:
        """Return how far that is; at its end, what the label and formcheck say differently."""
        state = self._judging.state()
        label = eye_labels.read(self.place, self.clip.name)
        if state["state"] != "done" or self._report is None or label is None:
            return state
        found = compare(names.shown(self.clip.stem), label.seen(), self._report)
        reps = [
            {
                "start": rep.start_s,
                "end": rep.end_s,
                "top": (rep.lockout_s + rep.lower_s) / 2,
                "side": rep.side,
                "exercise": next((s.title for s in self._report.sets if s.index == rep.set), ""),
                "partial": rep.partial,
            }
            for rep in self._report.reps
        ]
        differ = [
            {"title": KINDS[one.kind], "time": one.time_s, "eye": one.eye, "measured": one.measured}
            for one in found.disagreements
        ]
        return state | {"reps": reps, "differ": differ, "notes": list(self._report.notes)}

    def _judge(self, tell: Callable[[float], None], stop: Callable[[], bool]) -> dict[str, Any]:
        whole = self.info.frames_estimate or 1
        analysis = analyze_clip(
            self.clip, self._settings, progress=lambda frames, time_s: tell(frames / whole), stop=stop
        )
        self._report = analysis.report
        return {}

    # The video

    def video(self) -> Path:
        """Return what the page plays: the clip, or its copy where browsers cannot play it."""
        copy = self._copy
        return copy if copy.exists() else self.clip

    def convert(self) -> dict[str, Any]:
        """Begin to make a copy that browsers play; return how far it is."""
        self._converting.start()
        return self._converting.state()

    @property
    def _copy(self) -> Path:
        return Path(self._room.name) / "clip.mp4"

    def _convert(self, tell: Callable[[float], None], stop: Callable[[], bool]) -> dict[str, Any]:
        with VideoSource(self.clip) as source, VideoSink(self._copy, source.info.fps) as sink:
            whole = source.info.frames_estimate or 1
            for frame in source:
                if stop():
                    raise UsageError("stopped")
                sink.write(frame.image, frame.time_s)
                tell((frame.index + 1) / whole)
        return {}

    def about(self) -> dict[str, Any]:
        """Return what the page has to know of the clip and of what can be labelled."""
        copied = self._copy.exists()
        return {
            "name": names.shown(self.clip.name),
            "file": names.shown(self.place),
            "fps": self.info.fps,
            "lead": 0.0 if copied else self.info.lead_s,
            "slow": 1.0 if copied else self.info.slow_motion,
            "plays": copied or kinds.plays(self.clip),
            "exercises": [
                {
                    "name": item.name,
                    "title": item.title,
                    "both": item.both_work,
                    "faults": [
                        {"name": rule.name, "says": rule.says}
                        for rule in {rule.name: rule for rule in every_rule(item)}.values()
                    ],
                }
                for item in catalog.exercises().values()
            ],
        }
