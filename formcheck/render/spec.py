"""What a clip is to show: the file that `formcheck render` takes, checked strictly.

Whatever is left out is drawn from the seed. What came later than the published seeds (`movement`, `soft`,
`around`, `phone`, bumper plates, mirrors, furniture) is drawn from streams of its own, so that the seeds
still show the same.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from formcheck.files.reading import parse_json, read_bytes, validated

if sys.version_info >= (3, 11):
    from typing import Self
else:
    from typing_extensions import Self

Exercise = Literal[
    "kickback", "donkey_kick", "hip_thrust", "hip_thrust_bilateral", "glute_bridge", "glute_bridge_bilateral"
]
FaultType = Literal[
    "lumbar_extension",
    "knee_bend",
    "fast_lowering",
    "no_hold",
    "hips_open",
    "head_up",
    "low_height",
    "nonworking_drop",
    "nonworking_rise",
    "shin_not_vertical",
    "hips_not_level",
    "incomplete_lockout",
]
View = Literal["left", "right", "working_side", "other_side", "oblique", "front", "rear", "foot"]
FurnitureKind = Literal["bench", "rack", "dumbbells", "chair", "mat"]
Profile = Literal["minimum-jerk", "sharp", "eased", "asymmetric", "trembling", "stop-and-go", "drifting"]
PRONE = frozenset({"kickback", "donkey_kick"})
BRIDGES = frozenset({"glute_bridge", "glute_bridge_bilateral"})
_KICK: tuple[FaultType, ...] = (
    "lumbar_extension",
    "knee_bend",
    "fast_lowering",
    "no_hold",
    "hips_open",
    "head_up",
    "low_height",
)
_THRUST: tuple[FaultType, ...] = (
    "lumbar_extension",
    "nonworking_drop",
    "nonworking_rise",
    "shin_not_vertical",
    "hips_not_level",
    "incomplete_lockout",
    "fast_lowering",
    "no_hold",
)
FAULTS: dict[str, tuple[FaultType, ...]] = {
    "kickback": _KICK,
    "donkey_kick": _KICK,
    "hip_thrust": _THRUST,
    "hip_thrust_bilateral": _THRUST,
    "glute_bridge": _THRUST,
    "glute_bridge_bilateral": _THRUST,
}
"""The faults that each exercise can have; the order is that of the random draws."""

Share = Annotated[float, Field(ge=0, le=1)]
Color = tuple[Share, Share, Share]
Seconds = Annotated[float, Field(ge=0, le=60)]
Degrees = Annotated[float, Field(ge=-180, le=180)]
Metres = Annotated[float, Field(ge=-10, le=10)]


class _Part(BaseModel):
    """A part of a spec: what it does not know is refused, so that a misspelt field is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Outfit(_Part):
    """What a person wears. Colours are sRGB, 0 to 1; lengths in m."""

    skin: Color = (0.80, 0.60, 0.49)
    hair: Literal["short01", "short02", "short03", "short04", "ponytail01", "bob02", "afro01", "none"] = (
        "short04"
    )
    hair_color: Color = (0.12, 0.08, 0.05)
    top: Literal["tshirt", "tank", "long", "bra"] = "tshirt"
    bottom: Literal["leggings", "capri", "shorts", "longshorts"] = "leggings"
    top_color: Color = (0.16, 0.30, 0.52)
    bottom_color: Color = (0.09, 0.09, 0.11)
    shoes: Literal["shoes01", "shoes02", "shoes03", "none"] = "shoes01"
    shoe_color: Color = (0.85, 0.85, 0.87)
    sole_color: Color = (0.92, 0.92, 0.9)
    top_offset: Annotated[float, Field(ge=0, le=0.1)] = 0.006
    sleeve: Annotated[float, Field(ge=0, le=1.5)] = 0.55
    waist: Metres = 0.02
    neck_dz: Metres = 0.02


class Person(_Part):
    """What a person is like; all absent are drawn. `race` weighs the data's three shapes."""

    gender: Share | None = None
    muscle: Share | None = None
    weight: Share | None = None
    height: Share | None = None
    race: tuple[Share, Share, Share] | None = None
    outfit: dict[str, Any] = {}

    @model_validator(mode="after")
    def _wearable(self) -> Self:
        Outfit.model_validate(self.outfit)
        if self.race is not None and sum(self.race) <= 0:
            raise ValueError("race must have a weight above 0")
        return self


class Camera(_Part):
    """Where the camera stands.

    Attributes:
        view: A place by name; 40 deg off the side, towards the head (all fours) or the feet, is `oblique`.
        az: Azimuth in place of it, deg: 0 = the body's left, 180 = its right, 90 = the head end on all fours
            and the foot end lying down.
        az_jitter: Added to either; drawn up to 4 deg where absent.
        height: Over the floor, m.
        fov: Vertical field of view, deg.
        fill: How much of the half picture the body may take.
        handheld: How far it sways; 1 as much as on a wobbly stand.
        orbit: How far it is carried round the person, deg, at an even speed.
        orbit_s: From when to when; during the whole clip where absent.
    """

    view: View = "left"
    az: Annotated[float, Field(ge=-360, le=360)] | None = None
    az_jitter: Degrees | None = None
    height: Annotated[float, Field(ge=0.05, le=2.5)] | None = None
    fov: Annotated[float, Field(ge=10, le=100)] | None = None
    fill: Annotated[float, Field(ge=0.2, le=1)] | None = None
    handheld: Annotated[float, Field(ge=0, le=20)] = 1.0
    orbit: Degrees = 0.0
    orbit_s: tuple[Seconds, Seconds] | None = None


