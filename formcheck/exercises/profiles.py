"""How strict the limits are: a named profile, and a user's own limits on top."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from formcheck.errors import UsageError
from formcheck.exercises import catalog
from formcheck.exercises.catalog import nothing_called
from formcheck.exercises.rule import Exercise, Limit, Rule
from formcheck.files.reading import read_toml

PROFILES: dict[str, float] = {"standard": 1.0, "strict": 0.8, "beginner": 1.3}
"""Factor by which each profile moves the limits away from ideal form (1.3 allows 30 % more)."""
FROM_ZERO = 60.0
"""Degrees or percent. Where a rule does not name its ideal, that is zero for limits below this. For larger
ones it is not known, so no profile moves them."""


@dataclass(frozen=True, slots=True)
class OwnLimit:
    """What a user changes in one rule. None keeps the limit of the profile.

    Attributes:
        warn: Limit of good form, in the unit of the rule's value.
        fault: Limit of a fault.
        off: Whether the rule is left out.
    """

    warn: float | None = None
    fault: float | None = None
    off: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """Limits to judge by.

    Attributes:
        name: For the report, such as `strict` or `standard + my.toml`.
        room: Factor by which limits move away from ideal form.
        own: A user's own changes, by rule code.
    """

    name: str = "standard"
    room: float = 1.0
    own: Mapping[str, OwnLimit] = field(default_factory=dict)

    @classmethod
    def named(cls, name: str) -> Profile:
        """Return one of `PROFILES`.

        Raises:
            UsageError: If there is no such profile.
        """
        if name not in PROFILES:
            raise UsageError(f"there is no profile {name!r}; there are {', '.join(PROFILES)}")
        return cls(name, PROFILES[name])

    def limit(self, rule: Rule) -> Limit:
        """Return the limit to judge a rule by.

        A larger `room` always allows more. Where the rule names its ideal, the distance from there is
        multiplied by it. Else the ideal is zero: a limit is multiplied where more is worse. Where less is
        worse (a hold, a lowering time, a lockout that falls short), a positive limit is divided and a
        negative one multiplied. Limits of `FROM_ZERO` or more do not move, except times. A user's own limits
        are used as given.
        """
        limit, own = _scaled(rule, self.room), self.own.get(rule.code, OwnLimit())
        return replace(
            limit,
            warn=limit.warn if own.warn is None else own.warn,
            fault=limit.fault if own.fault is None else own.fault,
        )

    def tune(self, exercise: Exercise) -> Exercise:
        """Return an exercise with these limits, without the rules the user left out."""
        rules = [rule for rule in exercise.rules if not self._off(rule)]
        return replace(exercise, rules=tuple(replace(rule, limit=self.limit(rule)) for rule in rules))

    def left_out(self, exercise: Exercise) -> tuple[str, ...]:
        """Return the names of an exercise's rules that the user left out."""
        return tuple(rule.name for rule in exercise.rules if self._off(rule))

    def _off(self, rule: Rule) -> bool:
        return rule.code in self.own and self.own[rule.code].off


def limits(exercise: Exercise, profile: str) -> dict[str, Limit]:
    """Return the limits of an exercise's rules by code, for a named profile; see `Profile`."""
    chosen = Profile.named(profile)
    return {rule.code: chosen.limit(rule) for rule in exercise.rules}


def moves(rule: Rule) -> bool:
    """Whether profiles move the limits of a rule: only those whose ideal is known move."""
    limit = rule.limit
    if limit.ideal is not None:
        return math.isfinite(limit.ideal)
    return rule.value_unit == "s" or max(abs(limit.warn), abs(limit.fault or 0.0)) < FROM_ZERO


def _scaled(rule: Rule, room: float) -> Limit:
    limit = rule.limit
    if not moves(rule):
        return limit

    def move(value: float) -> float:
        if limit.ideal is not None:
            return limit.ideal + (value - limit.ideal) * room
        grows = (value >= 0) == (limit.sign > 0)
        return value * room if grows else value / room

    return replace(limit, warn=move(limit.warn), fault=None if limit.fault is None else move(limit.fault))


# A user's own limits: a TOML file of exercises and their rules, laid over a profile.
#
#     [single-leg-hip-thrust.shin-not-vertical]  # or the code, [single-leg-hip-thrust.SHT07]
#     warn = 10
#     fault = 18
#
#     [single-leg-hip-thrust.chin-up]
#     off = true
#
# Values are in the unit of the rule; `formcheck explain NAME --limits` prints such a file to start from.

_KEYS = ("warn", "fault", "off")


