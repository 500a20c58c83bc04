"""The report, `formcheck-report-1`: one JSON object a clip.

Times are seconds of the clip's own clock. `null` stands for "not known", always with a reason beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from formcheck.exercises.rule import Status
from formcheck.files import names
from formcheck.video.frames import Filming, Turns
from formcheck.wording import plain, quantity, spans

SCHEMA: Literal["formcheck-report-1"] = "formcheck-report-1"


_MOST_NAMED = 3  # faults in a sentence

# Text cannot match: a line break inside it is written as \\n.
_NUMBERS = re.compile(r"\[\n\s*(?:(?:null|-?[\d.eE+-]+),?\n\s*)+\]")


def _on_one_line(value: Any) -> Any:
    return names.shown(value) if isinstance(value, str) else value


Name = Annotated[str, BeforeValidator(_on_one_line)]
"""What a file or a person is called."""


def _clean(value: Any) -> Any:
    """Return text, or a list or dictionary of texts, cleaned; the same object where nothing is odd."""
    kind = type(value)
    if kind is str:
        return names.cleaned(value)
    if kind not in (list, tuple, dict) or not value or type(next(iter(value))) is not str:
        return value
    if all(type(each) is not str or each.isprintable() for each in value):
        return value
    texts = [names.cleaned(each) if type(each) is str else each for each in value]
    return dict(zip(texts, value.values(), strict=True)) if kind is dict else texts


class Model(BaseModel):
    """What all of a report is made of: fixed once made, nothing unknown in it, no text that does harm."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    @model_validator(mode="before")
    @classmethod
    def _visible(cls, values: Any) -> Any:
        """Clean text; parts that are models clean their own."""
        if not isinstance(values, dict):
            return values
        odd = {name: clean for name, value in values.items() if (clean := _clean(value)) is not value}
        return values | odd if odd else values  # most are whole: nothing is copied


UPRIGHT_MEANS = (
    "Whether the trunk is upright. Then head-end is the view from the front, and foot-end that from behind."
)


class Quantity(Model):
    """A measured value with its standard uncertainty."""

    value: float
    uncertainty: float | None = Field(description="Standard uncertainty, in `unit`.")
    unit: str


class VerdictReport(Model):
    """One rule's verdict on one repetition."""

    rule: str = Field(description="Code of the rule, for `formcheck explain CODE`.")
    fault: str = Field(description="Name of the fault, kebab case.")
    status: Status
    value: float | None = Field(description="Measured value in `unit`, or null where it was not judged.")
    uncertainty: float | None = Field(description="Standard uncertainty of the value, in `unit`.")
    unit: str = Field(description="deg, %, s, ...; percent is of the trunk length from shoulder to hip.")
    warn: float = Field(description="Limit of good form.")
    fault_limit: float | None = Field(description="Limit of a fault; null for a rule that only warns.")
    time_s: float | None = Field(description="When the value was seen.")
    view: str = Field(description="Where the camera stood.")
    reason: str = Field(description="Why it was not judged, or what the value says; may be empty.")
    cue: str = Field(description="What the lifter would be told; empty unless warn or fault.")
    beyond: bool = Field(
        default=False,
        description="True where more was measured than a body can do: `value` is that limit, and people are "
        "told `marked`.",
    )

    @property
    def measured(self) -> str:
        """The value with its uncertainty and unit, in words; empty where it was not judged."""
        if self.value is None:
            return ""
        return "marked" if self.beyond else quantity(self.value, self.unit, self.uncertainty)

    def words(self) -> str:
        """Return fault, value and status in words, such as `knee bent 40 ± 4°, fault`."""
        if self.value is None:
            return plain(self.fault)
        status = {Status.OK: "good", Status.TOO_CLOSE: "too close to call"}.get(
            self.status, self.status.value
        )
        return f"{plain(self.fault)} {self.measured}, {status}"


