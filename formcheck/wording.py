"""Phrases that the table and the page share.

Values, limits, views and days in words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from formcheck.measures.measure import BOTH_SIDES
from formcheck.poses.pose import View
from formcheck.poses.viewpoint import Posture

_LYING = {
    View.SIDE: "the side",
    View.OBLIQUE_FOOT: "obliquely from the feet",
    View.OBLIQUE_HEAD: "obliquely from the head",
    View.FOOT_END: "the foot end",
    View.HEAD_END: "the head end",
    View.UNKNOWN: "an unclear angle",
}
_UPRIGHT = _LYING | {
    View.OBLIQUE_FOOT: "obliquely from behind",
    View.OBLIQUE_HEAD: "obliquely from the front",
    View.FOOT_END: "behind",
    View.HEAD_END: "the front",
}


POSTURE_WORDS: dict[Posture, str] = {
    "standing": "standing",
    "prone": "face down",
    "supine": "on the back",
    "side": "lying on one side",
    "seated": "sitting",
    "hanging": "hanging by the hands",
}


def place(view: View, *, upright: bool = False) -> str:
    """Name where the camera stands: `the side`, `obliquely from the feet`; who is upright has no foot end."""
    return (_UPRIGHT if upright else _LYING)[view]


def from_place(view: View, *, upright: bool = False) -> str:
    """Name it with its preposition: `from the side`, `obliquely from the feet`."""
    words = place(view, upright=upright)
    return words if words.startswith("obliquely") else f"from {words}"


def seen_from(view: str, *, upright: bool = False) -> str:
    """Say where the camera stood."""
    if view not in {v.value for v in View}:
        return f"seen from the {view}"
    if view == View.UNKNOWN.value:
        return "camera angle unclear"
    return f"seen {from_place(View(view), upright=upright)}"


def leg(side: str) -> str:
    """Write a working side: `left leg`, `both legs`."""
    return f"{side} leg{'s' if side == 'both' else ''}"


def works(side: str) -> str:
    """Say which leg works. Where both do, arms may be meant."""
    return "both sides work" if side == "both" else f"{leg(side)} works"


def spans(indices: Sequence[int], whole: int | None = None, what: str = "rep") -> str:
    """Write indices as `rep 3`, `reps 1–3, 5`, or `every rep` where they are `whole`."""
    if whole is not None and whole > 1 and len(indices) >= whole:
        return f"every {what}"
    runs: list[list[int]] = []
    for index in sorted(indices):
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    texts = [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    return f"{what if len(indices) == 1 else f'{what}s'} {', '.join(texts)}"


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


_OF_BOTH = re.compile(rf"(?P<how>{'|'.join(BOTH_SIDES)})\((?P<of>\w+)\)")


def plain(name: str) -> str:
    """Write a fault's or measure's name in words: `knee-bent`, `knee_flexion_deg` -> `knee flexion`."""
    if told := _OF_BOTH.fullmatch(name):
        return f"{plain(told['of'])}, {BOTH_SIDES[told['how']]}"
    for unit in ("_deg", "_pct", "_s"):
        name = name.removesuffix(unit)
    return name.replace("-", " ").replace("_", " ")


_FINE = frozenset({"s", "m", "m/s", "trunk lengths", "trunk lengths/s"})  # written with two decimals


def quantity(value: float, unit: str, uncertainty: float | None = None) -> str:
    """Write a value with its unit, such as `14 ± 4°`, `0.42 ± 0.15 s` or `12 %`.

    >>> quantity(14.2, "deg", 3.9)
    '14 ± 4°'
    """
    digits = 2 if unit in _FINE else 0
    sign = "±"

    def number(x: float) -> str:
        text = f"{x:.{digits}f}"
        return text.removeprefix("-") if float(text) == 0 else text

    text = number(value) if uncertainty is None else f"{number(value)} {sign} {number(uncertainty)}"
    return text + {"deg": "°", "": ""}.get(unit, f" {unit}")


def limit_text(warn: float, fault: float | None, unit: str, *, sign: int, both: bool = False) -> str:
    """Write limits from the side of good form, such as `good < 6°, fault > 10°`."""
    good, bad = ("<", ">") if sign > 0 else (">", "<")
    around = "±" if both else ""
    text = f"good {good} {around}{_limit(warn, unit)}"
    return text if fault is None else f"{text}, fault {bad} {around}{_limit(fault, unit)}"


def _limit(value: float, unit: str) -> str:
    text = f"{round(value, 2):g}"
    if unit == "s" and "." not in text:
        text += ".0"
    return text + {"deg": "°", "": ""}.get(unit, f" {unit}")


def day_text(day: date, *, week_day: bool = False) -> str:
    """Write a day such as `Mon 2 Nov 2026`."""
    return f"{day:%a} " * week_day + f"{day.day} {day:%b %Y}"
