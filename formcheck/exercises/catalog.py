"""Finds exercises: the files in `rules/`, installed plug-ins, and folders named by the user."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from formcheck.errors import UsageError
from formcheck.exercises.modes import every_rule
from formcheck.exercises.rule import Exercise, Rule
from formcheck.exercises.rule_files import declared, load, rule_files, said
from formcheck.measures.measure import MEASURES, restore

log = logging.getLogger(__name__)

GROUP = "formcheck.exercises"
"""Entry-point group by which other packages add exercises: each entry loads an `Exercise`."""

added: dict[str, Exercise] = {}
"""Those of folders that the user named, by name."""
_homes: dict[str, Path] = {}


def exercises() -> dict[str, Exercise]:
    """Return all exercises by name, sorted.

    Raises:
        UsageError: If two exercises share a name or two rules a code.
    """
    found = {**_installed(), **added}
    return dict(sorted(found.items()))


AUTO = "auto"
"""The name to give where the exercise is to be recognised."""


def chosen(name: str | None) -> Exercise | None:
    """Return the exercise of a name, or None where it is to be recognised (`auto`, or no name).

    Raises:
        UsageError: If there is none; see `exercise`.
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
    """Return the rule of a code, or the rules of a fault name: at most one for each exercise."""
    wanted = code_or_name.lower()
    return [
        (item, rule)
        for item in exercises().values()
        for rule in every_rule(item)
        if wanted in (rule.code.lower(), rule.name)
    ]


def home(name: str) -> Path | None:
    """Return the file of an installed exercise, or None where it is not known."""
    return _homes.get(name) if name in _installed() else None


def plug_ins() -> set[Path]:
    """Return the files of the exercises from other packages that have been loaded so far."""
    ours = importlib.import_module("formcheck.rules").__path__
    return {path for path in _homes.values() if str(path.parent) not in ours}


def comes_from(name: str, path: Path) -> bool:
    """Return whether the installed exercise of this name was read from this file or from a copy of it."""
    installed = home(name)
    return installed is not None and installed.is_file() and installed.read_bytes() == path.read_bytes()


def add(new: Exercise) -> None:
    """Add an exercise for the rest of the process.

    Raises:
        UsageError: If its name or one of its codes is taken.
    """
    _add(added, new, against=_installed())


@contextmanager
def for_a_while() -> Iterator[None]:
    """Remove at the end of a `with` block the exercises, and their measures, that were added in it."""
    before, measures = dict(added), dict(MEASURES)
    try:
        yield
    finally:
        added.clear()
        added.update(before)
        restore(measures)


def load_folder(path: Path) -> list[Exercise]:
    """Add the exercise of a rule file, or those of a folder's Python files.

    Raises:
        UsageError: If there is no such file or folder, a file's `EXERCISE` is missing, a file does not
            import, or a name or code is taken.
    """
    loaded = []
    for file in rule_files(path):
        loaded.append(load(file))
        if not comes_from(loaded[-1].name, file):
            add(loaded[-1])
    return loaded


@cache
def _installed() -> dict[str, Exercise]:
    found: dict[str, Exercise] = {}
    try:
        rules = importlib.import_module("formcheck.rules")
    except ModuleNotFoundError as error:
        raise UsageError("formcheck is not installed; run `pip install -e .` in its folder first") from error
    for info in sorted(pkgutil.iter_modules(rules.__path__), key=lambda info: info.name):
        if not info.name.startswith("_"):
            module = importlib.import_module(f"formcheck.rules.{info.name}")
            path = Path(module.__file__ or info.name)
            new = declared(module, path)
            _add(found, new)
            _homes[new.name] = path
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        _plug_in(found, entry)
    return found


def _plug_in(found: dict[str, Exercise], entry: EntryPoint) -> None:
    """Add the exercise of another package. One that cannot be used is left out with a warning."""
    try:
        new = entry.load()
        if not isinstance(new, Exercise):
            raise UsageError(f"{entry.value} is not an Exercise")
        _add(found, new)
    except Exception as error:
        package = entry.dist.name if entry.dist else entry.name
        text = str(error) if isinstance(error, UsageError) else said(error)
        log.warning("the plug-in %s is left out: %s", package, text)
        return
    module = sys.modules.get(entry.module)
    if module is not None and module.__file__:
        _homes[new.name] = Path(module.__file__)


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


def nothing_called(name: str) -> UsageError:
    """Return the error for an unknown exercise, rule or fault. It suggests the nearest known name."""
    known = exercises()
    rules = [rule for item in known.values() for rule in item.rules]
    names = [*known, *(rule.name for rule in rules), *(rule.code for rule in rules)]
    near = [
        match
        for form in (name.lower(), name.upper())
        for match in get_close_matches(form, names, n=1, cutoff=0.5)
    ]
    hint = f"did you mean {near[0]}?" if near else f"exercises are {', '.join(known)}."
    return UsageError(f"there is no exercise, rule or fault {name!r}; {hint}")
