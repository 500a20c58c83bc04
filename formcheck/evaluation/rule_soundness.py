"""What every exercise must hold, whoever wrote it: the checks of `check-rules` and of our own tests.

Each finding is one sentence. A failure must be mended before the exercise can be trusted; a hint may stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from formcheck.exercises.rule import Example, Exercise, Limit, Rule, Status
from formcheck.judging.judge import judge_example
from formcheck.measures.catalogue import MEASURES
from formcheck.measures.measure import Measure, no_measure
from formcheck.poses.pose import View
from formcheck.reps.segmentation import SHORTEST_S, Phase
from formcheck.wording import limit_text, quantity

LEAST_HOLD_S = 2.0
TO_DO = "TODO"
"""What a new file holds wherever only its author knows what to write."""
MAX_CUE_WORDS = 8
_KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")
_CODE = re.compile(r"[A-Z]{3}\d\d")
_FLAGGED = (Status.WARN, Status.FAULT)
_WORDS = {
    Status.OK: "good",
    Status.TOO_CLOSE: "too close to call",
    Status.WARN: "a warning",
    Status.FAULT: "a fault",
    Status.NOT_JUDGED: "too uncertain to judge",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about an exercise.

    Attributes:
        says: What, in a sentence.
        rule: The rule's code; empty where it is about the exercise.
        field: The field of the rule or exercise it is about; may be empty.
        hint: Whether it may stay so.
    """

    says: str
    rule: str = ""
    field: str = ""
    hint: bool = False


def is_name(text: str) -> bool:
    """Say whether a text is fit as the name of an exercise or fault: lower case, words joined by hyphens."""
    return _KEBAB.fullmatch(text) is not None


def findings(exercise: Exercise) -> list[Finding]:
    """Check an exercise and its rules, all examples included; an empty list is a sound exercise."""
    if wrong := mistyped(exercise):
        return wrong  # what has the wrong type cannot be looked into
    each: list[Finding] = []
    for rule in exercise.rules:
        each += _rule(rule, exercise)
        if not any(found.rule == rule.code and found.field == "limit" for found in each):
            each += _examples(rule)
    return [*_exercise(exercise), *each]


def mistyped(exercise: Exercise) -> list[Finding]:
    """Return the fields of an exercise and its rules that hold something of the wrong type."""
    wrong = list(_types(exercise, ""))
    if not any(finding.field == "rules" for finding in wrong):
        wrong += [finding for rule in exercise.rules for finding in _types(rule, str(rule.code))]
    return wrong


def _types(item: Exercise | Rule, code: str) -> Iterator[Finding]:
    """Check that every field holds what the contract says, by its own type hints."""
    hints = _hints(type(item))
    for field in fields(item):
        value = getattr(item, field.name)
        try:
            _adapter(hints[field.name]).validate_python(value, strict=True)
        except ValidationError:
            what = _type_text(hints[field.name])
            tip = ""
            if what.startswith("a tuple") and not isinstance(value, tuple | list | set):
                tip = "; one item in parentheses needs a comma after it"
            elif what.startswith("a frozenset") and isinstance(value, set):
                tip = "; write frozenset(...) around it"
            shown = " ".join(repr(value).split())
            shown = shown if len(shown) <= 40 else f"a {type(value).__name__}"
            yield Finding(f"{field.name} must be {what}, not {shown}{tip}", code, field.name)


def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _adapter(hint: Any) -> TypeAdapter[Any]:
    # Anything with its own settings refuses others; the classes of the contract are told by isinstance.
    try:
        return TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))
    except Exception:
        return TypeAdapter(hint)


def _type_text(hint: Any) -> str:
    """Say what a field holds, such as `a tuple of Example`."""
    origin, inner = get_origin(hint), [item for item in get_args(hint) if item is not Ellipsis]
    if origin in (Union, UnionType):
        return " or ".join("None" if item is type(None) else _type_text(item) for item in inner)
    if origin in (tuple, frozenset):
        return f"a {origin.__name__} of {getattr(inner[0], '__name__', inner[0])}"
    if inner and not isinstance(inner[0], type | list):
        return "one of " + ", ".join(map(str, inner))
    name = str(getattr(origin or hint, "__name__", hint))
    return {"str": "text", "float": "a number", "bool": "True or False", "Callable": "a function"}.get(
        name, f"a {name}"
    )


