"""The file that `new-exercise` writes: an exercise that works, with a comment on each field.

The comments are taken from the docstrings of `Rule` and `Exercise`, so they are always up to date.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from string import Template, ascii_uppercase
from typing import get_args

from formcheck.exercises.explain import PHASE_WORDS
from formcheck.exercises.rule import Exercise, Rule, Stat
from formcheck.poses.pose import View
from formcheck.wording import place

_WIDTH = 100


def _places(view: View) -> str:
    """Name where the camera stands, for who lies and for who is upright."""
    lying, upright = place(view), place(view, upright=True)
    return lying if lying == upright else f"{lying}; who is upright: {upright}"


_MEASURED = {
    "code": '"${prefix}01"',
    "name": '"hips-move"',
    "statement": '"1"',
    "says": '"TODO: what the source says about it, in a sentence of your own."',
    "why": '"TODO: why it matters, in a sentence."',
    "source": 'f"{SOURCE}; limits: TODO, a study, a coach, or your own trials"',
    "measure": '"hip_travel_pct"',
    "when": "Phase.TOP",
    "stat": '"median"',
    "from_start": "True",
    "limit": "Above(15.0, 25.0)",
    "views": "SIDEWAYS",
    "priority": "2",
    "weight": "60",
    "cue": '"Hips stay where they are"',
    "good": '"quiet hips"',
    "remedy": '"Film from the side, the whole body in the picture."',
    "passes": "(Example(5.0, 4.0), Example(17.0, 4.0))",
    "fails": "(Example(20.0, 4.0), Example(32.0, 4.0))",
}
_READ = {
    "code": '"${prefix}02"',
    "name": '"lowering-too-fast"',
    "statement": '"2"',
    "says": '"TODO: what the source says about the way back."',
    "why": '"TODO: why it matters."',
    "source": 'f"{SOURCE}; limits: TODO"',
    "read": "lowering_s",
    "unit": '"s"',
    "shows": "SIGNAL",
    "limit": "Below(1.0, 0.5)",
    "views": "OBLIQUE",
    "priority": "8",
    "weight": "40",
    "cue": '"Slow on the way back"',
    "good": '"slow lowering"',
    "remedy": '"Film so that the moving limb is seen from end to end."',
    "passes": "(Example(1.4, 0.2),)",
    "fails": "(Example(0.7, 0.2), Example(0.2, 0.2))",
}
_EXERCISE = {
    "name": '"$name"',
    "title": '"$title"',
    "source": "SOURCE",
    "posture": '"prone"',
    "signal": "SIGNAL",
    "min_range": "MIN_RANGE",
    "side_of": '"set"',
    "views": "OBLIQUE",
    "refuses": "refuses",
    "rules": "RULES",
    "unobservable": '(Unobservable("3", "TODO: what else it says.", "TODO: why no video shows it."),)',
    "film": '"TODO: from where to film it, such as: from the side at hip height, 2 to 3 m away."',
    "notes": "()",
}
_STRETCH = _MEASURED | {
    "name": '"trunk-tips"',
    "measure": '"trunk_pitch_deg"',
    "when": "Phase.HOLD",
    "stat": '"max"',
    "over_s": "3.0",
    "from_start": "False",
    "limit": "Above(20.0, 30.0)",
    "cue": '"Chest and hips level"',
    "good": '"a level trunk"',
    "passes": "(Example(5.0, 3.0), Example(22.0, 3.0))",
    "fails": "(Example(24.0, 3.0), Example(40.0, 3.0))",
}
_DRIFT = {
    "code": '"${prefix}02"',
    "name": '"trunk-drifts"',
    "statement": '"2"',
    "says": '"TODO: what the source says about keeping it to the end."',
    "why": '"TODO: why it matters."',
    "source": 'f"{SOURCE}; limits: TODO"',
    "measure": '"trunk_pitch_deg"',
    "when": "Phase.HOLD",
    "stat": '"drift"',
    "limit": "Above(8.0, 14.0, both=True)",
    "views": "SIDEWAYS",
    "priority": "8",
    "weight": "40",
    "cue": '"Keep your height, or rest"',
    "good": '"the same to the end"',
    "remedy": '"Film from the side, the whole body in the picture."',
    "passes": "(Example(3.0, 2.5), Example(-9.0, 2.5))",
    "fails": "(Example(12.0, 2.5), Example(-20.0, 2.5))",
}
_HELD = {
    **{name: _EXERCISE[name] for name in ("name", "title", "source")},
    "kind": '"hold"',
    "posture": '"prone"',
    "side_of": '"both"',
    "gates": "GATES",
    "min_hold_s": "5.0",
    "looks_like": '"TODO: what looks like it"',
    **{name: _EXERCISE[name] for name in ("views", "rules", "unobservable", "film", "notes")},
}
_MORE = {
    "looks_like": "Leave it out once the gates let nothing else pass: it is then recognised too.",
    "measure": "`formcheck measures` lists them.",
    "when": "One of "
    + ", ".join(f"Phase.{phase.name} ({words})" for phase, words in PHASE_WORDS.items())
    + ".",
    "stat": f"One of {', '.join(get_args(Stat))}.",
    "limit": "Above(warn, fault): more is worse. Below(warn, fault): less is worse. Without fault it only "
    "warns. In the unit of the value; a fault only past it by the measurement's own uncertainty. ideal= is "
    "the value of ideal form where that is not 0, such as Below(60.0, 45.0, ideal=90.0): profiles scale the "
    "distance from it.",
    "views": "SIDEWAYS, OBLIQUE (side and oblique), or frozenset({View.SIDE, ...}) of "
    + ", ".join(f"View.{view.name} ({_places(view)})" for view in View if view is not View.UNKNOWN)
    + ". From any other it says 'not judged'.",
    "weight": "The weights of all rules add up to 100; 0 is a hint only.",
    "safety": "Needs a smaller priority number than all others.",
    "cue": "At most 8.",
    "passes": "Example(value, uncertainty): what must not be flagged, then what must; one each at least.",
    "statement": "Number the statements of your source: what each becomes is then easy to see.",
    "working": "Needed for a signal such as the height of the hips, unless side_of is both.",
}

_HEAD = '''"""$title: TODO what is done, in a sentence."""

# One exercise for formcheck. It works as it is: change one thing, check, go on. TODO marks what you know.
#
#     formcheck check-rules DIR                                 finds mistakes, runs the examples
#     formcheck measures CLIP                                   which measures move in a clip of yours
#     formcheck analyze CLIP --rules DIR --exercise $name
#
# DIR is the folder of this file. `formcheck exercises` lists finished ones, `formcheck explain` shows one.

from __future__ import annotations

from formcheck.rule import (
$imports
)

SOURCE = "TODO: where the technique is described: author, title, page or web address"

'''
_TAIL = """
# 3. The exercise.