def with_limits(profile: Profile, path: str | Path) -> Profile:
    """Lay a file of limits over a profile.

    Raises:
        UsageError: If the file cannot be read or is not TOML, or if a name or a value in it is wrong.
    """
    path = Path(path)
    if not path.exists():
        raise UsageError(f"there is no file {path} with limits; check the name")
    data = read_toml(path, "the limits file")
    try:
        own = dict(_changes(data))
        laid = replace(profile, name=f"{profile.name} + {path.name}", own={**profile.own, **own})
        for item in catalog.exercises().values():
            for rule in item.rules:
                if rule.code in own:
                    _check_order(rule, laid.limit(rule))
    except UsageError as error:
        raise UsageError(f"the limits in {path} do not fit: {error}") from error
    return laid


def as_toml(name: str) -> str:
    """Return limits as the text of a file that `with_limits` reads.

    Args:
        name: An exercise, the code of a rule, or a fault.

    Raises:
        UsageError: If there is nothing of that name.
    """
    known = catalog.exercises()
    found = [(known[name], rule) for rule in known[name].rules] if name in known else catalog.find_rules(name)
    if not found:
        raise nothing_called(name)
    head = (
        "# Own limits, for `formcheck analyze CLIP --limits FILE`. Keep what you change, delete the rest:\n"
        "# the limits of the profile hold there. `off = true` leaves a rule out.\n"
    )
    return head + "".join(f"\n{_table(exercise, rule)}" for exercise, rule in found)


def _table(exercise: Exercise, rule: Rule) -> str:
    limit = rule.limit
    worse = "either way from 0" if limit.both else "more is worse" if limit.sign > 0 else "less is worse"
    fault = "# fault: none, it only warns" if limit.fault is None else f"fault = {limit.fault:g}"
    return (
        f"[{exercise.name}.{rule.name}]  # {rule.code}, {rule.value_unit}, {worse}\n"
        f"warn = {limit.warn:g}\n{fault}\n"
    )


def _changes(data: Mapping[str, Any]) -> Iterable[tuple[str, OwnLimit]]:
    """Yield the code of each changed rule with its changes."""
    seen: set[str] = set()
    for name, rules in data.items():
        if name in _KEYS:
            raise UsageError(f"{name} stands alone; put it below a line such as [exercise.fault]")
        exercise = catalog.exercise(name)
        if not isinstance(rules, dict):
            raise UsageError(f"{name} must hold rules, in tables such as [{name}.RULE]")
        for called, change in rules.items():
            rule = _rule(exercise, called)
            if rule.code in seen:
                raise UsageError(f"{rule.name} and {rule.code} are the same rule; keep one of the two tables")
            seen.add(rule.code)
            yield rule.code, _own(f"{name}.{called}", change)


def _rule(exercise: Exercise, called: str) -> Rule:
    names = {key.lower(): rule for rule in exercise.rules for key in (rule.name, rule.code)}
    if called.lower() in names:
        return names[called.lower()]
    near = get_close_matches(called.lower(), names, n=1, cutoff=0.5)
    if near:
        rule = names[near[0]]
        hint = f"did you mean {rule.code if near[0] == rule.code.lower() else rule.name}?"
    else:
        hint = f"see `formcheck explain {exercise.name} --limits`"
    raise UsageError(f"{exercise.name} has no rule {called!r}; {hint}")


def _own(where: str, change: object) -> OwnLimit:
    if not isinstance(change, dict):
        raise UsageError(f"{where} must be a table with warn, fault or off, not {_shown(change)}")
    for key in change:
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, n=1)
            hint = f"did you mean {near[0]}?" if near else "the keys are warn, fault and off"
            raise UsageError(f"{where} has the unknown key {key!r}; {hint}")
    off = change.get("off", False)
    if not isinstance(off, bool):
        raise UsageError(f"off of {where} must be true or false, not {_shown(off)}")
    return OwnLimit(_number(where, "warn", change), _number(where, "fault", change), off)


def _number(where: str, key: str, change: Mapping[str, object]) -> float | None:
    value = change.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(f"{key} of {where} must be a finite number, not {_shown(value)}")
    return float(value)


def _check_order(rule: Rule, limit: Limit) -> None:
    if limit.both and limit.warn <= 0:
        raise UsageError(f"warn of {rule.name} must be above 0: it is the distance from 0, either way")
    if limit.fault is not None and (limit.fault - limit.warn) * limit.sign < 0:
        worse = "more" if limit.sign > 0 else "less"
        raise UsageError(
            f"warn {limit.warn:g} of {rule.name} lies beyond its fault limit {limit.fault:g}, "
            f"and {worse} is worse; give both"
        )


def _shown(value: object) -> str:
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