def _exercise(exercise: Exercise) -> Iterator[Finding]:
    if not is_name(exercise.name):
        yield Finding(f"the name {exercise.name!r} is not lower case with hyphens", field="name")
    for name in ("title", "source", "film"):
        yield from _text(getattr(exercise, name), name, "")
    yield from _held(exercise) if exercise.is_hold else _moved(exercise)
    if not exercise.views or View.UNKNOWN in exercise.views:
        yield Finding("views must name at least one view, and not View.UNKNOWN", field="views")
    for item in exercise.unobservable:
        if not all((item.statement, item.says, item.reason)):
            yield Finding("what is not judged needs statement, says and reason", field="unobservable")
    yield from _together(exercise)


def _moved(exercise: Exercise) -> Iterator[Finding]:
    """Check what repetitions are counted by."""
    signal = MEASURES.get(exercise.signal)
    if signal is None:
        yield Finding(no_measure(exercise.signal), field="signal")
    elif exercise.min_range <= 2 * signal.errors.change:
        least = quantity(2 * signal.errors.change, signal.unit)
        yield Finding(
            f"min_range must be more than {least}, twice the error of {signal.name}: less counts noise as "
            "repetitions",
            field="min_range",
        )
    if exercise.max_s is not None and not exercise.max_s > SHORTEST_S:
        yield Finding(f"max_s must be more than {SHORTEST_S:g} s: no repetition is shorter", field="max_s")
    if signal is not None:
        yield from _sides(exercise, signal)


def _held(exercise: Exercise) -> Iterator[Finding]:
    """Check what a hold is found by."""
    if exercise.signal:
        yield Finding("signal must be left out: the gates say when a hold is held", field="signal")
    if not exercise.held_by:
        yield Finding(
            "a hold needs at least one gate with a measure: they say in each frame whether it is held",
            field="gates",
        )
    if exercise.min_hold_s < LEAST_HOLD_S:
        yield Finding(
            f"min_hold_s must be at least {LEAST_HOLD_S:g} s: a shorter stop is part of many movements",
            field="min_hold_s",
        )
    for rule in exercise.rules:
        if rule.measure and rule.when in (Phase.UP, Phase.DOWN, Phase.BOTTOM):
            yield Finding(f"a hold has no phase {rule.when.value}: use Phase.HOLD", rule.code, "when")
        if rule.from_start and rule.stat == "drift":
            yield Finding("stat='drift' is a change already: leave out from_start", rule.code, "from_start")


def _sides(exercise: Exercise, signal: Measure) -> Iterator[Finding]:
    if exercise.working is None:
        if not (signal.sided or exercise.both_work):
            yield Finding(
                f"working must say which side works, as {signal.name} has no sides; or side_of='both' that "
                "both do the same",
                field="side_of",
            )
    elif exercise.both_work:
        yield Finding(
            "working must be left out: side_of='both' says that both sides do the same", field="working"
        )
    elif signal.sided:
        yield Finding(
            f"working must be left out: the side whose {signal.name} moves more is working (where both do "
            "the same, write side_of='both')",
            field="working",
        )


def _together(exercise: Exercise) -> Iterator[Finding]:
    rules = exercise.rules
    if not rules:
        yield Finding("rules is empty: there is nothing to check", field="rules")
        return
    for attribute in ("code", "name"):
        given = [getattr(rule, attribute) for rule in rules]
        for value in sorted({value for value in given if given.count(value) > 1}):
            yield Finding(f"two rules have the {attribute} {value}", field="rules")
    total = sum(rule.weight for rule in rules)
    if abs(total - 100.0) > 1e-6:
        yield Finding(f"the weights of the rules add up to {total:g}, not to 100", field="rules")
    safety = [rule.priority for rule in rules if rule.safety]
    others = [rule.priority for rule in rules if not rule.safety]
    if safety and others and max(safety) >= min(others):
        yield Finding("every safety rule needs a smaller priority number than all others", field="rules")
    if not safety:
        yield Finding("no rule is marked safety=True: is nothing in it a risk?", field="rules", hint=True)
    names = {rule.name for rule in rules}
    for rule in rules:
        for other in sorted(rule.against - names):
            yield Finding(f"against names {other}, which is no fault of this exercise", rule.code, "against")


