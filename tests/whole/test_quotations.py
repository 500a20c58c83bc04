"""What the source documents say is told in the project's own words; only their titles are quoted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.quotations import hashes_of, known, quoted, texts_in, texts_of

from formcheck.exercises import catalog
from formcheck.exercises.explain import catalogue_markdown, explain
from formcheck.rule import Exercise

ROOT = Path(__file__).parents[2]
KINDS = {".py", ".md", ".j2", ".js", ".toml"}
EXERCISES = list(catalog.exercises().values())


def files() -> Iterator[Path]:
    yield from ROOT.glob("*.md")
    for folder in ("formcheck", "rules", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in KINDS and "vendor" not in path.parts:
                yield path


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_an_exercise_is_told_in_own_words(exercise: Exercise) -> None:
    declared = [exercise, exercise.pause(3.0) if exercise.pause else ()]
    texts = [*texts_of(declared), explain(exercise.name)]
    assert {text: parts for text in texts if (parts := quoted(text))} == {}


def test_the_catalogue_page_is_told_in_own_words() -> None:
    assert quoted(catalogue_markdown()) == []


@pytest.mark.slow
def test_every_file_is_written_in_own_words() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {part}"
        for path in files()
        for text in texts_in(path)
        for part in quoted(text)
    ]
    assert found == []


def test_a_copied_sentence_is_found_and_a_title_may_be_named() -> None:
    document = "Title: How to stand on one leg for long\n\nLook ahead. Then lift one foot, and wait a while."
    hashes = hashes_of(document)
    said = "The page says: 'look ahead, then lift one foot' (with more)."
    assert quoted(said, hashes) == ["look ahead then lift one foot"]
    assert quoted("Look far ahead, then lift one foot slowly.", hashes) == []
    assert quoted("Source: How to stand on one leg for long", hashes) == []
    assert len(known()) > 1000
