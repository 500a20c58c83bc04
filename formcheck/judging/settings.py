"""What the user said about a clip or a set: one object that goes unchanged through all layers."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from formcheck.errors import UsageError
from formcheck.exercises import catalog
from formcheck.exercises.modes import PLAIN, Modes
from formcheck.exercises.profiles import Profile, with_limits
from formcheck.exercises.rule import Exercise
from formcheck.judging.cues import Policy
from formcheck.poses.exchange.given import Given
from formcheck.poses.pose import Side
from formcheck.reps.bar_speed import checked_plate
from formcheck.reps.baseline import Baseline
from formcheck.video.frames import AS_FILMED, Filming
from formcheck.vision.people import Wanted

if TYPE_CHECKING:
    from typing import Unpack


class Options(TypedDict, total=False):
    """What `Settings.of` understands: the words of the command line.

    Attributes:
        side: `left` or `right`, where the working side is not to be recognised.
        person: Whom to judge among several: `left`, `middle`, `right`, a number counted from the left, or a
            point of the picture as `X,Y` in pixels. None takes the one who seems to train.
        profile: `standard`, `strict` or `beginner`.
        limits: A TOML file with own limits, which come before those of the profile; see
            `formcheck.exercises.profiles`.
        model: `lite`, `full`, `heavy`, or a path to a pose landmarker bundle.
        pause_s: Seconds to hold at the top, where the exercise has pause repetitions.
        deficit: Whether the working foot stands on a platform.
        plate_mm: Diameter of the plate on the near end of the bar, for its speed in metres a second; an
            Olympic one has 450.
        rotate: By how many degrees the video must be turned clockwise to stand upright: 0, 90, 180 or 270.
        mirrored: Whether it shows the person as a mirror does, with left and right exchanged.
        slow_motion: How many times slower the video plays than the person moved. None leaves it to the file.
        verbose: Whether lines that MediaPipe prints may reach the terminal.
        size: Width and height of the picture, such as `1920x1080`, for landmarks of another tool whose file
            does not say it.
        fps: Frames a second, for the same.
    """

    side: str | None
    person: str | None
    profile: str | Profile
    limits: str | Path | None
    model: str
    pause_s: float | None
    deficit: bool
    plate_mm: float | None
    rotate: int
    mirrored: bool
    slow_motion: float | None
    verbose: bool
    size: str | tuple[int, int] | None
    fps: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings:
    """What is known of a clip or set beforehand, and how it is judged.

    Attributes:
        exercise: What is done, or None to recognise it.
        candidates: What it may be, where it is not named. Empty means every known exercise; then nothing is
            recognised before the frames end.
        side: The working side, or None to recognise it.
        profile: The limits.
        modes: How it is done: with a pause, with a deficit.
        person: Whom to judge among several, or None for the one who seems to train.
        plate_mm: As in `Options`.
        baselines: The person's own usual values, at any exercise.
        policy: When a cue may be spoken, or None for the usual policy.
        filming: How the clip was filmed.
        model: As in `Options`.
        coached: False where no cues are wanted, only verdicts.
        verbose: As in `Options`.
        given: What is known of another tool's landmarks that their file does not say.

    Raises:
        UsageError: If the exercise does not have one of the modes.
    """

    exercise: Exercise | None = None
    candidates: tuple[Exercise, ...] = ()
    side: Side | None = None
    profile: Profile = field(default_factory=lambda: Profile.named("standard"))
    modes: Modes = PLAIN
    person: Wanted | None = None
    plate_mm: float | None = None
    baselines: tuple[Baseline, ...] = ()
    policy: Policy | None = None
    filming: Filming = AS_FILMED
    model: str = "full"
    coached: bool = True
    verbose: bool = False
    given: Given = field(default_factory=Given)

    def __repr__(self) -> str:
        """Return what differs from the usual, exercises and limits by their names."""
        usual = Settings()
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        told = {name: value for name, value in given.items() if value != getattr(usual, name)}
        shown = [f"{name}={_named(value)}" for name, value in told.items()]
        return f"Settings({', '.join(shown)})"

    def __post_init__(self) -> None:
        if self.exercise is not None:
            self.modes.check(self.exercise)

    @classmethod
    def of(cls, exercise: str | Exercise | None = None, **options: Unpack[Options]) -> Settings:
        """Return the settings that words stand for.

        Args:
            exercise: The exercise or its name, or None or `auto` to recognise it, set by set.
            **options: See `Options`.

        Raises:
            UsageError: If a word is not known, or the exercise does not have what is asked for.
        """
        profile = options.get("profile", "standard")
        judged_by = Profile.named(profile) if isinstance(profile, str) else profile
        if limits := options.get("limits"):
            judged_by = with_limits(judged_by, Path(limits))
        side, person = options.get("side"), options.get("person")
        return cls(
            exercise=exercise if isinstance(exercise, Exercise) else catalog.chosen(exercise),
            side=_side(side) if side else None,
            profile=judged_by,
            modes=Modes(options.get("pause_s"), options.get("deficit", False)),
            person=Wanted.parse(person) if person else None,
            plate_mm=checked_plate(options.get("plate_mm")),
            filming=Filming.checked(
                options.get("rotate", 0), options.get("mirrored", False), options.get("slow_motion")
            ),
            model=options.get("model", "full"),
            verbose=options.get("verbose", False),
            given=Given.of(options.get("size"), options.get("fps")),
        )

    def tuned(self, exercise: Exercise) -> Exercise:
        """Return an exercise with the rules of the modes and the limits of the profile."""
        return self.profile.tune(self.modes.applied(exercise))

    def known(self) -> tuple[Exercise, ...]:
        """Return the exercises that may be recognised."""
        return self.candidates or tuple(catalog.exercises().values())


def _named(value: object) -> str:
    """Return a setting in few words: an exercise or a profile is known by its name."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_named, value))})"
    return repr(getattr(value, "name", value)) if isinstance(value, Exercise | Profile) else repr(value)


def _side(word: str) -> Side:
    try:
        return Side(word)
    except ValueError:
        raise UsageError(f"{word!r} is no side of the body: say left or right") from None
