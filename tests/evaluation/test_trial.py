"""The samples that rule files are tried on."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.evaluation import trial
from formcheck.exercises import catalog
from formcheck.judging.recognition import recognisable, recognise


@pytest.mark.parametrize("at", range(len(trial.SAMPLES)))
def test_every_sample_is_recognised_as_what_it_shows(at: int) -> None:
    sample = trial.samples()[at]
    sets = recognise(sample.footage, recognisable(list(catalog.exercises().values()))).sets
    assert [one.exercise.name for one in sets] == [sample.exercise]
    assert sum(one.full for one in sets) >= 2
    assert (sets[0].confidence or 0.0) > 0.9


def test_the_samples_are_those_of_the_table_and_small() -> None:
    files = {path.stem: path for path in Path(trial.__file__).with_name("data").glob("*.npz")}
    assert files.keys() == trial.SAMPLES.keys()
    assert sum(path.stat().st_size for path in files.values()) < 700_000


@pytest.mark.parametrize("name", sorted(catalog.exercises()))
def test_our_own_exercises_fail_on_no_sample(name: str) -> None:
    assert trial.trial(catalog.exercise(name), installed=True) == []
