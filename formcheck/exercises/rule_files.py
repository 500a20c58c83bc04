"""Runs rule files from any folder, and finds the lines where rules are declared and errors arise."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import sys
import traceback
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from enum import EnumMeta
from hashlib import sha256
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType

from formcheck.errors import RuleFileError, UsageError
from formcheck.exercises import rule as contract
from formcheck.exercises.rule import Exercise
from formcheck.files import kinds
from formcheck.measures.measure import kept_if_fine

_PREFIX = "_formcheck_rules_"


def rule_files(path: Path) -> list[Path]:
    """Return a rule file as it is, or those of a folder, sorted, without helper (`_...`) and hidden files.

    Raises:
        UsageError: If there is no such file or folder, or the file is not Python.
    """
    if path.is_dir():
        return [file for file in sorted(path.glob("*.py")) if not file.name.startswith(("_", "."))]
    if not os.path.lexists(path):
        raise UsageError(f"there is no rule file or folder {path}; check the name")
    if path.suffix != ".py":
        raise UsageError(f"{path} is no rule file: name a Python file (.py), or a folder of them")
    return [path]


def load(path: Path) -> Exercise:
    """Run a rule file and return its `EXERCISE`.

    It is run as a module of its folder, so `from ._shared import ...` finds a helper beside it. Nothing is
    kept from an earlier run, and nothing is written beside it.

    Raises:
        RuleFileError: If it cannot be read or run, or declares no exercise.
    """
    if wrong := kinds.trouble(path):
        raise RuleFileError(path, f"it {wrong}")
    package = f"{_PREFIX}{sha256(os.fsencode(path.parent.resolve())).hexdigest()[:12]}"
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}._")]:
        del sys.modules[name]  # helpers may have changed; exercises loaded before keep theirs
    parent = ModuleType(package)
    parent.__path__ = [str(path.parent)]
    sys.modules[package] = parent
    name = f"{package}.{path.stem.replace('.', '_')}"
    loader = SourceFileLoader(name, str(path))
    module = importlib.util.module_from_spec(ModuleSpec(name, loader, origin=str(path)))
    module.__file__ = str(path)
    sys.modules[name] = module
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # whatever is really wrong is said below
            code = loader.source_to_code(path.read_bytes(), str(path))
        with kept_if_fine():
            exec(code, module.__dict__)
    except SyntaxError as error:
        where = error.lineno if error.filename == str(path) else None
        raise RuleFileError(path, f"this is not Python: {error.msg}", where) from error
    except OSError as error:
        raise RuleFileError(path, f"it cannot be read: {error.strerror or error}") from error
    except (Exception, SystemExit) as error:  # a user's file may fail in any way
        raise RuleFileError(path, said(error), _field_line(error, path) or line_of(error, path)) from error
    finally:
        sys.dont_write_bytecode = writes
    return declared(module, path)


def declared(module: ModuleType, path: Path) -> Exercise:
    """Return the exercise a module declares.

    Raises:
        RuleFileError: If it declares none.
    """
    found = getattr(module, "EXERCISE", None)
    if isinstance(found, Exercise):
        return found
    what = "it declares no EXERCISE" if found is None else f"its EXERCISE is a {type(found).__name__}"
    raise RuleFileError(path, f"{what}; `formcheck new-exercise NAME` writes a file that does")


def line_of(error: BaseException, path: Path) -> int | None:
    """Return the line of a file in which an error arose, the innermost one."""
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
    ]
    return lines[-1] if lines else None


def blame(error: BaseException, files: Collection[Path] = ()) -> RuleFileError | None:
    """Return an error that names the rule file in which another one arose; None if it arose elsewhere.

    Args:
        error: What was raised.
        files: Rule files besides those that `load` ran.
    """
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        path = Path(frame.f_code.co_filename)
        if str(frame.f_globals.get("__name__", "")).startswith(_PREFIX) or path in files:
            return RuleFileError(path, f"{frame.f_code.co_name} failed: {said(error)}", line)
    return None


def said(error: BaseException) -> str:
    """Return the text of an error. Wrong or missing fields are told in the terms of rule files."""
    text = " ".join(str(error).split())
    if hint := _meant(error, text):
        return hint
    if missing := re.match(r"(\w+)\.__init__\(\) missing .*?: (.*)", text):
        return f"{missing[1]} lacks {missing[2].replace(chr(39), '')}"
    return text if isinstance(error, ValueError) and text else f"{type(error).__name__}: {text}"


_UNKNOWN = re.compile(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'")
_NO_MEASURE = re.compile(r"there is no measure (\w+)")
_NOT_IMPORTED = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")


def _meant(error: BaseException, text: str) -> str:
    """Say what was most likely meant by a name that there is not; empty where the error is another one."""
    if unknown := _UNKNOWN.match(text):
        if unknown[1] == "Exercise" and unknown[2] in contract.REPLACED:
            return f"{unknown[1]} no longer has {unknown[2]}: {contract.REPLACED[unknown[2]]}"
        kind = getattr(contract, unknown[1], None)
        known = [field.name for field in fields(kind)] if is_dataclass(kind) else []
        return f"{unknown[1]} has no field {unknown[2]}; {nearest(unknown[2], known)}"
    if isinstance(error, AttributeError) and isinstance(error.obj, EnumMeta):
        kind_, name = error.obj, str(error.name)
        return f"{kind_.__name__} has no {name}; {nearest(name, list(kind_.__members__))}"
    if absent := _NOT_IMPORTED.match(text):
        there = [name for name in dir(sys.modules.get(absent[2])) if not name.startswith("_")]
        return f"{absent[2]} has no {absent[1]}; {nearest(absent[1], there)}"
    return ""


def nearest(name: str, known: Sequence[str]) -> str:
    """Return a question for the nearest known name, or else all names that there are."""
    by_case = {one.lower(): one for one in known}
    near = get_close_matches(name.lower(), by_case, n=1, cutoff=0.5)
    return f"did you mean {by_case[near[0]]}?" if near else f"there are {', '.join(known)}"


def _field_line(error: BaseException, path: Path) -> int | None:
    """Return the line on which a field or a measure is written that there is not."""
    text = " ".join(str(error).split())
    words = [word for node in ast.walk(parsed(path)) if isinstance(node, ast.Call) for word in node.keywords]
    lines: list[int] = []
    if unknown := _UNKNOWN.match(text):
        lines = [word.lineno for word in words if word.arg == unknown[2]]
    elif unmeasured := _NO_MEASURE.search(text):
        values = [word.value for word in words]
        lines = [one.lineno for one in values if isinstance(one, ast.Constant) and one.value == unmeasured[1]]
    return lines[0] if lines else None


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a rule file, empty where it is not Python. The file is not run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file on which its exercise, its rules and their fields are written.

    Attributes:
        fields: Lines by rule code (empty for the exercise) and field name (empty for the call itself).
    """

    fields: dict[tuple[str, str], int]

    @classmethod
    def of(cls, path: Path) -> Lines:
        """Read a file; one that is not Python has no lines."""
        tree = parsed(path)
        found: dict[tuple[str, str], int] = {}
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name | ast.Attribute):
                continue
            called = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            given = {item.arg: item.value for item in call.keywords if item.arg}
            code = given.get("code")
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                owner = code.value
            elif called == "Exercise":
                owner = ""
            else:
                continue
            found[(owner, "")] = call.lineno
            found |= {(owner, name): value.lineno for name, value in given.items()}
        return cls(found)

    def at(self, code: str, field: str = "") -> int | None:
        """Return the line of a field of a rule, or else of the rule. An empty code means the exercise."""
        return self.fields.get((code, field)) or self.fields.get((code, ""))
