"""Finds exercises: the files in `rules/`, installed plug-ins, and folders named by the user."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from .errors import UsageError
from .modes import every_rule
from .rule import Exercise, Rule

GROUP = "formcheck.exercises"
"""Entry-point group by which other packages add exercises: each entry loads an `Exercise`."""

_added: dict[str, Exercise] = {}


def exercises() -> dict[str, Exercise]:
    """Return all exercises by name, sorted.

    Raises:
        UsageError: If two exercises share a name or two rules a code.
    """
    found = {**_installed(), **_added}
    return dict(sorted(found.items()))


AUTO = "auto"
"""What stands for the exercise that is recognised."""


def chosen(name: str | None) -> Exercise | None:
    """Return the exercise of a name, or None where it is to be recognised (`auto`, or no name).

    Raises:
        UsageError: As of `exercise`.
    """
    return None if name in (None, AUTO) else exercise(str(name))


def exercise(name: str) -> Exercise:
    """Return an exercise by name.

    Raises:
        UsageError: If there is none; the nearest name is suggested.
    """
    known = exercises()
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
    raise UsageError(f"there is no exercise {name!r}; {hint}")


def find_rules(code_or_name: str) -> list[tuple[Exercise, Rule]]:
    """Return the rules of a code (one) or of a fault name (one an exercise); empty where there is none."""
    wanted = code_or_name.lower()
    return [
        (item, rule)
        for item in exercises().values()
        for rule in every_rule(item)
        if wanted in (rule.code.lower(), rule.name)
    ]


def load_folder(folder: Path) -> list[Exercise]:
    """Add the exercises declared in a folder's Python files.

    Raises:
        UsageError: If the folder or a file's `EXERCISE` is missing, a file does not import, or a name or
            code is taken.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder} with rule files")
    loaded = []
    for path in sorted(folder.glob("*.py")):
        if path.name.startswith("_"):
            continue
        loaded.append(_declared(_import_file(path)))
        _add(_added, loaded[-1], against=_installed())
    return loaded


def _import_file(path: Path) -> ModuleType:
    name = f"_formcheck_rules_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # a user's file may fail in any way
        raise UsageError(f"the rule file {path} does not import: {error!r}") from error
    return module


@cache
def _installed() -> dict[str, Exercise]:
    found: dict[str, Exercise] = {}
    try:
        rules = importlib.import_module("formcheck.rules")
    except ModuleNotFoundError as error:
        raise UsageError("formcheck is not installed; run `pip install -e .` in its folder first") from error
    for info in sorted(pkgutil.iter_modules(rules.__path__), key=lambda info: info.name):
        if not info.name.startswith("_"):
            _add(found, _declared(importlib.import_module(f"formcheck.rules.{info.name}")))
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        _add(found, entry.load())
    return found


def _declared(module: ModuleType) -> Exercise:
    declared = getattr(module, "EXERCISE", None)
    if not isinstance(declared, Exercise):
        raise UsageError(f"{module.__file__} declares no EXERCISE; see rules/README.md")
    return declared


def _add(found: dict[str, Exercise], new: Exercise, against: dict[str, Exercise] | None = None) -> None:
    others = {**(against or {}), **found}
    if new.name in others:
        raise UsageError(f"there are two exercises called {new.name}; rename one")
    taken = {rule.code: other.name for other in others.values() for rule in every_rule(other)}
    codes = [rule.code for rule in every_rule(new)]
    for code in codes:
        if code in taken or codes.count(code) > 1:
            raise UsageError(f"the rule code {code} of {new.name} is taken by {taken.get(code, new.name)}")
    found[new.name] = new
