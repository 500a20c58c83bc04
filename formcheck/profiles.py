"""How strict the limits are."""

from __future__ import annotations

from dataclasses import replace

from .errors import UsageError
from .rule import Exercise, Limit

PROFILES: dict[str, float] = {"standard": 1.0, "strict": 0.8, "beginner": 1.3}
"""How far each profile moves the limits away from ideal form (1.3: 30 % more room)."""


def limits(exercise: Exercise, profile: str) -> dict[str, Limit]:
    """Return the limits of an exercise's rules, by code.

    Limits where more is worse are multiplied; where less is worse (a hold, a lowering time, a shortfall
    below zero) a positive limit is divided, a negative one multiplied, so that more room is more room.

    Raises:
        UsageError: If there is no such profile.
    """
    if profile not in PROFILES:
        raise UsageError(f"there is no profile {profile!r}; there are {', '.join(PROFILES)}")
    room = PROFILES[profile]
    return {rule.code: _scaled(rule.limit, room) for rule in exercise.rules}


def _scaled(limit: Limit, room: float) -> Limit:
    def move(value: float) -> float:
        grows = (value >= 0) == (limit.sign > 0)
        return value * room if grows else value / room

    return replace(limit, warn=move(limit.warn), fault=None if limit.fault is None else move(limit.fault))