EXERCISE = $exercise
"""
_REPS = '''# 1. What counts as a repetition.

# The measure that is low at rest and rises and falls once a repetition.
SIGNAL = "leg_elevation_deg"
# The least rise that may be one, in the signal's unit: about a third of a full one.
MIN_RANGE = 10.0


def refuses(data: RepData) -> str | None:
    """Say why a movement is not a $spoken, or None if it is: the gate.

    Every rise and fall of the signal comes by here. Ask for the posture first; the stricter this is, the less
    your exercise claims what is another one.
    """
    if data.median("trunk_pitch_deg", Phase.LIFT) > 60.0:
        return "the trunk is upright"
    return None


# 2. What may be wrong. A rule reads one measure in one phase and compares it with limits.

HIPS_MOVE = $measured

# A check beyond one measure is a function of the repetition, with its first line as its description.


def lowering_s(data: RepData) -> Reading:
    """Seconds from leaving the top to being back at the bottom."""
    took_s = data.rep.end_s - data.rep.lower_s
    return Reading(took_s, data.time_error_s(took_s, SIGNAL), data.rep.end_s)


LOWERING_TOO_FAST = $read

RULES = (HIPS_MOVE, LOWERING_TOO_FAST)
'''
_HOLD = """# 1. When the position is held: in the frames in which all of these are passed.

# `says` tells why another position is none. The nearer the borders, the less your exercise claims of others;
# but what is held badly should still pass, so that a rule can say so.
GATES = (
    Gate(says="the trunk is upright", measure="trunk_pitch_deg", low=-45.0, high=45.0),
    Gate(says="a knee is bent", measure="knee_flexion_deg", high=45.0),
)

# 2. What may be wrong. A rule reads one measure over the hold and compares it with limits: the worst few
# seconds of it, its median, or how it drifts from the first fifth of the time to the last.

TRUNK_TIPS = $measured

TRUNK_DRIFTS = $drift

