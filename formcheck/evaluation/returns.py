"""Finds functions of a rule file that can end without an answer, without running them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from formcheck.evaluation.rule_soundness import Finding
from formcheck.exercises.rule import Exercise
from formcheck.exercises.rule_files import parsed

_OWN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def unanswered(exercise: Exercise, path: Path) -> list[tuple[Finding, int]]:
    """Return a failure, with its line, for each function that must answer and can return None.

    Only what is certain is named: a `return` without a value, or an end that can be reached.

    Args:
        exercise: What the file declares.
        path: The file.
    """
    tree = parsed(path)
    written = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    found = []
    for code, field, function, wanted in _asked(exercise):
        plain = inspect.unwrap(function)
        node = written.get(getattr(plain, "__name__", ""))
        place = getattr(getattr(plain, "__code__", None), "co_filename", "")
        if node is not None and place == str(path) and (line := _without(node)) is not None:
            found.append((Finding(f"{node.name} can return None, not {wanted}", code, field), line))
    return found


def _asked(exercise: Exercise) -> Iterator[tuple[str, str, Callable[..., Any], str]]:
    """Give the functions that must answer: rule, field, function and what it must return."""
    for rule in exercise.rules:
        if rule.read is not None:
            yield rule.code, "read", rule.read, "a Reading"
    for gate in exercise.gates:
        if gate.read is not None:
            yield "", "gates", gate.read, "a Reading"
    if exercise.working is not None:
        yield "", "working", exercise.working, "a number"


def _without(node: ast.FunctionDef) -> int | None:
    """Return the line at which a function ends without a value; None where it does not, or generates."""
    own = list(_own_nodes(node))
    if any(isinstance(item, ast.Yield | ast.YieldFrom) for item in own):
        return None
    for item in own:
        if isinstance(item, ast.Return) and _is_none(item.value):
            return item.lineno
    return node.lineno if _reaches_end(node.body) else None


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Give what is below a node, without the functions that are defined in it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _OWN):
            yield from _own_nodes(child)


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _reaches_end(body: list[ast.stmt]) -> bool:
    """Whether control certainly can pass the end of a block, as far as that can be told from its form."""
    return not any(_stops(statement) for statement in body)


def _stops(statement: ast.stmt) -> bool:
    """Whether control may never pass a statement; where that cannot be told, it is believed."""
    if isinstance(statement, ast.If):
        return bool(statement.orelse) and not (_reaches_end(statement.body) or _reaches_end(statement.orelse))
    if isinstance(statement, ast.With):
        return not _reaches_end(statement.body)
    return isinstance(statement, ast.Return | ast.Raise | ast.While | ast.For | ast.Try | ast.Match)
