"""The whole story on one page.

    frames -> poses -> measures -> phases and reps -> faults -> cues -> report

Every use goes through `Session`: a file, a camera, a folder of clips and a recorded track give the same
verdicts for the same frames. While frames come in, the causal `Coach` finds the cues; when they end, the
whole set is smoothed without lag and judged once more, and that is the verdict of record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from formcheck.errors import NoPersonError, UsageError
from formcheck.exercises import catalog
from formcheck.exercises.rule import Exercise
from formcheck.judging.candidates import motion
from formcheck.judging.coach import Coach, Step
from formcheck.judging.cues import Cue
from formcheck.judging.live_recognition import Recogniser
from formcheck.judging.orientation import lying, other_leg
from formcheck.judging.prepare import prepared
from formcheck.judging.recognition import recognisable, recognise, spells
from formcheck.judging.record import judge_sets
from formcheck.judging.sets import Footage, Found, find
from formcheck.judging.settings import Settings
from formcheck.poses.camera_motion import move_notes
from formcheck.poses.gaps import sight_notes
from formcheck.poses.journal import Memory, PoseLog
from formcheck.poses.levelling import as_filmed, roll_notes
from formcheck.poses.pose import Pose
from formcheck.poses.smoothing import unswap
from formcheck.poses.stillness import Rest
from formcheck.poses.track import Track
from formcheck.report.analysis import Analysis
from formcheck.report.build import Recording, build
from formcheck.video.frames import Frame
from formcheck.vision.camera_watch import CameraWatch
from formcheck.vision.finder import Landmarker
from formcheck.vision.frozen import FrozenPicture


class Session:
    """One clip or one live set: push frames (or poses), then finish.

    Args:
        size: Image width and height in pixels.
        settings: What is known beforehand. Where no exercise is named it is recognised from the whole; while
            frames come in, one of the `candidates` is recognised, and without these there are no steps.
            Where no cues are wanted (`coached` is False) repetitions are still counted while frames of a
            video come in, as that settles who is followed. Recorded poses are then not gone through one by
            one at all.
        landmarker: Finds poses in frames. It is not needed where poses are pushed.
        source: What to call the clip in the report.
        log: Where poses are kept until they are judged, in memory by default.
        notes: What is known beforehand and belongs into the report.
    """

    def __init__(
        self,
        size: tuple[int, int],
        settings: Settings | None = None,
        *,
        landmarker: Landmarker | None = None,
        source: str = "",
        log: PoseLog | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        self.settings = settings or Settings()
        self._exercise = self.settings.exercise and self.settings.tuned(self.settings.exercise)
        self._size, self._landmarker, self._source = size, landmarker, source
        self._said = (*notes, *self.settings.modes.notes)
        self._person = 0
        self._watch, self._rest, self._frozen = CameraWatch(), Rest(), FrozenPicture()
        self._log: PoseLog = Memory(size, source) if log is None else log
        self._cues: list[Cue] = []
        self._coach: Coach | Recogniser | None = None
        self._step: Step | None = None
        if not self.settings.coached and landmarker is None:
            return
        if self._exercise:
            self._coach = Coach(self._exercise, size, self.settings)
        elif self.settings.candidates:
            self._coach = Recogniser(self._coaches())

    def push(self, frame: Frame | Pose) -> Step | None:
        """Take the next frame or pose; return what is known now (None while the exercise is not known).

        A frame that follows shortly while the person keeps still is passed over (`Rest`): what was known
        at the one before holds on. So is a picture that is only repeated (`FrozenPicture`): what it seems to
        show did not happen.

        Raises:
            UsageError: If a frame is pushed into a session without a landmarker.
        """
        if isinstance(frame, Pose):
            pose = frame
        elif self._landmarker is None:
            raise UsageError("this session has no landmarker: push poses, or give it one")
        elif self._frozen.update(frame.image, frame.time_s) or self._rest.passes_over(frame.time_s):
            return self._step and self._step.held(frame.time_s)
        else:
            if self._watch.glance(frame.image):
                self._landmarker.look_afresh()
            pose = self._landmarker.detect(frame.image, frame.time_s)
            if self._landmarker.person != self._person:
                self._begin_anew(self._landmarker.person)
            self._rest.update(pose)
            pose = replace(pose, camera=self._watch.update(frame.image, pose))
        self._log.append(pose)
        if self._coach is None:
            return None
        self._step = step = self._coach.update(pose)
        if step.rep_count and self._landmarker is not None:
            self._landmarker.settle()
        if step.cue is not None and not step.cue.praise:
            self._cues.append(step.cue)
        return step

    @property
    def exercise(self) -> Exercise | None:
        """What is being done, as far as it is known while frames come in."""
        return self._exercise if self._exercise or self._coach is None else self._coach.exercise

    @property
    def frames(self) -> int:
        """How many frames were kept: those pushed less those passed over."""
        return len(self._log)

    @property
    def decisions(self) -> list[tuple[float, str]]:
        """When each fault was first decided in a repetition, as (time in seconds, rule code)."""
        return [] if self._coach is None else self._coach.decisions

    def next_set(self, *, moving: bool = False) -> None:
        """Begin a new set; `moving` as for `Coach.next_set`."""
        self._rest = Rest()  # what was known is of the last set
        if self._coach is not None:
            self._coach.next_set(moving=moving)

    def judge(self, first: int, last: int | None = None) -> Analysis:
        """Judge the frames from number `first` up to (not with) `last`, as `finish` judges all.

        May be called from another thread while frames come in, once a log is a file.

        Raises:
            NoPersonError: If nobody was seen in them.
        """
        part = self._log.track(first, last)
        within = (
            [] if not len(part) else [c for c in self._cues if part.time_s[0] <= c.time_s <= part.time_s[-1]]
        )
        return self._conclude(part, within, complete=last is not None)

    def finish(self, *, complete: bool = True, why: str = "") -> Analysis:
        """Judge everything pushed, for the record.

        Args:
            complete: False where the clip was not seen to its end.
            why: Why it was not, for the reader.

        Raises:
            NoPersonError: If nobody was seen in any frame.
        """
        self._said += (why.removesuffix(".") + ".",) if why else ()
        return self._conclude(self._log.track(), self._cues, complete=complete)

    def _conclude(self, poses: Track, cues: Sequence[Cue], *, complete: bool) -> Analysis:
        raw = unswap(poses)
        if raw.found.sum() < 5:
            raise NoPersonError(
                f"no person was seen in {self._source or 'the clip'}: "
                "film the whole body, well lit, 2 to 3 m away"
            )
        frames = prepared(raw)
        footage = Footage(frames)
        found = self._find(footage)
        seems = self._seems(footage, found)
        if self.settings.coached and self._coach is None and found.sets:
            cues = self._would_say(raw, found)
        recording = Recording(
            source=self._source,
            fps=raw.fps,
            duration_s=raw.duration_s,
            complete=complete,
            cues=tuple(cues),
            notes=(
                *self._said,
                *sight_notes(raw),
                *roll_notes(raw),
                *move_notes(raw),
                *self._left_out(found),
                *self._not_looked_for(found),
                *([seems] if seems and found.sets else []),
            ),
            seems=seems if not found.sets else "",
        )
        report = build(found, judge_sets(found.sets), self.settings, recording)
        return Analysis(report, raw, as_filmed(frames.smoothed), found, self._said)

    def _begin_anew(self, person: int) -> None:
        """Forget what somebody else did, who was taken for the one training."""
        self._person, self._rest = person, Rest()
        self._log.forget()
        self._cues = []
        if self._coach is not None:
            self._coach.reset()

    def _find(self, footage: Footage, *, any_side: bool = False) -> Found:
        """Find the sets of the exercise named, or those of what is recognised."""
        side, baselines = None if any_side else self.settings.side, self.settings.baselines
        if self._exercise:
            return find(footage, self._exercise, side=side, baselines=baselines)
        tuned = [self.settings.tuned(one) for one in recognisable(self.settings.known())]
        return recognise(footage, tuned, side=side, baselines=baselines)

    def _seems(self, footage: Footage, found: Found) -> str:
        """Say what seems to be wrong with the picture or with what the user said of it; or nothing."""
        side, filming = self.settings.side, self.settings.filming
        if side is not None:
            moving = found if found.sets else self._find(footage, any_side=True)
            if text := other_leg(moving, side, mirrored=filming.mirrored):
                return text
        if found.sets:
            return ""
        return lying(lambda turned: self._find(turned, any_side=True), footage, filming)

    def _would_say(self, raw: Track, found: Found) -> list[Cue]:
        """Return the cues as they would have been spoken, had the exercises been known."""
        cues = []
        poses = raw.poses()
        for part in spells(found.sets):
            coach = Coach(part.exercise, self._size, replace(self.settings, side=part.side))
            said = [coach.update(pose).cue for pose in poses if part.start_s <= pose.time_s < part.end_s]
            cues += [cue for cue in said if cue is not None and not cue.praise]
        return cues

    def _coaches(self) -> list[Coach]:
        """Return a coach for each movement: relatives that move alike share one.

        Before a set people rest: what looks like a rest is followed by its name only.
        """
        kinds: dict[object, list[Exercise]] = {}
        for one in recognisable(self.settings.candidates):
            if one.resting:
                continue
            kinds.setdefault(motion(one), []).append(self.settings.tuned(one))
        return [
            Coach(one, self._size, self.settings, relatives=relatives) for one, *relatives in kinds.values()
        ]

    def _not_looked_for(self, found: Found) -> list[str]:
        """Say which exercises are not recognised, having no gates, where nothing else was."""
        if found.sets or self._exercise is not None:
            return []
        return [
            f"The {one.title.lower()} has no gates: it is looked for only with --exercise {one.name}."
            for one in self.settings.known()
            if not one.gates
        ]

    def _left_out(self, found: Found) -> list[str]:
        each = {one.exercise.name for one in found.sets} or {found.exercise.name}
        known = catalog.exercises()
        names = [
            out for name in sorted(each & known.keys()) for out in self.settings.profile.left_out(known[name])
        ]
        return [f"Not checked, by {self.settings.profile.name}: {', '.join(names)}."] if names else []