class Tempo(_Part):
    """How long the parts of a repetition take, and the rest before the first and after the last, s."""

    lead: Seconds = 1.0
    concentric: Annotated[float, Field(ge=0.1, le=60)] = 1.0
    hold: Seconds = 1.0
    eccentric: Annotated[float, Field(ge=0.1, le=60)] = 1.8
    pause: Seconds = 0.6
    tail: Seconds = 0.6


class Fault(_Part):
    """A fault that is put in.

    Attributes:
        type: Which.
        severity: How much, deg; for `fast_lowering` and `no_hold` how long the phase then takes, s.
        reps: In which repetitions, counted from 0; in all where absent.
        sign: -1 tilts `hips_not_level` the other way.
    """

    type: FaultType
    severity: Annotated[float, Field(ge=0, le=90)]
    reps: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    sign: Literal[1, -1] = 1

    @property
    def unit(self) -> Literal["s", "deg"]:
        """What the severity is measured in."""
        return "s" if self.type in ("fast_lowering", "no_hold") else "deg"


class Options(_Part):
    """How the exercise is set up; lengths in m, angles in deg. What is None depends on exercise and body."""

    bar: Literal["none", "empty", "small", "plates", "bumper"] | None = None
    plate_color: Color | None = None
    arms: Literal["bar", "hips", "bench", "floor"] | None = None
    bench_h: Annotated[float, Field(ge=0.1, le=0.8)] | None = None
    bilateral: bool = False
    shin_lock: Degrees = 0.0
    stance: Annotated[float, Field(ge=0.3, le=4)] = 1.15
    lock_ext: Degrees = 0.0
    lock_lumbar: Degrees = 0.0
    contact: Metres = -0.015
    grip: Annotated[float, Field(ge=0.1, le=0.7)] = 0.27
    bar_follow: Share = 0.6
    toe_out: Degrees = 5.0
    head_base: Degrees = 10.0
    head_gain: Annotated[float, Field(ge=-2, le=2)] = 0.47
    thoracic: Degrees = 0.0
    knee_r: Annotated[float, Field(ge=0.02, le=0.1)] = 0.052
    mat_h: Annotated[float, Field(ge=0, le=0.1)] = 0.012
    knee_width: Annotated[float, Field(ge=0.3, le=4)] = 1.0
    arm_straight: Annotated[float, Field(ge=0.5, le=1)] = 0.985
    trunk_pitch: Degrees | None = None
    hand_width: Annotated[float, Field(ge=0.3, le=4)] = 1.0
    hand_fwd: Metres | None = None
    floor_knee: Degrees = 3.0
    plantar0: Degrees = 62.0
    support_plantar: Degrees = 62.0
    neck_ext: Degrees = 8.0


class Motion(_Part):
    """From where to where it goes, deg; what is None is the exercise's own.

    Attributes:
        ext0: Hip extension at the start: 0 = thigh in line with the pelvis, below 0 = flexed.
        ext1: At the top.
        knee0: Flexion of the working knee at the start (all fours).
        knee1: At the top.
        lum1: Lumbar extension at the top without a fault.
        nw: Elevation of the free leg (lying).
        hover: How far over the mat a kickback begins.
        ext_jitter: How much the tops differ; 1 = by 1.2 deg.
        plantar0: Plantar flexion at the start.
        plantar1: At the top.
    """

    ext0: Degrees | None = None
    ext1: Degrees | None = None
    knee0: Degrees | None = None
    knee1: Degrees | None = None
    lum1: Degrees | None = None
    nw: Degrees = 4.0
    hover: Degrees = 0.0
    ext_jitter: Annotated[float, Field(ge=0, le=20)] = 1.0
    plantar0: Degrees | None = None
    plantar1: Degrees | None = None


class Movement(_Part):
    """How it is moved; all of it has a random stream of its own.

    Attributes:
        profile: `minimum-jerk` is the usual one; `sharp` starts and stops at once; `eased` comes
            to the top slowly and leaves it slowly; `asymmetric` is fast first; `trembling` shakes at the top;
            `stop-and-go` stops once on each way; `drifting` sinks while it holds.
        fatigue: 0 to 1: how much slower (1 = half as fast), lower and shorter held the last repetition is.
    """

    profile: Profile = "minimum-jerk"
    fatigue: Share = 0.0


class Soft(_Part):
    """Flesh and cloth.

    Attributes:
        bulge_m: How far the buttock rises as the hip is extended.
        loose_m: How far a top hangs off the body below.
    """

    bulge_m: Annotated[float, Field(ge=0, le=0.06)] = 0.0
    loose_m: Annotated[float, Field(ge=0, le=0.15)] = 0.0


