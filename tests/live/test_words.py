from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.cli.app import run
from formcheck.errors import UsageError
from formcheck.exercises import catalog
from formcheck.live import words as wording
from formcheck.live.words import Texts, Words

EXERCISES = list(catalog.exercises().values())
GERMAN = """
language = "de"
[say]
ready = "Los."
cut_off = "{part} sind nicht im Bild. Kamera nach {way}."
[cues]
GKB01 = "Tiefer, Rücken gerade"
knee-bent = "Bein lang"
SHT09-minus = "Stange gerade"
[good]
no-hold = "ruhig gehalten"
"""


def load(tmp_path: Path, text: str) -> Texts:
    path = tmp_path / "my.toml"
    path.write_text(text, encoding="utf-8")
    return wording.load(path, EXERCISES)


def test_words_are_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    texts = load(tmp_path, GERMAN)
    assert texts.language == "de"
    assert texts.words.ready == "Los."
    assert texts.words.nobody == Words().nobody
    kick = {rule.name: rule for rule in texts.applied(catalog.exercise("glute-kickback")).rules}
    assert kick["lumbar-arching"].cue == "Tiefer, Rücken gerade"
    assert kick["knee-bent"].cue == "Bein lang"
    assert kick["no-hold"].good == "ruhig gehalten"
    assert kick["head-up"] == {r.name: r for r in catalog.exercise("glute-kickback").rules}["head-up"]
    thrust = {rule.code: rule for rule in texts.applied(catalog.exercise("single-leg-hip-thrust")).rules}
    assert thrust["SHT09"].cue_minus == "Stange gerade"
    assert thrust["SHT09"].cue.startswith("Working side is high")


def test_the_template_is_a_file_that_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["live", "--print-cues"]) == 0
    texts = load(tmp_path, capsys.readouterr().out)
    assert texts.words == Words()
    assert [texts.applied(exercise) for exercise in EXERCISES] == EXERCISES


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[cues]\nGKB99 = 'x'", "there is no text cues.GKB99"),
        ("[say]\nredy = 'x'", "did you mean ready"),
        ("[says]\nready = 'x'", "did you mean say"),
        ("[say]\nready = ''", "say.ready must be a text"),
        ("[say]\nready = 3", "say.ready must be a text"),
        ("say = 'x'", "must be a table"),
        ("[say]\nready = 'Go {name}'", r"cannot fill in \{name\}; it knows nothing"),
        ("[say]\ncut_off = '{parts}'", r"knows \{part\}, \{way\}"),
        ("[say]\ncut_off = '{part'", "brace"),
        ("[cues]\nGKB01 = 'one two three four five six seven eight nine'", "9 words"),
        ("[cues]\nGKB01-minus = 'x'", "there is no text cues.GKB01-minus"),
        ("ready = ", "not TOML"),
    ],
)
def test_what_does_not_fit_is_said(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        load(tmp_path, text)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--print-cues"):
        wording.load(tmp_path / "no.toml", EXERCISES)


def test_every_rule_that_counts_can_be_praised_and_contradicts_only_rules_there_are() -> None:
    for exercise in EXERCISES:
        names = {rule.name for rule in exercise.rules}
        for rule in exercise.rules:
            assert rule.against <= names - {rule.name}
            assert rule.good or rule.weight < 3, rule.name
