"""A user's own limits: what fits is used and said, what does not is one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.skeleton import kickbacks

from formcheck import Report, analyze
from formcheck.errors import UsageError
from formcheck.exercises import catalog
from formcheck.exercises.profiles import Profile, as_toml, with_limits
from formcheck.rule import Exercise, Rule, Status

EXERCISES = list(catalog.exercises().values())
KICKBACK = catalog.exercise("glute-kickback")
RULES = {rule.name: rule for rule in KICKBACK.rules}
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(text: str) -> Path:
        path = tmp_path / "my.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return file


def knee(report: Report) -> list[Status]:
    return [v.status for rep in report.reps for v in rep.verdicts if v.fault == "knee-bent"]


@pytest.mark.parametrize("called", ["knee-bent", "GKB02", "gkb02"])
def test_own_limits_take_the_place_of_the_profiles(write: Write, called: str) -> None:
    laid = with_limits(Profile.named("strict"), write(f"[glute-kickback.{called}]\nwarn = 18\nfault = 30.5"))
    limit = laid.limit(RULES["knee-bent"])
    assert (limit.warn, limit.fault, limit.sign) == (18.0, 30.5, 1)
    assert laid.name == "strict + my.toml"
    strict = Profile.named("strict")
    others = [rule for rule in KICKBACK.rules if rule.code != "GKB02"]
    assert [laid.limit(rule) for rule in others] == [strict.limit(rule) for rule in others]


def test_what_is_not_given_stays_with_the_profile(write: Write) -> None:
    path = write("[glute-kickback.knee-bent]\nwarn = 12\n[glute-kickback.head-up]\noff = false\n")
    laid = with_limits(Profile.named("beginner"), path)
    limit = laid.limit(RULES["knee-bent"])
    assert (limit.warn, limit.fault) == (12.0, 25.0 * 1.3)
    assert laid.left_out(KICKBACK) == ()


def test_a_rule_left_out_is_neither_judged_nor_counted(write: Write) -> None:
    path = write("[glute-kickback.head-up]\noff = true\nwarn = 9\n")
    tuned = with_limits(Profile(), path).tune(KICKBACK)
    assert {rule.name for rule in KICKBACK.rules} - {rule.name for rule in tuned.rules} == {"head-up"}


@pytest.mark.slow
def test_the_report_says_which_limits_were_used(write: Write, tmp_path: Path) -> None:
    track = tmp_path / "one.npz"
    kickbacks(knee_deg=40.0).save(track)
    assert knee(analyze(track)) == [Status.FAULT] * 3
    path = write("[glute-kickback.knee-bent]\nwarn = 50\nfault = 60\n[glute-kickback.head-up]\noff = true\n")
    for exercise in (None, "glute-kickback"):
        seen = analyze(track, exercise, limits=path)
        assert seen.profile == "standard + my.toml"
        assert knee(seen) == [Status.OK] * 3
        assert {(v.warn, v.fault_limit) for rep in seen.reps for v in rep.verdicts if v.rule == "GKB02"} == {
            (50.0, 60.0)
        }
        assert not any(v.fault == "head-up" for rep in seen.reps for v in rep.verdicts)
        assert any("Not checked" in note and "head-up" in note for note in seen.notes)
        assert all(cue.rule != "GKB02" for cue in seen.cues)  # spoken cues go by the same limits


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_the_printed_file_is_the_rules_own_limits(exercise: Exercise, write: Write) -> None:
    laid = with_limits(Profile.named("strict"), write(as_toml(exercise.name)))
    for rule in exercise.rules:
        strict = Profile.named("strict").limit(rule)
        assert laid.limit(rule).warn == pytest.approx(rule.limit.warn)
        assert laid.limit(rule).fault == (rule.limit.fault if rule.limit.fault is not None else strict.fault)


@pytest.mark.parametrize(("name", "rules"), [("GKB02", 1), ("knee-bent", 3)])
def test_one_rule_can_be_printed(name: str, rules: int) -> None:
    text = as_toml(name)
    assert "[glute-kickback.knee-bent]  # GKB02, deg, more is worse\nwarn = 15\nfault = 25\n" in text
    assert text.count("\n[") == rules


def test_a_rule_that_only_warns_says_so_and_may_be_given_a_fault(write: Write) -> None:
    rule = next(rule for rule in KICKBACK.rules if rule.limit.fault is None and rule.limit.sign < 0)
    assert "# fault: none" in as_toml(rule.code)
    path = write(f"[glute-kickback.{rule.name}]\nfault = -50")
    assert with_limits(Profile(), path).limit(rule).fault == -50.0


def test_nothing_of_the_name_is_said_as_by_explain() -> None:
    with pytest.raises(UsageError, match="did you mean knee-bent"):
        as_toml("knee-bnt")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[glute-kickbak.knee-bent]\nwarn = 3", "did you mean glute-kickback"),
        ("[glute-kickback.knee-bnt]\nwarn = 3", "did you mean knee-bent"),
        ("[glute-kickback.GKB0]\nwarn = 3", "did you mean GKB10"),
        ("[glute-kickback.zzzz]\nwarn = 3", "explain glute-kickback --limits"),
        (
            "[glute-kickback.knee-bent]\nwarn = '3'",
            "warn of glute-kickback.knee-bent must be a finite number",
        ),
        ("[glute-kickback.knee-bent]\nwarn = true", "not true"),
        ("[glute-kickback.knee-bent]\nwarn = nan", "finite"),
        ("[glute-kickback.knee-bent]\nfault = inf", "finite"),
        ("[glute-kickback.knee-bent]\nwarn = [1]", r"not \[1\]"),
        ("[glute-kickback.knee-bent]\noff = 1", "true or false"),
        ("[glute-kickback.knee-bent]\nwran = 3", "did you mean warn"),
        ("[glute-kickback.knee-bent]\nlimit = 3", "the keys are warn, fault and off"),
        ("[glute-kickback.knee-bent]\nwarn = 26", "warn 26 of knee-bent lies beyond its fault limit 25"),
        ("[glute-kickback.no-hold]\nfault = 1.2", "less is worse"),
        ("[single-leg-hip-thrust.pelvis-tilt]\nwarn = -2", "above 0"),
        ("[glute-kickback]\nknee-bent = 3", "must be a table"),
        ("glute-kickback = 3", "must hold rules"),
        ("warn = 3", "stands alone"),
        ("[glute-kickback.knee-bent]\nwarn=3\n[glute-kickback.GKB02]\nwarn=3", "the same rule"),
        ("[glute-kickback", "not TOML"),
        ("warn 3", "not TOML"),
    ],
)
def test_what_does_not_fit_is_one_sentence(write: Write, text: str, words: str) -> None:
    path = write(text)
    with pytest.raises(UsageError, match=words) as caught:
        with_limits(Profile(), path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message


def test_limits_may_touch(write: Write) -> None:
    path = write("[glute-kickback.knee-bent]\nwarn = 25")
    assert with_limits(Profile(), path).limit(RULES["knee-bent"]).status(26.0, 0.5) is Status.FAULT


def test_the_check_sees_the_profile_below(write: Write) -> None:
    path = write("[glute-kickback.knee-bent]\nwarn = 22")
    assert with_limits(Profile.named("standard"), path).limit(RULES["knee-bent"]).warn == 22.0
    with pytest.raises(UsageError, match="fault limit 20"):  # 25 less a fifth
        with_limits(Profile.named("strict"), path)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no file .*none\.toml"):
        with_limits(Profile(), tmp_path / "none.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        with_limits(Profile(), tmp_path)
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="UTF-8"):
        with_limits(Profile(), tmp_path / "odd.toml")


def test_an_empty_file_changes_nothing(write: Write) -> None:
    laid = with_limits(Profile(), write("# nothing yet\n"))
    assert laid.tune(KICKBACK).rules == KICKBACK.rules


def test_every_rule_has_a_limit_of_its_own_kind() -> None:
    def kind(rule: Rule) -> tuple[int, bool]:
        return rule.limit.sign, rule.limit.both

    for exercise in EXERCISES:
        assert [kind(rule) for rule in Profile().tune(exercise).rules] == [kind(r) for r in exercise.rules]