RULES = (TRUNK_TIPS, TRUNK_DRIFTS)
"""
_USED = {
    "reps": "OBLIQUE SIDEWAYS Above Below Example Exercise Phase Reading RepData Rule Unobservable",
    "hold": "OBLIQUE SIDEWAYS Above Example Exercise Gate Phase Rule Unobservable",
}
"""What each kind of file imports."""


def render(name: str, prefix: str, *, hold: bool = False) -> str:
    """Return the text of a new exercise's file.

    Args:
        name: The exercise's name, kebab case.
        prefix: The three capitals of its rules' codes.
        hold: Whether a position is held, in place of repetitions.
    """
    spoken = name.replace("-", " ")
    words = {"name": name, "prefix": prefix, "spoken": spoken, "title": spoken.capitalize()}
    calls = {
        "imports": "\n".join(f"    {used}," for used in _USED["hold" if hold else "reps"].split()),
        "measured": _call(Rule, _STRETCH if hold else _MEASURED, words, explained=True),
        "read": _call(Rule, _READ, words),
        "drift": _call(Rule, _DRIFT, words),
        "exercise": _call(Exercise, _HELD if hold else _EXERCISE, words, explained=True),
    }
    return Template(_HEAD + (_HOLD if hold else _REPS) + _TAIL).substitute(words | calls)


def recast(source: str, old: Exercise, name: str, prefix: str) -> str:
    """Return the text of an exercise's file with name, title, codes and own measures of a new exercise.

    Args:
        source: The text of the file that declares `old`.
        old: The exercise that is copied.
        name: The new one's name.
        prefix: The three capitals of its rules' codes.
    """
    title = name.replace("-", " ").capitalize()
    text = re.sub(r"^from \.(\w+) import", r"from formcheck.rules.\1 import", source, flags=re.MULTILINE)
    text = re.sub(r"^from \. import", "from formcheck.rules import", text, flags=re.MULTILINE)
    for taken in sorted({rule.code[:3] for rule in old.rules}):
        text = re.sub(rf"\b{taken}(?=\d\d\b|{{)", prefix, text)
    for own in re.findall(r"\bdefine\(\s*\"(\w+)\"", text):  # a measure's name is taken as well
        text = text.replace(f'"{own}"', f'"{prefix.lower()}_{own}"')
    text = text.replace(f'"{old.name}"', f'"{name}"').replace(f'title="{old.title}"', f'title="{title}"')
    if not old.looks_like:  # a copy with the same gates would share every repetition with the old one
        alike = f'    looks_like="{old.name}",  # until gates of its own tell it apart: found by name only'
        text = text.replace(f'    name="{name}",\n', f'    name="{name}",\n{alike}\n', 1)
    return f"# TODO: a copy of {old.name}, to be changed into {name}.\n{text}"


def prefix_for(name: str, taken: set[str]) -> str:
    """Choose three capital letters for the rule codes of an exercise that no other exercise uses.

    >>> prefix_for("fire-hydrant", set())
    'FHY'
    """
    words = name.upper().split("-")
    initials = "".join(word[0] for word in words[:3])
    rest = words[-1][1:] + words[0][1:] + ascii_uppercase
    first = (initials + rest)[:3]
    tried = [first, *(first[:2] + letter for letter in rest), *(first[0] + a + b for a in rest for b in rest)]
    return next((prefix for prefix in tried if prefix not in taken), first)


def documented(kind: type) -> dict[str, str]:
    """Return the description of each attribute from the docstring of a class, by name."""
    part = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")[2]
    found: dict[str, str] = {}
    names: list[str] = []
    for line in part.splitlines():
        if begins := re.match(r"    (\w+(?:, \w+)*): (.*)", line):
            names = begins[1].split(", ")
            found |= dict.fromkeys(names, begins[2])
        elif line.startswith("     "):
            found |= {name: f"{found[name]} {line.strip()}" for name in names}
        else:
            break
    return found


def _call(
    kind: type[Exercise | Rule],
    values: Mapping[str, str],
    words: Mapping[str, str],
    *,
    explained: bool = False,
) -> str:
    """Return the source of a call that makes a rule or an exercise, with comments where `explained`."""
    lines = [f"{kind.__name__}("]
    known = documented(kind)
    for name, value in values.items():
        if explained:
            lines += _comment(f"{known[name]} {_MORE.get(name, '')}")
        lines.append(f"    {name}={Template(value).substitute(words)},")
    if explained:
        lines += _others(kind, values, known)
    return "\n".join([*lines, ")"])


def _others(
    kind: type[Exercise | Rule], values: Mapping[str, str], known: Mapping[str, str]
) -> Iterator[str]:
    """Yield the fields that were left out, as comments with their defaults."""
    left = [field for field in fields(kind) if field.name not in values]
    if left:
        yield "    #"
        yield "    # May be given too:"
    for field in left:
        default = field.default if field.default is not MISSING else "..."
        shown = f"Phase.{default.name}" if hasattr(default, "name") else repr(default)
        if field.default_factory is not MISSING:
            shown = repr(field.default_factory())
        yield from _comment(
            f"{field.name}={shown}: {known[field.name]} {_MORE.get(field.name, '')}", hang="    "
        )


def _comment(text: str, hang: str = "") -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        _WIDTH,
        initial_indent="    # ",
        subsequent_indent=f"    # {hang}",
        break_long_words=False,
        break_on_hyphens=False,
    )