class LiftReport(Model):
    """The way up of a load on the hips; units are m and m/s by a plate of known size, else trunk lengths."""

    by: Literal["plate", "hips"] = Field(description="What was followed: the plate on the bar, or the hips.")
    rise: Quantity
    mean_speed: Quantity = Field(description="Over the middle 80 % of the rise.")
    peak_speed: Quantity


class RepReport(Model):
    """One repetition."""

    index: int = Field(description="Counts from 1 over the clip.")
    side: Literal["left", "right", "both"] = Field(description="Working side, the subject's own.")
    set: int = Field(description="Which set of the clip, from 1.")
    start_s: float
    lockout_s: float
    lower_s: float
    end_s: float
    partial: bool = Field(description="Too small or cut off: listed, not scored.")
    kind: Literal["rep", "hold"] = Field(
        default="rep", description="`hold` where a position is held: it has no way up and down."
    )
    cut_off: bool = Field(
        default=False,
        description="Of a hold: the clip begins or ends within it, so it lasted `held_s` at least.",
    )
    score: float | None = Field(description="0 to 100; null where too little could be judged.")
    coverage: float = Field(description="Share of the rules' weight that was judged, 0 to 1.")
    verdicts: tuple[VerdictReport, ...]
    range: Quantity | None = Field(default=None, description="How far the exercise's signal rose.")
    time_uncertainty_s: float | None = Field(
        default=None, description="Standard uncertainty of a phase's length."
    )
    held_s: float | None = Field(
        default=None,
        description="How long the top is held: within a tenth of the way from it; a hold as a whole. Null in "
        "older reports.",
    )
    lift: LiftReport | None = Field(
        default=None, description="How fast it went up, where something on the hips is lifted."
    )
    at_top: dict[str, Quantity | None] = Field(
        default={}, description="Median of each measure at the top; null where it was not seen."
    )

    @property
    def up_s(self) -> float:
        """Duration of the lift."""
        return self.lockout_s - self.start_s

    @property
    def hold_s(self) -> float:
        """Duration of the hold at the top, as an eye sees it."""
        return self.lower_s - self.lockout_s if self.held_s is None else self.held_s

    @property
    def down_s(self) -> float:
        """Duration of the lowering."""
        return self.end_s - self.lower_s

    @property
    def label(self) -> str:
        """What it is called, such as `Rep 3` or `Hold 1`."""
        return f"{self.kind.capitalize()} {self.index}"

    @property
    def held(self) -> str:
        """The seconds of a hold in words, `at least 31.5 s` where the clip cuts it; empty of a repetition."""
        if self.kind == "rep":
            return ""
        return f"{'at least ' if self.cut_off else ''}{self.hold_s:.1f} s"


class CueReport(Model):
    """One cue as it would have been spoken during the set."""

    time_s: float
    rule: str
    text: str


class NotJudged(Model):
    """A fault that could not be judged in some repetitions."""

    rule: str
    fault: str
    reps: tuple[int, ...] = Field(description="Indices of the repetitions.")
    reason: str
    remedy: str = Field(description="What to change so that it can be judged.")


class CameraChange(Model):
    """The one change of the camera that would add most verdicts."""

    change: str = Field(description="What to change, as a request without a capital and full stop.")
    adds: tuple[str, ...] = Field(description="Faults that could be judged then, the weightiest first.")
    loses: tuple[str, ...] = Field(description="Faults that could no longer be judged.")
    verdicts: int = Field(description="How many verdicts there would be more, less those lost.")
    of: int = Field(description="How many verdicts were not given.")

    @property
    def text(self) -> str:
        """It all in one sentence."""
        faults = _named(self.adds)
        but = f", but no longer {_named(self.loses)}" if self.loses else ""
        return (
            f"One change of the camera would add most: {self.change}; then {faults} could be judged too{but}."
        )


