"""From a spec to what is seen in each frame: everything but pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.errors import UsageError
from formcheck.render import camera as cameras
from formcheck.render import movement, people
from formcheck.render.all_fours import AllFours
from formcheck.render.body import Body
from formcheck.render.coming import Walk
from formcheck.render.movement import Instant, Motion, Timeline
from formcheck.render.posture import CannotPose
from formcheck.render.skeleton import Points, Rotations
from formcheck.render.soft import Soft
from formcheck.render.spec import BRIDGES, Options, Spec
from formcheck.render.supine import Supine
from formcheck.render.vectors import Wander

_LATER = 20261
"""Names the stream of what came after the first published seeds."""
_SHOWN = 60  # of a name
_SWAYED = ("ext", "lum", "roll", "head", "yaw", "knee", "shift", "dy")


@dataclass(frozen=True)
class Frame:
    """One frame: what is commanded, the pose, and where the followed points are, m.

    `upright` is 0 in the set, and 1 while the person stands before and after it.
    """

    instant: Instant
    turned: Rotations
    at: Points
    points: Points
    upright: float = 0.0


@dataclass(frozen=True)
class Clip:
    """A clip without its pixels.

    Attributes:
        spec: What it is to show.
        person: Who is seen.
        body: The dressed body.
        poser: The exercise as this body does it.
        options: As in the spec, with what depends on the body.
        times: When the repetitions are.
        frames: One each.
        camera: Where it is seen from.
        soft: What flesh and cloth add; None for nothing.
    """

    spec: Spec
    person: people.Drawn
    body: Body
    poser: AllFours | Supine
    options: Options
    times: Timeline
    frames: tuple[Frame, ...]
    camera: cameras.Camera
    soft: Soft | None


def stream(spec: Spec, *names: int) -> np.random.Generator:
    """Return a random stream of the spec's seed that disturbs no other one."""
    return np.random.default_rng([spec.seed, _LATER, *names])


def build(spec: Spec) -> Clip:
    """Draw and pose everything that a spec asks for.

    Raises:
        UsageError: The body that was drawn cannot take this position.
    """
    rng, own = np.random.default_rng(spec.seed), stream(spec, 0)
    person = people.draw(spec.body, rng)
    body = Body(person.build, person.outfit)
    options = _options(spec, body)
    try:
        return _posed(spec, person, body, options, rng, own)
    except CannotPose as error:
        raise UsageError(f"the spec {spec.id[:_SHOWN]!r}: {error}") from error


def _posed(
    spec: Spec,
    person: people.Drawn,
    body: Body,
    options: Options,
    rng: np.random.Generator,
    own: np.random.Generator,
) -> Clip:
    poser: AllFours | Supine
    if spec.prone:
        poser = AllFours(body, spec.working_leg, options, rng)
    else:
        poser = Supine(body, spec.working_leg, options, bench=spec.exercise not in BRIDGES)
    times = movement.timeline(spec, rng, own)
    noise = {name: Wander(rng, spec.noise) for name in _SWAYED}
    lowest = poser.floor_ext if isinstance(poser, AllFours) else None
    motion = Motion(spec, times, noise, lowest, stream(spec, 1))
    frames = _frames(spec, body, poser, motion)
    set_only = [frame for frame in frames if frame.instant.phase not in ("setup", "leave")]
    seen = np.concatenate([np.array(list(frame.points.values())) for frame in set_only[::5]])
    camera = cameras.place(spec, seen, rng, stream(spec, 2), times.duration_s)
    return Clip(spec, person, body, poser, options, times, frames, camera, _soft(spec, body))


def _options(spec: Spec, body: Body) -> Options:
    """Return the options with what depends on exercise, faults and body."""
    said = spec.options
    put: dict[str, object] = {}
    for fault in spec.faults:
        if fault.type == "shin_not_vertical":
            put["shin_lock"] = fault.severity
    if spec.exercise in ("hip_thrust_bilateral", "glute_bridge_bilateral"):
        put["bilateral"] = True
    if spec.exercise in BRIDGES:
        barred = said.bar not in (None, "none")
        put["arms"] = said.arms or ("bar" if barred else "floor")
    elif not spec.prone:
        put["bar"] = said.bar or "empty"
        put["arms"] = said.arms or ("bar" if put["bar"] != "none" else "hips")
        if said.bench_h is None:
            put["bench_h"] = float(np.clip(body.shape.height_m * 0.24, 0.36, 0.43))
    return said.model_copy(update=put)


def _frames(spec: Spec, body: Body, poser: AllFours | Supine, motion: Motion) -> tuple[Frame, ...]:
    fps = spec.video.fps
    frames: list[Frame] = []
    for number in range(round(motion.times.duration_s * fps)):
        instant = motion.at(number / fps)
        turned, at = poser.pose(instant.posture)
        frames.append(Frame(instant, turned, at, body.landmarks(turned, at)))
    if spec.around.enter_s or spec.around.leave_s:
        walk = Walk(body.skeleton, motion.times, spec.around, forward=spec.prone)
        for number, frame in enumerate(frames):
            if frame.instant.phase in ("setup", "leave"):
                t_s = frame.instant.t_s
                turned, at = walk.pose(t_s, frame.turned, frame.at["pelvis"])
                points = body.landmarks(turned, at)
                frames[number] = Frame(frame.instant, turned, at, points, walk.upright(t_s))
    return tuple(frames)


def _soft(spec: Spec, body: Body) -> Soft | None:
    if not (spec.soft.bulge_m or spec.soft.loose_m):
        return None
    return Soft(
        body.skeleton,
        body.vertices,
        body.rest_normals(),
        body.garment[:, 0],
        spec.soft.bulge_m,
        spec.soft.loose_m,
        stream(spec, 3),
    )
