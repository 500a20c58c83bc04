"""formcheck watches a person train and says what is wrong with their form, and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .clips import analyze, analyze_clip, read_baseline
    from .limits import with_limits
    from .pipeline import Analysis, Session
    from .profiles import Profile
    from .report.model import Report
    from .track import Track

__all__ = [
    "Analysis",
    "Profile",
    "Report",
    "Session",
    "Track",
    "analyze",
    "analyze_clip",
    "read_baseline",
    "with_limits",
]

_HOME = {
    "Analysis": "pipeline",
    "Profile": "profiles",
    "Report": "report.model",
    "Session": "pipeline",
    "Track": "track",
    "analyze": "clips",
    "analyze_clip": "clips",
    "read_baseline": "clips",
    "with_limits": "limits",
}


def __getattr__(name: str) -> Any:
    """Import public names when first used: `formcheck --help` must not wait for SciPy and OpenCV."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)