def _named(faults: Sequence[str]) -> str:
    """Name some faults, at most three."""
    words = [plain(fault) for fault in faults]
    if len(words) > _MOST_NAMED:
        words = [*words[: _MOST_NAMED - 1], f"{len(words) - _MOST_NAMED + 1} more"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


class SetSummary(Model):
    """One set: consecutive repetitions of one working side."""

    index: int
    working_side: Literal["left", "right", "both"]
    view: str
    upright: bool = Field(default=False, description=UPRIGHT_MEANS)
    yaw_deg: float | None = Field(description="How far the camera stood off the pure side view.")
    near: Literal["left", "right"] | None = Field(default=None, description="The side nearer to the camera.")
    reps: tuple[int, ...]
    score: float | None
    coverage: float
    own: dict[str, tuple[float | None, ...]] = Field(
        default_factory=dict,
        description="What is compared with other repetitions of the person, one value for each repetition "
        "that can be the measure of others: the report of a clean set can be the `--baseline` of another.",
    )
    baseline: Name | None = Field(
        default=None,
        description="Where the repetitions come from that it was compared with; null for its own.",
    )
    speed_loss: Quantity | None = Field(
        default=None,
        description="By how much the last full repetition went up slower than the fastest, by the plate.",
    )
    exercise: str = Field(default="", description="Its exercise; empty in old reports: that of the report.")
    title: str = Field(default="", description="The exercise, for people.")
    confidence: float | None = Field(
        default=None,
        description="How sure it is that it is this exercise, 0 to 1: the mean over its repetitions of how "
        "well each fits it, over how well it fits any exercise or none. Null where it was named by the user.",
    )


class RuleReport(Model):
    """One rule as it was applied: what a reader needs who does not have formcheck."""

    rule: str
    fault: str
    says: str = Field(description="What the source says.")
    why: str
    source: str
    unit: str
    warn: float
    fault_limit: float | None
    worse: Literal["above", "below", "either"] = Field(description="Which way from the limits is worse.")
    phase: str = Field(description="Phase it is judged in; empty for a check of the whole repetition.")
    measure: str = Field(description="The measure that is judged, or that shows it; may be empty.")
    offset: Literal["none", "start", "own"] = Field(
        description="What the value counts from: `none` the measure's zero, `start` the set's start "
        "position, `own` an origin of the check's own (the measure only shows it)."
    )
    weight: float
    priority: int
    safety: bool
    remedy: str = Field(description="What to change where it could not be judged.")


class MeasureSeries(Model):
    """One measure over the clip."""

    measure: str
    unit: str
    definition: str
    error: float = Field(description="Standard error of the value from the side, in `unit`.")
    start: tuple[float | None, ...] = Field(description="Value in the start position, one a set.")
    values: tuple[float | None, ...] = Field(description="One a time of `Series.time_s`; null: not seen.")


class Series(Model):
    """The measures over the sets, thinned out for plots."""

    time_s: tuple[float, ...]
    measures: tuple[MeasureSeries, ...]


class About(Model):
    """The exercise as it was judged."""

    title: str
    source: str
    film: str = Field(description="How to film it.")
    signal: str = Field(description="The measure that rises with the lift; empty where a position is held.")
    rules: tuple[RuleReport, ...]
    down_first: bool = Field(
        default=False,
        description="Whether the body goes down while the signal rises: up_s is then its way down.",
    )


class Still(Model):
    """One picture taken from the clip."""

    kind: Literal["fault", "best", "rep"] = Field(
        description="`fault`: a fault where it is worst. `best`: the person's own best repetition at the "
        "same point. `rep`: a repetition at its top."
    )
    rule: str = Field(description="The rule it shows; empty for `rep`.")
    rep: int
    time_s: float
    file: str = Field(description="The picture, beside the report or in a folder beside it.")
    alt: str = Field(description="What is to be seen, in words.")
    width: int
    height: int


class Fix(Model):
    """The one thing to fix."""

    rule: str
    fault: str
    text: str
    reps: tuple[int, ...]


class Report(Model):
    """Everything said of one clip."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null", populate_by_name=True)

    schema_: Literal["formcheck-report-1"] = Field(SCHEMA, alias="schema")
    version: str = Field(description="Version of formcheck.")
    source: Name = Field(description="Name of the clip.")
    exercise: str = Field(
        description="Name of the exercise; unknown where none was recognised, several where the "
        "sets are of different ones."
    )
    profile: str = Field(description="Which limits: standard, strict or beginner, `+ FILE` for own ones.")
    view: str = Field(description="side, oblique-foot, oblique-head, foot-end, head-end or unknown.")
    upright: bool = Field(default=False, description=UPRIGHT_MEANS)
    working_side: Literal["left", "right", "both", "unknown"]
    fps: float | None
    duration_s: float
    complete: bool = Field(description="False where the analysis was interrupted or the clip is cut off.")
    score: float | None
    coverage: float
    sets: tuple[SetSummary, ...]
    reps: tuple[RepReport, ...]
    cues: tuple[CueReport, ...]
    not_judged: tuple[NotJudged, ...]
    fix: Fix | None
    camera: CameraChange | None = Field(
        default=None, description="The change of the camera that would add most verdicts, where one would."
    )
    notes: tuple[str, ...] = Field(description="What a reader must know: people lost, wrong exercise, ...")
    about: About | None = Field(default=None, description="The exercise; null in old reports.")
    series: Series | None = Field(default=None, description="Measures over the sets, if any.")
    stills: tuple[Still, ...] = Field(default=(), description="Pictures, where some were written.")
    video: str | None = Field(default=None, description="The annotated clip, from the report's folder.")
    rotated_deg: Turns = Field(
        default=0, description="By how much the user had the pictures turned clockwise."
    )
    mirrored: bool = Field(default=False, description="Whether the user had left and right exchanged.")
    slow_motion: float = Field(
        default=1.0,
        description="How many times slower the clip plays than its times, which are the person's.",
    )
    faces_blurred: bool = Field(default=False, description="Whether faces are blurred in pictures and video.")

    @property
    def filming(self) -> Filming:
        """How the clip's pictures lie."""
        return Filming(self.rotated_deg, self.mirrored, self.slow_motion)

    @property
    def only_holds(self) -> bool:
        """Whether there are holds and no repetitions."""
        return bool(self.reps) and all(rep.kind == "hold" for rep in self.reps)

    @property
    def noun(self) -> str:
        """What is counted, in one word: `repetition`, or `hold` where there is nothing else."""
        return "hold" if self.only_holds else "repetition"

    def called(self, indices: Sequence[int], whole: int | None = None) -> str:
        """Write indices of repetitions or holds as `wording.spans` does."""
        return spans(indices, whole, "hold" if self.only_holds else "rep")

    def to_json(self) -> str:
        """Return the report as indented JSON, lists of numbers on one line."""
        text = self.model_dump_json(by_alias=True, indent=1)
        return _NUMBERS.sub(lambda found: " ".join(found[0].split()), text) + "\n"

    def to_dataframe(
        self, rows: Literal["reps", "verdicts"] = "reps", library: Literal["pandas", "polars"] | None = None
    ) -> Any:
        """Return the report as a data frame; neither library comes with formcheck.

        Args:
            rows: `reps` for a row a repetition, with the columns of `analyze --csv`, or `verdicts`.
            library: `pandas` or `polars`; None takes what is installed, pandas if both are.

        Raises:
            UsageError: It is not installed, or a word is not known.
        """
        from formcheck.report.notebook import data_frame

        return data_frame(self, rows, library)

    def __repr__(self) -> str:
        from formcheck.report.notebook import line

        return line(self)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        from formcheck.report.notebook import fragment

        return fragment(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Report:
        """Read a report; pydantic's `ValidationError` says what does not fit."""
        return cls.model_validate_json(text)


def json_schema() -> dict[str, object]:
    """Return the JSON Schema of a report."""
    return Report.model_json_schema(by_alias=True, mode="serialization")
