"""The samples that rule files are tried on."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.evaluation import trial
from formcheck.exercises import catalog
from formcheck.judging.recognition import recognisable, recognise

FILES = sorted(Path(trial.__file__).with_name("data").glob("*.npz"))


@pytest.mark.parametrize("at", range(len(FILES)), ids=[path.name for path in FILES])
def test_every_sample_is_recognised_as_what_its_name_says(at: int) -> None:
    sample = trial.samples()[at]
    sets = recognise(sample.footage, recognisable(list(catalog.exercises().values()))).sets
    assert [one.exercise.name for one in sets] == [sample.exercise] == [FILES[at].name.split(".")[0]]
    assert sum(one.full for one in sets) >= 2
    assert (sets[0].confidence or 0.0) > 0.9


def test_the_samples_are_small() -> None:
    assert len(FILES) >= 8
    assert sum(path.stat().st_size for path in FILES) < 700_000


@pytest.mark.parametrize("name", sorted(catalog.exercises()))
def test_our_own_exercises_fail_on_no_sample(name: str) -> None:
    assert trial.trial(catalog.exercise(name), installed=True) == []