def _rule(rule: Rule, exercise: Exercise) -> Iterator[Finding]:
    code = rule.code
    if not _CODE.fullmatch(code):
        yield Finding(f"the code {code!r} is not three capitals and two digits, such as ABC01", code, "code")
    if not is_name(rule.name):
        yield Finding(f"the name {rule.name!r} is not lower case with hyphens", code, "name")
    for name in ("statement", "says", "why", "source", "cue", "remedy"):
        yield from _text(getattr(rule, name), name, code)
    yield from _limit(rule)
    for name in ("cue", "cue_minus"):
        words = len(getattr(rule, name).split())
        if words > MAX_CUE_WORDS:
            yield Finding(f"{name} has {words} words; more than {MAX_CUE_WORDS} nobody hears", code, name)
    yield from _places(rule, exercise)
    if rule.over_s < 0:
        yield Finding("over_s must not be negative", code, "over_s")
    if rule.weight < 0:
        yield Finding("weight must not be negative", code, "weight")


def _places(rule: Rule, exercise: Exercise) -> Iterator[Finding]:
    code = rule.code
    if View.UNKNOWN in rule.views | rule.found_from:
        yield Finding("views must not name View.UNKNOWN: nothing is judged from there", code, "views")
    if rule.views & rule.found_from:
        yield Finding("found_from names a view that views names: it is judged from there", code, "found_from")
    if exercise.views and not rule.views & exercise.views and "No camera angle" not in rule.remedy:
        yield Finding("views shares no view with those in which repetitions are counted", code, "views")


def _limit(rule: Rule) -> Iterator[Finding]:
    code, limit = rule.code, rule.limit
    if limit.fault is not None and (limit.fault - limit.warn) * limit.sign <= 0:
        word, order = ("Above", "larger") if limit.sign > 0 else ("Below", "smaller")
        yield Finding(
            f"the limits are the wrong way round: in {word}(warn, fault) fault is the {order} one "
            f"(here {limit.warn:g}, {limit.fault:g})",
            code,
            "limit",
        )
    if says := _ideal_wrong(limit, rule.value_unit):
        yield Finding(says, code, "limit", hint=limit.ideal is None)
    if limit.both and limit.sign < 0:
        yield Finding("both=True is for Above only", code, "limit")
    if rule.cue_minus and not limit.both:
        yield Finding("cue_minus is only for limits with both=True", code, "cue_minus")


def _ideal_wrong(limit: Limit, unit: str) -> str:
    """Return what is wrong with the ideal of some limits, or with zero in its place, or nothing."""
    ideal = 0.0 if limit.ideal is None else limit.ideal
    if limit.both or (limit.warn - ideal) * limit.sign > 0:
        return ""
    if limit.ideal is not None:
        return f"ideal={limit.ideal:g} must lie on the good side of {limit.warn:g}, here it is flagged itself"
    if unit == "s":
        return ""  # a time is multiplied: there is none below zero
    return (
        "profiles take zero for ideal form, and it lies on the wrong side of these limits: say ideal=, such "
        "as 90 for an upright trunk (math.inf where more is always better)"
    )


def _text(text: str, name: str, code: str) -> Iterator[Finding]:
    if not text.strip():
        yield Finding(f"{name} is empty", code, name)
    elif TO_DO in text:
        yield Finding(f"{name} still says {TO_DO}", code, name, hint=True)


def _examples(rule: Rule) -> Iterator[Finding]:
    unit, limit = rule.value_unit, rule.limit
    limits = limit_text(limit.warn, limit.fault, unit, sign=limit.sign, both=limit.both)
    for name, examples in (("passes", rule.passes), ("fails", rule.fails)):
        if not examples:
            yield Finding(f"{name} holds no example", rule.code, name)
        for example in examples:
            if reason := example_wrong(rule, example, fails=name == "fails"):
                yield Finding(f"{reason} ({limits})", rule.code, name)
    judged = [judge_example(rule, example) for example in rule.fails]
    if judged and limit.fault is not None and Status.FAULT not in judged:
        yield Finding(f"no example in fails is past the fault limit ({limits})", rule.code, "fails")


def example_wrong(rule: Rule, example: Example, *, fails: bool) -> str:
    """Say what an example is judged instead of what it should be; empty where it does what it says."""
    status = judge_example(rule, example)
    if status is not Status.NOT_JUDGED and (status in _FLAGGED) == fails:
        return ""
    value = quantity(example.value, rule.value_unit, example.uncertainty or None)
    return f"the example {value} in {'fails' if fails else 'passes'} is judged {_WORDS[status]}"
