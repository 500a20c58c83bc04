"""Phrases that the table and the page share."""

from __future__ import annotations

from collections.abc import Sequence

from ..explain import VIEW_WORDS
from ..pose import View
from .model import Report, SetSummary


def camera(part: SetSummary) -> str:
    """Say where a set was seen from, such as `seen from the side (turned 3°)`."""
    yaw = "" if part.yaw_deg is None else f" (turned {part.yaw_deg:.0f}°)"
    return seen_from(part.view) + yaw


def seen_from(view: str) -> str:
    """Say where the camera stood."""
    words = VIEW_WORDS[View(view)] if view in {v.value for v in View} else view
    if view == View.UNKNOWN.value:
        return "camera angle unclear"
    return f"seen {words}" if words.startswith("obl") else f"seen from the {words}"


def leg(side: str) -> str:
    """Write a working side: `left leg`, `both legs`."""
    return f"{side} leg{'s' if side == 'both' else ''}"


def works(side: str) -> str:
    """Say which leg works."""
    return f"{leg(side)} work{'' if side == 'both' else 's'}"


def recognised(report: Report) -> list[str]:
    """Say that the exercise was recognised, and how sure that is of the least sure set."""
    known = [one.confidence for one in report.sets if one.confidence is not None]
    return [f"recognised ({share(min(known))})"] if known else []


def judged_by(report: Report) -> list[str]:
    """Say which limits were used and what was compared with, where it is not the usual."""
    found = []
    if report.profile != "standard":
        found.append(f"{report.profile.removeprefix('standard + ')} limits")
    names = sorted({one.baseline for one in report.sets if one.baseline})
    return [*found, *(f"compared with {name}" for name in names)]


def spans(indices: Sequence[int], whole: int | None = None) -> str:
    """Write indices as `rep 3`, `reps 1–3, 5`, or `every rep` where they are `whole`."""
    if whole is not None and whole > 1 and len(indices) >= whole:
        return "every rep"
    runs: list[list[int]] = []
    for index in sorted(indices):
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    texts = [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    return f"{'rep' if len(indices) == 1 else 'reps'} {', '.join(texts)}"


def share(part: float) -> str:
    """Write a share of 1 as percent."""
    return f"{100 * part:.0f} %"


def sentence(text: str) -> str:
    """End a text with a full stop, on one line."""
    text = " ".join(text.split())
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def capital(text: str) -> str:
    """Begin a text with a capital."""
    return text[:1].upper() + text[1:]


def plain(name: str) -> str:
    """Write a fault's or measure's name in words: `knee-bent`, `knee_flexion_deg` -> `knee flexion`."""
    for unit in ("_deg", "_pct", "_s"):
        name = name.removesuffix(unit)
    return name.replace("-", " ").replace("_", " ")
