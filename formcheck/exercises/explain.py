"""What is checked and how, in words: the text of `formcheck explain` and of `rules/README.md`.

`python -m formcheck.exercises.explain > rules/README.md` writes the catalogue.
"""

from __future__ import annotations

import math
import sys
import textwrap
from collections.abc import Iterable

from formcheck.exercises import catalog
from formcheck.exercises.catalog import nothing_called
from formcheck.exercises.profiles import PROFILES, limits
from formcheck.exercises.rule import Example, Exercise, Limit, Rule, SideOf
from formcheck.measures.catalogue import MEASURES, Measure
from formcheck.measures.measure import BOTH_SIDES
from formcheck.poses.pose import View
from formcheck.reps.segmentation import Phase
from formcheck.wording import POSTURE_WORDS, from_place, limit_text, plain, quantity

PHASE_WORDS = {
    Phase.START: "in the start position",
    Phase.UP: "on the way up",
    Phase.TOP: "at the top",
    Phase.DOWN: "on the way down",
    Phase.BOTTOM: "at the bottom",
    Phase.LIFT: "from leaving the bottom until back there",
    Phase.HOLD: "over the hold",
}
_SIDES: dict[SideOf, str] = {
    "set": "one side works in a set",
    "rep": "both sides take turns within a set",
    "both": "both sides work together",
}
_DOWN_FIRST = PHASE_WORDS | {
    Phase.UP: "on the way down",
    Phase.TOP: "at the lowest point",
    Phase.DOWN: "on the way up",
    Phase.BOTTOM: "back up",
    Phase.LIFT: "from leaving the start until back there",
}
"""The same where the body goes down first (`Exercise.down_first`)."""
_STATS = {
    "median": "median",
    "max": "highest value",
    "min": "lowest value",
    "largest": "value furthest from zero, either way,",
    "drift": "last fifth of the time less the first fifth,",
}
_EXTREMES = {"max": "highest", "min": "lowest", "largest": "furthest from zero, either way,"}
_WIDTH = 80


def explain(name: str) -> str:
    """Explain an exercise, a rule's code, or a fault's name (for every exercise that has it).

    Raises:
        UsageError: If there is nothing of that name; the nearest one is suggested.
    """
    known = catalog.exercises()
    if name in known:
        return explain_exercise(known[name])
    found = catalog.find_rules(name)
    if found:
        return "\n".join(explain_rule(exercise, rule) for exercise, rule in found)
    raise nothing_called(name)


def explain_exercise(exercise: Exercise) -> str:
    """Return everything about an exercise: what is checked, what cannot be seen, how to film it."""
    parts = [
        f"{exercise.title} ({exercise.name})\n",
        _field("Source", exercise.source),
        _field("Film it", exercise.film),
        _field("Counted", f"{_kind(exercise)}, {_views(exercise.views, upright=exercise.upright)}"),
        _field("Each is", _counted(exercise)),
        "\nWHAT IS CHECKED\n\n"
        + _wrap(
            "Limits are those of true form. A fault is only called where the value is past its limit by "
            "more than the uncertainty it was measured with. "
            + ("Plain percent is of the trunk length, shoulder to hip. " if _uses_pct(exercise) else "")
            + "`formcheck explain CODE` shows one rule in full."
        ),
        *("\n" + _short(rule, exercise) for rule in exercise.rules),
    ]
    if exercise.unobservable:
        parts.append("\nWHAT VIDEO CANNOT SHOW\n")
        for item in exercise.unobservable:
            parts.append(
                "\n" + _field("Says", f"{item.says} ({item.statement})") + _field("But", item.reason)
            )
    if exercise.notes:
        parts.append("\nNOTES\n\n")
        parts += [_wrap(note, first="- ", rest="  ") for note in exercise.notes]
    return "".join(parts)


def explain_rule(exercise: Exercise, rule: Rule) -> str:
    """Return everything about one rule."""
    measure = MEASURES.get(rule.measure)
    rows = [(exercise.title, f"{rule.name} ({rule.code})"), *_rows(rule, exercise), ("Why", rule.why)]
    if measure is not None:
        error = measure.errors.of(change=rule.from_start)
        off = f"off by about {quantity(error, measure.unit)} in the best view"
        rows.append(("Measured", f"{measure.name}, {off}"))
        rows.append(("Fooled by", measure.errors.fooled_by))
    for profile in PROFILES:
        if profile != "standard":
            limit = limits(exercise, profile)[rule.code]
            rows.append((profile.capitalize(), _limits(limit, rule.value_unit)))
    share = f"{rule.weight:g} of 100 points" if rule.weight else "none, a hint only"
    safety = "; a fault is told at once and caps the repetition at 60" if rule.safety else ""
    rows += [
        ("Weight", share + safety),
        ("Passes", _examples(rule.passes, rule.value_unit)),
        ("Flagged", _examples(rule.fails, rule.value_unit)),
        ("Unseen?", rule.remedy),
    ]
    title, heading = rows.pop(0)
    return f"{heading}, {title}\n\n" + "".join(_field(name, text) for name, text in rows if text)


