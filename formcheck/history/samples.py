"""The project's own sample clips: whoever tries formcheck with them has not trained."""

from __future__ import annotations

_SAMPLES = frozenset(
    [
        "ddbe66adf64d2aeb403622c8b1db54b968bb153a60f7745a2d3c7c221d7cf5ae",  # hip_thrust.mp4
        "8b18713eee6c37f7d32d2e1b3537f0e170d59b09d5a717e5317c33ff62583620",  # kickback.mp4
    ]
)
"""SHA-256 of the files: they are samples wherever they lie, and whatever they are called."""


def is_sample(sha256: str) -> bool:
    """Say whether a file's hash is that of a sample."""
    return sha256 in _SAMPLES
