"""From a clip to pixels: light, room and people, frame by frame, into a video file or stills."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from formcheck.errors import UsageError
from formcheck.render import scene, scenery
from formcheck.render.body import Body
from formcheck.render.bystanders import bystanders
from formcheck.render.clip import Clip, Frame, stream
from formcheck.render.gl import Renderer
from formcheck.render.mesh import Mesh, linear
from formcheck.render.supine import Supine
from formcheck.render.vectors import Floats, unit

Picture = NDArray[np.uint8]
_IRISES = ((0.30, 0.20, 0.12), (0.30, 0.38, 0.45), (0.25, 0.32, 0.20))
_GRAINS = 4  # pictures of noise, one after the other
_LAID_M = 0.75  # the bar lies so far before the start position while nobody is in it
_OPEN = 3  # pictures of which a frame with motion blur is the mean


def film(clip: Clip, target: Path, progress: Callable[[int], None] = lambda frames: None) -> None:
    """Write a clip as a video file.

    Args:
        clip: The clip.
        target: The file.
        progress: Is told how many frames are done.

    Raises:
        UsageError: This machine cannot draw.
        OutputError: The file cannot be written.
    """
    from formcheck.video.writer import VideoSink

    video = clip.spec.video
    with VideoSink(target, video.fps, crf=video.crf, preset="medium") as sink:
        for number, picture in enumerate(pictures(clip, range(len(clip.frames)))):
            sink.write(picture, number / video.fps)
            progress(number + 1)


def stills(clip: Clip, times_s: Sequence[float], target: Path) -> None:
    """Write the pictures of some times beside each other, as PNG or JPEG.

    Raises:
        UsageError: A time is not in the clip, this machine cannot draw, or the name is that of no picture.
        OutputError: The file cannot be written.
    """
    import io

    from PIL import Image

    from formcheck.files.writing import write_bytes

    numbers = [round(t_s * clip.spec.video.fps) for t_s in times_s]
    if any(not 0 <= number < len(clip.frames) for number in numbers):
        raise UsageError(f"a still is not in the clip, which lasts {clip.times.duration_s:.1f} s")
    kinds = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
    if target.suffix.lower() not in kinds:
        raise UsageError(f"{target} is no name of a picture; use .png or .jpg")
    data = io.BytesIO()
    image = Image.fromarray(np.concatenate(list(pictures(clip, numbers)), 1))
    image.save(data, kinds[target.suffix.lower()])
    write_bytes(target, data.getvalue())


def pictures(clip: Clip, numbers: Sequence[int]) -> Iterator[Picture]:
    """Give the pictures, (height, width, 3) RGB, of some frames.

    Raises:
        UsageError: This machine cannot draw.
    """
    video, phone = clip.spec.video, clip.spec.phone
    grain = np.random.default_rng(clip.spec.seed + 5)
    shape = (video.height, video.width, 1)
    bank = [grain.normal(0, video.grain, shape).astype(np.int8) for _ in range(_GRAINS)]
    with Renderer(video.width, video.height) as renderer:
        set_up = _Set(clip, renderer)
        for number in numbers:
            picture = set_up.picture(number)
            if phone.blur_px:
                picture = gaussian_filter(picture, (phone.blur_px, phone.blur_px, 0))
            yield np.clip(picture.astype(np.int16) + bank[number % _GRAINS], 0, 255).astype(np.uint8)


class _Set:
    """A clip's room, light and people, loaded into a renderer."""

    def __init__(self, clip: Clip, renderer: Renderer) -> None:
        self._clip, self._renderer = clip, renderer
        rng = np.random.default_rng(clip.spec.seed + 7919)
        half_m = max(clip.camera.distance_m + 0.8, 3.0) + float(rng.uniform(0, 0.6))
        bench_m = clip.poser.bench_m if isinstance(clip.poser, Supine) else 0.0
        prop = "mat" if clip.spec.prone else "bench" if bench_m else "mat-lying"
        room = scene.furnish(clip.spec.scene, prop, bench_m, half_m, rng)
        renderer.load("room", room.room)
        renderer.load("decor", room.decor)
        self._light(rng, room.look)
        self._centre = np.array([0, 0.35, clip.camera.at[2]])
        self._options = clip.options
        self._held = next(frame for frame in clip.frames if not frame.upright)
        self._barred = isinstance(clip.poser, Supine) and (clip.options.bar or "none") != "none"
        if clip.options.bar == "bumper" and clip.options.plate_color is None:
            drawn = scene.BUMPERS[stream(clip.spec, 4).integers(len(scene.BUMPERS))]
            self._options = clip.options.model_copy(update={"plate_color": drawn})
        renderer.load("body", mesh_of(clip.body, *self._skin(clip.frames[0])), clothes(clip.body))
        for number, one in enumerate(bystanders(clip, half_m)):
            renderer.load(f"bystander {number}", mesh_of(one.body, *one.skin), clothes(one.body))
        things, pane = scenery.furniture(clip), scenery.mirror(clip)
        if things is not None:
            renderer.load("furniture", things)
        if pane is not None:
            renderer.load("mirror frame", pane.frame)
            renderer.hang(pane.glass, pane.point, pane.normal)

    def picture(self, number: int) -> Picture:
        """Return the picture of a frame; with an open shutter, the mean over the time it is open."""
        clip = self._clip
        now, shutter = clip.frames[number], clip.spec.phone.shutter
        following = clip.frames[number + 1] if shutter and number + 1 < len(clip.frames) else None
        if following is None:
            return self._draw(*self._skin(now), now, now.instant.t_s)
        here, there = self._skin(now), self._skin(following)
        total = np.zeros((clip.spec.video.height, clip.spec.video.width, 3))
        for share in np.linspace(0, shutter, _OPEN):
            v, n = (a + np.float32(share) * (b - a) for a, b in zip(here, there, strict=True))
            t_s = now.instant.t_s + float(share) * (following.instant.t_s - now.instant.t_s)
            total += self._draw(v, n, now, t_s)
        return np.round(total / _OPEN).astype(np.uint8)

    def _skin(self, frame: Frame) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return self._clip.body.skin(frame.turned, frame.at, self._clip.soft)

    def _draw(
        self, vertices: NDArray[np.float32], normals: NDArray[np.float32], frame: Frame, t_s: float
    ) -> Picture:
        clip, poser = self._clip, self._clip.poser
        self._renderer.move("body", vertices, normals)
        if self._barred and isinstance(poser, Supine):
            held = self._held if frame.upright else frame
            middle, along = poser.bar(held.turned, held.at["pelvis"])
            laid = np.array([0, scene.bar_rest_m(self._options), held.at["pelvis"][2] + _LAID_M])
            middle = middle * (1 - frame.upright) + laid * frame.upright
            self._renderer.load("bar", scene.bar(middle, along, self._options))
        return self._renderer.draw(clip.camera.view(t_s), clip.camera.projection, self._key, self._centre)

    def _light(self, rng: np.random.Generator, look: dict[str, Any]) -> None:
        """Draw the light; the order of the draws is part of every published seed."""
        clip = self._clip
        around = np.radians(clip.camera.azimuth_deg + rng.uniform(-65, 65))
        high = np.radians(rng.uniform(40, 68))
        self._key: Floats = np.array(
            [np.cos(around) * np.cos(high), np.sin(high), np.sin(around) * np.cos(high)]
        )
        warm, strength = rng.uniform(-0.08, 0.10), rng.uniform(1.5, 2.3)
        fill = np.radians(clip.camera.azimuth_deg + rng.uniform(-90, 90))
        self._renderer.tell(
            {
                "key_col": strength * np.array([1 + warm, 1, 1 - warm]),
                "sky_col": np.array([0.56, 0.59, 0.64]) * rng.uniform(0.9, 1.3),
                "gnd_col": np.array([0.27, 0.25, 0.23]) * rng.uniform(0.8, 1.3),
                "fill_dir": unit([np.cos(fill), 0.35, np.sin(fill)]),
                "fill_col": np.full(3, rng.uniform(0.3, 0.5)),
                "iris_col": linear(np.array(_IRISES[rng.integers(3)])),
                "exposure": float(rng.uniform(0.72, 0.92)),
                "seed": float(clip.spec.seed % 97),
                **look,
            }
        )


def clothes(body: Body) -> dict[str, Any]:
    """Return what the shader is told of a body."""
    return {
        "irisL": body.iris[0],
        "irisR": body.iris[1],
        "top_col": linear(np.array(body.outfit.top_color)),
        "bot_col": linear(np.array(body.outfit.bottom_color)),
    }


def mesh_of(body: Body, vertices: NDArray[np.float32], normals: NDArray[np.float32]) -> Mesh:
    """Return a posed body as a mesh."""
    return Mesh(
        vertices,
        normals,
        body.faces,
        linear(body.color),
        body.material,
        body.vertices.astype(np.float32),
        body.garment,
    )