def _possible(measure: Measure) -> str:
    can = measure.can
    return f"{can.least:g} to {quantity(can.most, measure.unit)}: {can.why}" if can.why else ""


def explain_measures() -> str:
    """Return what can be measured: names, definitions, errors, and which rules use it from where."""
    rules = [(rule, item.upright) for item in catalog.exercises().values() for rule in item.rules]
    parts = [
        _wrap(
            "A rule names one of these as its measure. The error is that of one value from the side, then "
            "that of a change from the person's own start. Percent is of the trunk length, shoulder to hip. "
            "-NAME rises where NAME falls. Of a measure of the working side, "
            f"{', '.join(f'{how}(NAME)' for how in BOTH_SIDES)} is made of both sides."
        )
    ]
    for measure in MEASURES.values():
        used = [(rule, upright) for rule, upright in rules if rule.shown == measure.name]
        views = frozenset(view for rule, _ in used for view in rule.views)
        seen = _views(views, upright=all(upright for _, upright in used))
        by = f"{', '.join(rule.code for rule, _ in used)} {seen}" if used else ""
        errors = [quantity(error, measure.unit) for error in (measure.errors.value, measure.errors.change)]
        joints = dict.fromkeys(f"{role} {part}".replace("_", " ") for role, part in measure.needs)
        rows = (
            ("Is", measure.definition),
            ("Unit", {"deg": "degrees", "%": "percent of the trunk length"}.get(measure.unit, measure.unit)),
            ("Error", ", ".join(dict.fromkeys(errors))),
            ("Needs", ", ".join(joints)),
            ("Possible", _possible(measure)),
            ("Fooled by", measure.errors.fooled_by),
            ("Used by", by),
        )
        parts.append(f"\n{measure.name}\n" + "".join(_field(name, text) for name, text in rows if text))
    return "".join(parts)


def catalogue_markdown() -> str:
    """Return the text of `rules/README.md`."""
    lines = [
        "# Exercises and their rules",
        "",
        "<!-- Generated by `python -m formcheck.exercises.explain > rules/README.md`: do not edit. -->",
        "",
        "Every file here is one exercise: a module-level `EXERCISE` that holds its rules, each with its "
        "source, limits, views, words and tested examples (`formcheck/exercises/rule.py` documents the "
        "fields). A new "
        "file is found by being here, or in a folder given with `--rules DIR`, or through the entry-point "
        "group `formcheck.exercises` of an installed package; a rule's tests are its own examples.",
        "",
        "Limits are those of true form: a fault is called only where the value is past its limit by more "
        "than its uncertainty. Plain percent is of the trunk length, shoulder to hip.",
    ]
    for exercise in catalog.exercises().values():
        lines += _chapter(exercise)
    return "\n".join(lines) + "\n"


def _chapter(exercise: Exercise) -> Iterable[str]:
    yield from ("", f"## {exercise.title} (`{exercise.name}`)", "", f"Source: {exercise.source}", "")
    counted = (
        f"{_kind(exercise).capitalize()} are counted {_views(exercise.views, upright=exercise.upright)}."
    )
    yield from (f"Film it: {exercise.film}", "", counted, "")
    yield "| code | fault | statement | checked | limits | views | weight | said |"
    yield "|---|---|---|---|---|---|---|---|"
    for rule in exercise.rules:
        cells = (
            rule.code,
            f"`{rule.name}`",
            f"{rule.statement}: {rule.says}",
            _how(rule, exercise),
            _limits(rule.limit, rule.value_unit),
            _seen(rule, exercise),
            f"{rule.weight:g}{' (safety)' if rule.safety else ''}",
            _cues(rule),
        )
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"
    if exercise.unobservable:
        yield from ("", "What video cannot show:", "")
        yield from ("| statement | says | why it is not judged |", "|---|---|---|")
        for item in exercise.unobservable:
            yield f"| {_cell(item.statement)} | {_cell(item.says)} | {_cell(item.reason)} |"
    if exercise.notes:
        yield ""
        yield from (f"- {_flat(note)}" for note in exercise.notes)


