"""How strict the limits are: a named profile, and a user's own limits on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .errors import UsageError
from .rule import Exercise, Limit, Rule

PROFILES: dict[str, float] = {"standard": 1.0, "strict": 0.8, "beginner": 1.3}
"""How far each profile moves the limits away from ideal form (1.3: 30 % more room)."""
FROM_ZERO = 60.0
"""Degrees or percent from which on a limit is not one of distance from zero: an upright trunk is at 90 deg,
full depth at 100 %. Where its ideal lies is not known, so no profile moves it."""


@dataclass(frozen=True, slots=True)
class OwnLimit:
    """What a user changes of one rule; None keeps what the profile says.

    Attributes:
        warn: The limit of good form, in the unit of the rule's value.
        fault: The limit of a fault.
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
        room: How far limits move away from ideal form.
        own: A user's own changes by rule code; `formcheck.limits` reads them from a file.
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

        Limits where more is worse are multiplied; where less is worse (a hold, a lowering time, a
        shortfall below zero) a positive limit is divided, a negative one multiplied, so that more room is
        more room. Limits from `FROM_ZERO` on stay, except times. A user's own limits are taken as they are.
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
    """Whether profiles move the limits of a rule: those that say how far from zero a value may be."""
    limit = rule.limit
    return rule.value_unit == "s" or max(abs(limit.warn), abs(limit.fault or 0.0)) < FROM_ZERO


def _scaled(rule: Rule, room: float) -> Limit:
    limit = rule.limit
    if not moves(rule):
        return limit

    def move(value: float) -> float:
        grows = (value >= 0) == (limit.sign > 0)
        return value * room if grows else value / room

    return replace(limit, warn=move(limit.warn), fault=None if limit.fault is None else move(limit.fault))