class Around(_Part):
    """Before, after and beside the set.

    Attributes:
        enter_s: How long the person takes to come and get into place, before the set.
        fidget_s: How long they then shift about before the first repetition, and after the last.
        leave_s: How long they take to get up and leave.
        bystanders: Other people standing in the room.
    """

    enter_s: Seconds = 0.0
    fidget_s: Seconds = 0.0
    leave_s: Seconds = 0.0
    bystanders: Annotated[int, Field(ge=0, le=4)] = 0


class Phone(_Part):
    """What a phone's camera adds.

    Attributes:
        blur_px: Standard deviation of a blur, pixels.
        shutter: Share of a frame's time that the shutter is open: motion blur.
        shake: Hand-held shake, as `handheld`, but faster.
    """

    blur_px: Annotated[float, Field(ge=0, le=10)] = 0.0
    shutter: Share = 0.0
    shake: Annotated[float, Field(ge=0, le=20)] = 0.0


class Mirror(_Part):
    """A mirror behind the person, as the camera sees it; what is None is drawn.

    Attributes:
        turn: From facing the camera, deg; drawn up to 35 either way.
        gap: Between it and the room that body, bench and bar need, m.
        width: m.
    """

    turn: Annotated[float, Field(ge=-80, le=80)] | None = None
    gap: Annotated[float, Field(ge=0, le=3)] | None = None
    width: Annotated[float, Field(ge=0.2, le=6)] | None = None


class Piece(_Part):
    """A piece of furniture. A `rack` has two posts of 2.2 m; a `mat` is rolled up and stands.

    Attributes:
        kind: What it is.
        hides: It stands between the camera and this joint, on average over the set; behind the person
            where absent. What it hides depends on its height.
        of: Whose joint: of the working leg's side, or the other.
    """

    kind: FurnitureKind
    hides: Literal["shoulder", "wrist", "hip", "knee", "ankle"] | None = None
    of: Literal["working", "other"] = "working"


class Scene(_Part):
    """The room: colours are sRGB, kinds are 0 to 2 (planks, rubber, tiles; plain, bricks, two colours)."""

    wall: Color | None = None
    floor: Color | None = None
    floor_kind: Annotated[int, Field(ge=0, le=2)] | None = None
    wall_kind: Annotated[int, Field(ge=0, le=2)] | None = None
    mat: bool = True
    bench: Color | None = None
    mirror: Mirror | None = None
    furniture: Annotated[tuple[Piece, ...], Field(max_length=12)] = ()


class Video(_Part):
    """The file: pixels, frames a second, quality (x264's constant rate factor), noise of the sensor."""

    width: Annotated[int, Field(ge=64, le=4096, multiple_of=2)] = 848
    height: Annotated[int, Field(ge=64, le=4096, multiple_of=2)] = 480
    fps: Annotated[float, Field(ge=1, le=240)] = 30
    crf: Annotated[int, Field(ge=0, le=51)] = 26
    grain: Annotated[float, Field(ge=0, le=30)] = 1.3


class Spec(_Part):
    """A clip: see the README of this folder."""

    id: str = "clip"
    exercise: Exercise
    working_leg: Literal["L", "R"]
    seed: Annotated[int, Field(ge=0, lt=1 << 53)] = 0
    reps: Annotated[int, Field(ge=1, le=50)] = 4
    camera: Camera = Camera()
    tempo: Tempo = Tempo()
    faults: tuple[Fault, ...] = ()
    body: Person = Person()
    options: Options = Options()
    motion: Motion = Motion()
    movement: Movement = Movement()
    soft: Soft = Soft()
    around: Around = Around()
    phone: Phone = Phone()
    scene: Scene = Scene()
    video: Video = Video()
    noise: Annotated[float, Field(ge=0, le=10)] = 1.0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        able = FAULTS[self.exercise]
        for fault in self.faults:
            if fault.type not in able:
                raise ValueError(f"a {self.exercise} has no {fault.type}; it has {', '.join(able)}")
            if fault.reps is not None and any(rep >= self.reps for rep in fault.reps):
                raise ValueError(
                    f"{fault.type} is in repetition {max(fault.reps)}; they count from 0 to {self.reps - 1}"
                )
        if self.exercise in PRONE and (self.options.bar or "none") != "none":
            raise ValueError(f"options.bar: a {self.exercise} has no bar")
        return self

    @property
    def prone(self) -> bool:
        """Whether it is done on all fours."""
        return self.exercise in PRONE

    def shown(self) -> dict[str, Any]:
        """Return what was said, without what is only assumed."""
        return self.model_dump(mode="json", exclude_unset=True)


def read_spec(path: Path) -> Spec:
    """Read a spec.

    Raises:
        UsageError: It cannot be read, is not JSON, or something in it does not fit.
    """
    what = f"the spec {path}"
    return validated(Spec, parse_json(read_bytes(path, "the spec"), what), what)
