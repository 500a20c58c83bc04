"""Finds word for word copies of the source documents without having them: only hashes are kept.

`quotations.txt` holds a hash of every run of six words of the documents, without their titles and addresses.
`python tests/support/quotations.py DOCUMENT... > quotations.txt` writes it anew.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

RUN = 6
"""Words in a row that make a quotation."""
_HASHES = Path(__file__).with_suffix(".txt")
_DIGITS = 10  # of a hash: a chance hit among all texts of the project is less likely than 1 in 10 000
_CITED = ("Title:", "URL:", "Illustrated guide to")  # lines that name a document, not what it says


def words(text: str) -> list[str]:
    """Return the words of a text in small letters, without punctuation."""
    return re.findall(r"[a-z0-9]+", re.sub("['’]", "", text.lower()))


def hashed(run: Iterable[str]) -> str:
    return sha256(" ".join(run).encode()).hexdigest()[:_DIGITS]


def hashes_of(document: str) -> set[str]:
    """Return the hashes of all runs of words of a document."""
    cited = [line for line in document.splitlines() if line.startswith(_CITED)]
    named = {run for line in cited for run in _runs(words(line))}
    body = "\n".join(line for line in document.splitlines() if line not in cited)
    return {hashed(run) for run in _runs(words(body)) if run not in named}


@cache
def known() -> frozenset[str]:
    """Return the hashes that are kept."""
    return frozenset(_HASHES.read_text("ascii").split())


def quoted(text: str, hashes: Iterable[str] | None = None) -> list[str]:
    """Return the parts of a text that stand in a source document word for word."""
    kept = known() if hashes is None else frozenset(hashes)
    parts: list[str] = []
    last = -1
    for start, run in enumerate(_runs(words(text))):
        if hashed(run) not in kept:
            continue
        if parts and start == last + 1:
            parts[-1] += f" {run[-1]}"
        else:
            parts.append(" ".join(run))
        last = start
    return parts


def texts_of(thing: Any) -> Iterator[str]:
    """Give all texts that a declaration holds, in whatever depth."""
    if isinstance(thing, str):
        yield thing
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from texts_of(getattr(thing, field.name))
    elif isinstance(thing, (tuple, list)):
        for each in thing:
            yield from texts_of(each)


def texts_in(path: Path) -> Iterator[str]:
    """Give the texts of a file: of Python its strings and blocks of comments, of others the whole."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        yield text
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "0" for part in node.values)
            yield "".join(str(part) for part in parts)
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    yield "\n".join(token.string for token in tokens if token.type == tokenize.COMMENT)


def _runs(said: list[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(said[i : i + RUN]) for i in range(len(said) - RUN + 1))


if __name__ == "__main__":
    found = set().union(*(hashes_of(Path(name).read_text("utf-8")) for name in sys.argv[1:]))
    sys.stdout.write("\n".join(sorted(found)) + "\n")
