"""Tracks as other tools would have written them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.poses.exchange.keypoints import KeypointSet, set_of
from formcheck.poses.pose import Floats
from formcheck.poses.track import Track

SURE = 0.8
"""Confidence of every point that is there."""


def keypoints(count: int) -> KeypointSet:
    """Return the set of so many points."""
    found = set_of(count)
    assert found is not None
    return found


def points(track: Track, count: int) -> Floats:
    """Return (T, K, 3) points of a set; those that are no landmark lie in the middle of the body."""
    middle = np.nanmean(track.image_px, axis=1)
    made: Floats = np.zeros((len(track), count, 3))
    made[..., :2], made[..., 2] = middle[:, None], SURE
    for landmark, at in keypoints(count).landmarks.items():
        made[:, at, :2] = track.image_px[:, landmark]
    made[~np.isfinite(made[..., 0])] = 0.0
    return made


def openpose(track: Track, folder: Path, count: int = 25, *, others: Sequence[Track] = ()) -> Path:
    """Write a folder with a file a frame."""
    folder.mkdir(parents=True, exist_ok=True)
    each = [points(one, count) for one in (*others, track)]
    for at in range(len(track)):
        people = [{"person_id": [-1], "pose_keypoints_2d": _flat(one[at])} for one in each]
        text = json.dumps({"version": 1.3, "people": people})
        (folder / f"clip_{at:012}_keypoints.json").write_text(text)
    return folder


def alphapose(track: Track, path: Path, count: int = 26, form: str = "") -> Path:
    """Write a file as AlphaPose does, or with `--format open`."""
    each = points(track, count)
    if form == "open":
        made: Any = {
            f"{at}.jpg": {"version": "AlphaPose v0.3", "people": [{"pose_keypoints_2d": _flat(one)}]}
            for at, one in enumerate(each)
        }
    else:
        made = [
            {"image_id": f"{at}.jpg", "category_id": 1, "keypoints": _flat(one), "score": 2.9, "idx": 1}
            for at, one in enumerate(each)
        ]
    path.write_text(json.dumps(made))
    return path


def mmpose(track: Track, path: Path, count: int = 133, *, meta: bool = False) -> Path:
    """Write a file as the inferencer of MMPose does, or with the names of the points beside."""
    made: Any = [
        {
            "frame_id": at + 1,
            "instances": [
                {
                    "keypoints": one[:, :2].round(2).tolist(),
                    "keypoint_scores": one[:, 2].tolist(),
                    "bbox": [[0, 0, 1, 1]],
                }
            ],
        }
        for at, one in enumerate(points(track, count))
    ]
    if meta:
        names = dict(enumerate(keypoints(count).names))
        made = {"meta_info": {"keypoint_id2name": names}, "instance_info": made}
    path.write_text(json.dumps(made))
    return path


def table(track: Track, path: Path, *, shares: bool = False, times: bool = True) -> Path:
    """Write a table with a row a frame, in pixels or as shares of the picture."""
    from formcheck.poses.pose import Landmark

    scale = np.array(track.size) if shares else 1.0
    names = [landmark.name.lower() for landmark in Landmark]
    head = [f"{name}_{axis}" for name in names for axis in ("x", "y", "visibility")]
    lines = [",".join(["time_s" if times else "frame", *head])]
    for at in range(len(track)):
        values = np.column_stack([track.image_px[at] / scale, track.visibility[at]])
        cells = ["" if not np.isfinite(value) else f"{value:.6f}" for value in values.ravel()]
        lines.append(",".join([f"{track.time_s[at]:.6f}" if times else str(at), *cells]))
    path.write_text("\n".join(lines) + "\n")
    return path


def _flat(one: Floats) -> list[float]:
    flat: list[float] = one.round(3).ravel().tolist()
    return flat
