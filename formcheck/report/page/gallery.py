"""The page that shows where a person's eye and formcheck say different things, clip by clip."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from formcheck.report.page.render import fill_template

KINDS = {
    "clip": "Exercise not recognised",
    "missed": "Not counted",
    "extra": "Counted without a top",
    "other-exercise": "Counted as another exercise",
    "invented": "Invented",
    "leg": "Wrong leg",
    "fault-missed": "Fault missed",
    "fault-false": "Fault that is not there",
    "fault-unseen": "Fault that is not named",
}
"""Kinds of disagreement, with their names on the page."""


@dataclass(frozen=True, slots=True)
class Card:
    """One disagreement.

    Attributes:
        kind: One of `KINDS`.
        eye: What the label or truth file says.
        measured: What formcheck says.
        time_s: When, in seconds of the clip; None where it is about the whole clip.
        jpeg: A picture of that moment, or None.
        alt: What is to be seen on it, in words.
        size: Its width and height, in pixels.
    """

    kind: str
    eye: str
    measured: str
    time_s: float | None = None
    jpeg: bytes | None = None
    alt: str = ""
    size: tuple[int, int] = (0, 0)

    @property
    def title(self) -> str:
        """The kind for people."""
        return KINDS[self.kind]

    @property
    def src(self) -> str:
        """The picture as an address that holds it; empty without one."""
        if self.jpeg is None:
            return ""
        return "data:image/jpeg;base64," + base64.b64encode(self.jpeg).decode("ascii")


@dataclass(frozen=True, slots=True)
class ClipCards:
    """One clip with its disagreements.

    Attributes:
        name: Its name.
        eye: What the eye says of the whole clip.
        measured: What was found in the whole clip.
        notes: What the person noted.
        cards: The disagreements, in time order.
        link: The video as seen from the page's folder, or empty.
        lead_s, slow_motion: As in `formcheck.report.page.render.Video`.
    """

    name: str
    eye: str
    measured: str
    notes: str
    cards: tuple[Card, ...]
    link: str = ""
    lead_s: float = 0.0
    slow_motion: float = 1.0


def gallery_page(
    title: str,
    tables: Sequence[tuple[str, Sequence[Mapping[str, Any]]]],
    lines: Sequence[str],
    clips: Sequence[ClipCards],
) -> str:
    """Return all disagreements as one HTML page.

    Args:
        title: Its heading.
        tables: Each with a title and rows: `name`, `level` (0 or 1), `cells` in words, and the
            `title` of the rows that begin here, or empty.
        lines: Sentences about faults.
        clips: Every clip; those without disagreements are only named.
    """
    counts = Counter(card.kind for clip in clips for card in clip.cards)
    return fill_template(
        "gallery.html.j2",
        scripts=("assets/gallery.js",),
        title=title,
        tables=tables,
        lines=lines,
        clips=[clip for clip in clips if clip.cards],
        agreed=[clip.name for clip in clips if not clip.cards],
        kinds=[(kind, name, counts[kind]) for kind, name in KINDS.items() if counts[kind]],
        total=sum(counts.values()),
        data={},
    )