def _counted(exercise: Exercise) -> str:
    """Say what a repetition is: posture, signal, side and time; or what a hold is."""
    how = f"{POSTURE_WORDS[exercise.posture]}; {_SIDES[exercise.side_of]}"
    if exercise.is_hold:
        kept = ", ".join(plain(gate.measure) for gate in exercise.held_by)
        return f"as long as {kept} stay within the gates, {how}"
    way = "rise" if exercise.signal == exercise.shown else "fall"
    unit = MEASURES[exercise.signal].unit.replace("deg", "°").replace("%", " %")
    most = "" if exercise.max_s is None else f" within {exercise.max_s:g} s"
    return f"a {way} of {plain(exercise.shown)} by {exercise.min_range:g}{unit} or more and back{most}, {how}"


def _short(rule: Rule, exercise: Exercise) -> str:
    share = f"weight {rule.weight:g}" if rule.weight else "a hint, no weight"
    head = f"{rule.code}  {rule.name}  ({share}{', safety' if rule.safety else ''})\n"
    rows = [(name, text.replace(exercise.source, "as above")) for name, text in _rows(rule, exercise)]
    return head + "".join(_field(name, text) for name, text in rows if text)


def _rows(rule: Rule, exercise: Exercise) -> list[tuple[str, str]]:
    return [
        ("Says", f"{rule.says} ({rule.statement})"),
        ("Checked", _how(rule, exercise)),
        ("Limits", _limits(rule.limit, rule.value_unit)),
        ("Seen", _seen(rule, exercise)),
        ("Source", rule.source),
        ("Cue", _cues(rule)),
    ]


def _how(rule: Rule, exercise: Exercise) -> str:
    """Say what is measured, in which phase, and how values become one."""
    if rule.read is not None:
        text = _flat((rule.read.__doc__ or "Worked out over the whole repetition.").strip().split("\n\n")[0])
        text = text.removeprefix("Read ").removeprefix("Return ")
        return text[:1].upper() + text[1:]
    what = MEASURES[rule.measure].definition.rstrip(".")
    origin = ", as change from the person's own start" if rule.from_start else ""
    value = _STATS[rule.stat]
    if rule.over_s and rule.stat in _EXTREMES:
        value = f"median of the {rule.over_s:g} s in which it is {_EXTREMES[rule.stat]}"
    words = _DOWN_FIRST if exercise.down_first else PHASE_WORDS
    return f"{what}; {value} {words[rule.when]}{origin}."


def _kind(exercise: Exercise) -> str:
    return f"holds of {exercise.min_hold_s:g} s and more" if exercise.is_hold else "repetitions"


def _limits(limit: Limit, unit: str) -> str:
    text = limit_text(limit.warn, limit.fault, unit, sign=limit.sign, both=limit.both)
    ideal = limit.ideal if limit.ideal is not None and math.isfinite(limit.ideal) else None
    parts = [text, *(["never a fault"] if limit.fault is None else [])]
    return ", ".join([*parts, *([f"ideal {quantity(ideal, unit)}"] if ideal is not None else [])])


def _cues(rule: Rule) -> str:
    texts = dict.fromkeys(cue for cue in (rule.cue, rule.cue_minus) if cue)  # each once
    return " / ".join(f'"{text}"' for text in texts)


def _seen(rule: Rule, exercise: Exercise) -> str:
    """Say from where a rule is judged, and from where else a fault can be found."""
    text = _views(rule.views, upright=exercise.upright)
    if rule.found_from:
        text += f"; found, never called good: {_views(rule.found_from, upright=exercise.upright)}"
    return text


def _views(views: frozenset[View], *, upright: bool) -> str:
    names = [from_place(view, upright=upright) for view in View if view in views]
    if len(names) == len(View) - 1 or View.UNKNOWN in views:
        return "from every view"
    return ", ".join(names) or "from no view: it is listed here, but never judged"


def _examples(examples: Iterable[Example], unit: str) -> str:
    return ", ".join(quantity(item.value, unit, item.uncertainty or None) for item in examples)


def _uses_pct(exercise: Exercise) -> bool:
    return any(rule.measure and MEASURES[rule.measure].unit == "%" for rule in exercise.rules)


def _cell(text: str) -> str:
    return _flat(text).replace("|", "\\|")


def _flat(text: str) -> str:
    return " ".join(text.split())


def _field(name: str, text: str) -> str:
    return _wrap(text, first=f"  {name:<9} ", rest=" " * 12)


def _wrap(text: str, *, first: str = "", rest: str = "") -> str:
    wrapper = textwrap.TextWrapper(
        _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
    )
    return wrapper.fill(_flat(text)) + "\n"


if __name__ == "__main__":
    sys.stdout.write(catalogue_markdown())
