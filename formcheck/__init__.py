"""formcheck watches a person train and says what is wrong with their form, and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from formcheck.api import analyze, analyze_clip, read_baseline, read_track
    from formcheck.exercises.profiles import Profile, with_limits
    from formcheck.judging.settings import Settings
    from formcheck.pipeline import Session
    from formcheck.poses.track import Track
    from formcheck.report.analysis import Analysis
    from formcheck.report.model import Report

__all__ = [
    "Analysis",
    "Profile",
    "Report",
    "Session",
    "Settings",
    "Track",
    "analyze",
    "analyze_clip",
    "read_baseline",
    "read_track",
    "with_limits",
]

_HOME = {
    "Analysis": "report.analysis",
    "Profile": "exercises.profiles",
    "Report": "report.model",
    "Session": "pipeline",
    "Settings": "judging.settings",
    "Track": "poses.track",
    "analyze": "api",
    "analyze_clip": "api",
    "read_baseline": "api",
    "read_track": "api",
    "with_limits": "exercises.profiles",
}


def __getattr__(name: str) -> Any:
    """Import public names when first used: `formcheck --help` must not wait for SciPy and OpenCV."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)
