"""Drawing without a screen: OpenGL 3.3 by EGL, which also runs on the processor (Mesa's llvmpipe).

One key light with shadows, light from the sky with soft occlusion, edges smoothed afterwards. Only this
module imports moderngl.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import UsageError
from formcheck.render.camera import look, orthographic
from formcheck.render.mesh import Mesh
from formcheck.render.vectors import Floats, unit

_SHADOW_PX, _SKY_PX = 1536, 768
_SKY = np.array([0.05, 1, 0.03])
_NEAR_TO_FAR = ("body", "bar", "decor", "room")  # so that hidden background is not shaded
_NO_SHADOW = ("room", "mirror", "mirror frame")
_CLIP_DISTANCE = 0x3000  # GL_CLIP_DISTANCE0


def check_gl() -> None:
    """Make sure that this machine can draw.

    Raises:
        UsageError: A package or a system library is missing.
    """
    _context(_library()).release()


def _library() -> Any:
    try:
        import moderngl
    except ImportError as error:
        raise UsageError(
            "render needs moderngl, which is not installed; run pip install 'formcheck[render]'"
        ) from error
    return moderngl


def _context(library: Any) -> Any:
    try:
        return library.create_context(standalone=True, backend="egl", require=330)
    except Exception as error:  # what is raised depends on what is missing: library, driver, version
        raise UsageError(
            "no OpenGL 3.3 without a screen on this machine; on Debian or Ubuntu apt-get install "
            "libegl1 libegl-mesa0 libgl1-mesa-dri (--truth-only needs none)"
        ) from error


def _shader(name: str) -> str:
    return (files("formcheck.render") / "shaders" / name).read_text("utf-8")


@dataclass
class _Loaded:
    """A mesh on the graphics card, and what the shader is told of it alone."""

    drawn: Any
    cast: Any
    moving: Any
    held: tuple[Any, ...]
    look: dict[str, Any]


class Renderer:
    """Draws meshes by their names.

    Args:
        width: Of the picture, pixels.
        height: Of it.

    Raises:
        UsageError: This machine cannot draw.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._library = library = _library()
        self._gl = gl = _context(library)
        self._scene = gl.program(_shader("scene.vert"), _shader("scene.frag"))
        self._depth = gl.program(_shader("depth.vert"), _shader("depth.frag"))
        self._smooth = gl.program(_shader("smoothing.vert"), _shader("smoothing.frag"))
        self._smooth["px"].value = (1 / width, 1 / height)
        self._picture = gl.texture((width, height), 4)
        self._picture.filter = (library.LINEAR, library.LINEAR)
        self._picture.repeat_x = self._picture.repeat_y = False
        self._target = gl.framebuffer([self._picture], gl.depth_renderbuffer((width, height)))
        self._all = gl.vertex_array(self._smooth, [])
        self._out = gl.framebuffer([gl.renderbuffer((width, height), 4)])
        self._shadows = [self._shadow(size) for size in (_SHADOW_PX, _SKY_PX)]
        self._loaded: dict[str, _Loaded] = {}
        self._mirror: tuple[Floats, Floats] | None = None
        self._scene["glass"].value = 3
        gl.enable(library.DEPTH_TEST)

    def __enter__(self) -> Renderer:
        return self

    def __exit__(self, *_: object) -> None:
        self._gl.release()

    def load(self, name: str, mesh: Mesh, look: dict[str, Any] | None = None) -> None:
        """Take a mesh, in place of the one of this name.

        Args:
            name: Its name.
            mesh: The mesh.
            look: Uniforms of the shader that hold for it and for those drawn after it.
        """
        if name in self._loaded:
            for held in self._loaded[name].held:
                held.release()
        gl = self._gl
        moving = gl.buffer(_packed(mesh.vertices, mesh.normals), dynamic=True)
        still = gl.buffer(_packed(mesh.rest, mesh.color, mesh.material[:, None], mesh.garment))
        numbers = gl.buffer(mesh.faces.astype("i4").tobytes())
        drawn = gl.vertex_array(
            self._scene,
            [
                (moving, "3f 3f", "in_pos", "in_nor"),
                (still, "3f 3f 1f 2f", "in_rest", "in_col", "in_mat", "in_gar"),
            ],
            numbers,
        )
        cast = gl.vertex_array(self._depth, [(moving, "3f 3x4", "in_pos")], numbers)
        self._loaded[name] = _Loaded(drawn, cast, moving, (drawn, cast, moving, still, numbers), look or {})

    def hang(self, glass: Mesh, point: Floats, normal: Floats) -> None:
        """Hang up a mirror, given what is drawn of it, a point on it and the direction that it faces."""
        self.load("mirror", glass)
        self._mirror = point, normal
        self._image = self._gl.texture(self._size, 4)
        self._image.filter = (self._library.LINEAR, self._library.LINEAR)
        self._image_target = self._gl.framebuffer([self._image], self._gl.depth_renderbuffer(self._size))

    def move(self, name: str, vertices: NDArray[np.float32], normals: NDArray[np.float32]) -> None:
        """Move the vertices of a mesh."""
        self._loaded[name].moving.write(_packed(vertices, normals))

    def tell(self, uniforms: dict[str, Any]) -> None:
        """Set uniforms of the shader; those that it has no use for are passed over."""
        for name, value in uniforms.items():
            if name not in self._scene:
                continue
            uniform, array = self._scene[name], np.asarray(value)
            if array.shape == (4, 4):
                uniform.write(array.T.astype("f4").tobytes())
            else:
                uniform.value = tuple(float(x) for x in array) if array.ndim == 1 else value

    def draw(self, view: Floats, projection: Floats, key: Floats, centre: Floats) -> NDArray[np.uint8]:
        """Return a picture, (height, width, 3) RGB.

        Args:
            view: (4, 4) of the camera.
            projection: (4, 4) of it.
            key: Direction to the key light.
            centre: What the shadows are sharpest around, m.
        """
        gl, key = self._gl, unit(key)
        lights = [
            self._cast(self._shadows[0], key, centre, 1.9, (0, 1, 0)),
            self._cast(self._shadows[1], _SKY, centre, 2.2, (0, 0, 1)),
        ]
        for unit_number, (texture, _) in enumerate(self._shadows):
            texture.use(unit_number)
        self._scene["shm"].value, self._scene["skm"].value = 0, 1
        self.tell({"LVP": lights[0], "SVP": lights[1], "key_dir": key})
        if self._mirror is not None:
            self._draw_image(view, projection, *self._mirror)
        self._draw_meshes(self._target, view, projection)
        self._out.use()
        gl.disable(self._library.DEPTH_TEST)
        self._picture.use(2)
        self._smooth["t"].value = 2
        self._all.render(self._library.TRIANGLES, vertices=3)
        gl.enable(self._library.DEPTH_TEST)
        width, height = self._size
        pixels = np.frombuffer(self._out.read(components=3, alignment=1), np.uint8)
        return pixels.reshape(height, width, 3)[::-1]

    def _draw_meshes(self, target: Any, view: Floats, projection: Floats, leave: str = "") -> None:
        target.use()
        target.clear(0.5, 0.5, 0.5, 1.0, depth=1.0)
        self.tell({"VP": projection @ view, "eye": -view[:3, :3].T @ view[:3, 3]})
        for name in sorted(self._loaded, key=_depth_order):
            if name != leave:
                self.tell(self._loaded[name].look)
                self._loaded[name].drawn.render()

    def _draw_image(self, view: Floats, projection: Floats, point: Floats, normal: Floats) -> None:
        """Draw what a mirror shows: the scene before it, reflected in its plane."""
        gl = self._gl
        reflect = np.eye(4)
        reflect[:3, :3] -= 2 * np.outer(normal, normal)
        reflect[:3, 3] = 2 * (normal @ point) * normal
        gl.front_face = "cw"  # a reflection turns the triangles round
        gl.enable_direct(_CLIP_DISTANCE)
        self.tell({"before": np.array([*normal, -normal @ point])})
        self._draw_meshes(self._image_target, view @ reflect, projection, leave="mirror")
        gl.disable_direct(_CLIP_DISTANCE)
        self.tell({"before": np.array([0, 0, 0, 1])})
        gl.front_face = "ccw"
        self._image.use(3)

    def _cast(self, shadow: tuple[Any, Any], light: Floats, centre: Floats, half_m: float, up: Any) -> Floats:
        """Draw what a light sees into its shadow map; return the (4, 4) matrix of it."""
        matrix: Floats = orthographic(half_m, 0.1, 12) @ look(centre + unit(light) * 6, centre, up)
        _, target = shadow
        target.use()
        target.clear(depth=1.0)
        self._depth["VP"].write(matrix.T.astype("f4").tobytes())
        for name, mesh in self._loaded.items():
            if name not in _NO_SHADOW:
                mesh.cast.render()
        return matrix

    def _shadow(self, size_px: int) -> tuple[Any, Any]:
        texture = self._gl.depth_texture((size_px, size_px))
        texture.compare_func = "<="
        texture.repeat_x = texture.repeat_y = False
        return texture, self._gl.framebuffer(depth_attachment=texture)


def _depth_order(name: str) -> int:
    return _NEAR_TO_FAR.index(name) if name in _NEAR_TO_FAR else 1


def _packed(*columns: Any) -> bytes:
    return np.concatenate(columns, 1).astype("f4").tobytes()
