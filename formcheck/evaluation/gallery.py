"""Pictures of every disagreement between the eye and the analysis, for `formcheck evaluate --html`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import ClipError
from formcheck.evaluation.agreement import ClipAgreement, Disagreement
from formcheck.evaluation.agreement_table import TITLES, Agreement, cells, fault_sentences, groups
from formcheck.evaluation.evaluate import Case
from formcheck.evaluation.seen import Seen
from formcheck.files import kinds, names
from formcheck.poses.pose import Image, Side
from formcheck.report.analysis import Analysis
from formcheck.report.moments import Moment
from formcheck.report.page.gallery import Card, ClipCards, gallery_page
from formcheck.report.pictures.face_blur import FaceBlur
from formcheck.report.pictures.glimpse import glimpse, plain_ground
from formcheck.report.pictures.stills import Painter, frames_at, jpeg
from formcheck.video.reader import VideoSource, player_clock
from formcheck.wording import leg, plain


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A picture to take."""

    time_s: float
    about: Disagreement


class Gallery:
    """Collects the clips of an evaluation and makes the page of them.

    Args:
        page: Where the page will be; videos are linked from there.
        blur_faces: Whether faces are made unrecognisable; videos are then not linked.
    """

    def __init__(self, page: Path, *, blur_faces: bool = False) -> None:
        self._folder, self._blurred = page.parent, blur_faces
        self._clips: list[ClipCards] = []

    def look(self, case: Case, agreement: ClipAgreement, analysis: Analysis | None) -> None:
        """Take the pictures of one clip; this is the `look` of `evaluate`."""
        shots = _shots(case.clip, agreement, analysis, self._blurred) if analysis else {}
        cards = tuple(_card(one, shots.get(id(one))) for one in agreement.disagreements)
        link, lead_s, slow_motion = "", 0.0, 1.0
        if kinds.plays(case.clip) and analysis is not None and not self._blurred:
            link = self._link(case.clip)
            lead_s, slow_motion = player_clock(case.clip, analysis.report.filming)
        self._clips.append(
            ClipCards(
                agreement.clip,
                _eye(case.seen),
                _measured(analysis) if analysis else agreement.reason,
                names.cleaned(case.seen.notes),
                cards,
                link,
                lead_s,
                slow_motion,
            )
        )

    def _link(self, clip: Path) -> str:
        try:
            return Path(os.path.relpath(clip.resolve(), self._folder.resolve())).as_posix()
        except ValueError:  # another drive
            return ""

    def html(self, agreement: Agreement) -> str:
        """Return the page."""
        tables = [(title, list(_rows(clips))) for title, clips in agreement.parts()]
        eye = [clip for clip in agreement.clips if clip.seen.by_eye]
        return gallery_page("Eye and formcheck", tables, list(fault_sentences(eye)), self._clips)


def _rows(clips: list[ClipAgreement]) -> Iterator[dict[str, Any]]:
    before = ""
    for kind, name, group in groups(clips):
        title = TITLES.get(kind, "") if kind != before else ""
        before = kind
        yield {
            "title": title,
            "name": plain(name),
            "level": int(kind in TITLES),
            "cells": cells(group, known=not kind.startswith("other")),
        }


def _eye(seen: Seen) -> str:
    tops = sum(not top.partial for top in seen.tops)
    partial = len(seen.tops) - tops
    sides = list(dict.fromkeys(leg(top.side) for top in seen.tops if top.side))
    parts = [
        seen.name.replace("-", " ") if seen.exercises else "no exercise that is judged",
        f"view: {plain(seen.view)}" if seen.view else "",
        _repetitions(tops) + (f" and {partial} cut off" if partial else "") if seen.tops else "",
        " and ".join(sides),
        f"confidence {seen.confidence}" if seen.confidence != "high" else "",
    ]
    return ", ".join(filter(None, parts))


def _measured(analysis: Analysis) -> str:
    report = analysis.report
    if not report.sets:
        return "; ".join(note.rstrip(".") for note in ["no repetition", *report.notes])
    full = {rep.index for rep in report.reps if not rep.partial}
    parts = [
        f"{_repetitions(len(full.intersection(one.reps)))} of {plain(one.exercise or report.exercise)}, "
        f"{leg(one.working_side)}, view: {plain(one.view)}"
        for one in report.sets
    ]
    return "; ".join(parts)


def _repetitions(number: int) -> str:
    return f"{number} repetition{'s' * (number != 1)}"


def _shots(
    clip: Path, agreement: ClipAgreement, analysis: Analysis, blurred: bool
) -> dict[int, tuple[Image, str]]:
    """Return a picture and what is on it for each disagreement that has a time, by its identity."""
    timed = [one for one in agreement.disagreements if one.time_s is not None]
    wanted = [_Wanted(one.time_s, one) for one in timed if one.time_s is not None]
    wanted.sort(key=lambda each: each.time_s)
    taken: dict[int, tuple[Image, str]] = {}
    artist = _Artist(analysis)
    if wanted and not kinds.is_recorded(clip):
        blur = FaceBlur(analysis.smoothed) if blurred else None
        try:
            with VideoSource(clip, filming=analysis.report.filming) as source:
                for each, image, time_s in frames_at(source, wanted):
                    shown = image if blur is None else blur(image, time_s)
                    taken[id(each.about)] = artist.paint(each.about, shown, time_s)
        except ClipError:
            pass  # the landmarks were recorded before the video went: they are drawn alone
    for each in wanted:
        if id(each.about) not in taken:
            ground = plain_ground(analysis.raw.size)
            taken[id(each.about)] = artist.paint(each.about, ground, each.time_s)
    return taken


class _Artist:
    """Draws what a disagreement is about."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis, self._track = analysis, analysis.smoothed
        self._poses = self._track.poses()
        self._painter = Painter(analysis) if analysis.report.sets else None
        self._reps = {rep.index: rep for rep in analysis.report.reps}

    def paint(self, about: Disagreement, image: NDArray[np.uint8], time_s: float) -> tuple[Image, str]:
        rep = self._reps.get(about.rep)
        verdict = next((one for one in rep.verdicts if one.rule == about.rule), None) if rep else None
        if rep is not None and verdict is not None and self._painter is not None:
            return self._painter.paint(Moment("fault", rep, time_s, verdict), image, time_s)
        pose = self._poses[int(np.argmin(np.abs(self._track.time_s - time_s)))]
        sides = {"left": (Side.LEFT,), "right": (Side.RIGHT,), "both": (Side.LEFT, Side.RIGHT)}
        working = sides[rep.side] if rep else ()
        found = "the skeleton that was found" if pose.found else "nobody was found here"
        drawn = glimpse(image, pose, self._track.size, working, self._analysis.looks[0].near)
        return drawn, f"The clip at {time_s:.1f} s, {found}"


def _card(about: Disagreement, shot: tuple[Image, str] | None) -> Card:
    if shot is None:
        return Card(about.kind, about.eye, about.measured, about.time_s)
    image, alt = shot
    size = (int(image.shape[1]), int(image.shape[0]))
    return Card(about.kind, about.eye, about.measured, about.time_s, jpeg(image), alt, size)
