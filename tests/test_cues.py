from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from formcheck import catalog
from formcheck.cues import Cue, CueChooser, Policy
from formcheck.judge import Verdict
from formcheck.pose import View
from formcheck.reps import Phase
from formcheck.rule import Reading, Rule, Status

RULES = {rule.name: rule for rule in catalog.exercise("glute-kickback").rules}
BACK, KNEE, HEAD = RULES["lumbar-arching"], RULES["knee-bent"], RULES["head-up"]


def says(rule: Rule, status: Status = Status.FAULT) -> Verdict:
    return Verdict(rule, status, Reading(30.0, 1.0), rule.limit, View.SIDE)


def rep(chooser: CueChooser, start_s: float, *verdicts: Verdict) -> list[Cue]:
    """Five looks at the top, one a 0.1 s, and the end two seconds later."""
    cues = [chooser.update(start_s + 0.1 * i, Phase.TOP, verdicts) for i in range(5)]
    cues.append(chooser.close(start_s + 2.5, verdicts))
    return [cue for cue in cues if cue]


def reps(
    count: int, *verdicts: Verdict, every_s: float = 6.0, policy: Policy | None = None
) -> list[list[str]]:
    chooser = CueChooser(policy)
    return [[cue.rule for cue in rep(chooser, 6.0 * i, *verdicts)] for i in range(count)]


def test_safety_is_spoken_in_the_first_rep_once_it_stands() -> None:
    chooser = CueChooser()
    assert chooser.update(1.0, Phase.TOP, [says(BACK)]) is None
    assert chooser.update(1.1, Phase.TOP, [says(BACK)]) is None
    cue = chooser.update(1.2, Phase.UP, [says(BACK)])  # in any phase
    assert cue == Cue(1.2, BACK.code, BACK.cue)


def test_a_flicker_of_a_safety_fault_is_not_spoken() -> None:
    chooser = CueChooser()
    flicker = [[says(BACK)], [], [says(BACK)], [], [says(BACK)], []]
    assert [chooser.update(0.1 * i, Phase.TOP, verdicts) for i, verdicts in enumerate(flicker)] == [None] * 6


def test_technique_waits_for_a_second_rep() -> None:
    assert reps(2, says(KNEE)) == [[], [KNEE.code]]


def test_technique_is_spoken_at_the_top_or_bottom_only() -> None:
    chooser = CueChooser()
    rep(chooser, 0.0, says(KNEE))
    assert [chooser.update(6 + 0.1 * i, Phase.DOWN, [says(KNEE)]) for i in range(5)] == [None] * 5
    assert [chooser.update(6.5 + 0.1 * i, Phase.UP, [says(KNEE)]) for i in range(5)] == [None] * 5
    assert chooser.update(7.0, Phase.TOP, [says(KNEE)]) is not None


def test_two_slips_far_apart_are_no_habit() -> None:
    chooser = CueChooser()
    said = [rep(chooser, 6.0 * i, *([says(KNEE)] if i in (0, 3, 6) else [])) for i in range(7)]
    assert said == [[]] * 7
    chooser.reset()
    assert [len(rep(chooser, 6.0 * i, *([says(KNEE)] if i in (0, 2) else []))) for i in range(3)] == [0, 0, 1]


def test_at_most_one_cue_a_rep_and_the_first_priority_first() -> None:
    said = reps(3, says(KNEE), says(HEAD), says(BACK))
    assert all(len(cues) <= 1 for cues in said)
    assert said[0] == [BACK.code]
    assert said[1] == [KNEE.code]  # the back was spoken of a rep ago: the next in line


def test_the_same_cue_rests_for_a_rep_and_falls_silent_after_three() -> None:
    said = reps(9, says(BACK))
    assert [i for i, cues in enumerate(said) if cues] == [0, 2, 4]


def test_a_gap_is_kept_between_any_two_cues() -> None:
    chooser = CueChooser()
    times = [
        cue.time_s for i in range(8) for cue in rep(chooser, 3.0 * i, says(KNEE), says(HEAD), says(BACK))
    ]
    assert len(times) >= 2
    assert min(b - a for a, b in pairwise(times)) >= 4.0


def test_a_fault_known_only_at_the_end_is_spoken_at_the_bottom() -> None:
    chooser = CueChooser()
    assert chooser.close(5.0, [says(BACK)]) == Cue(5.0, BACK.code, BACK.cue)
    chooser.reset()
    assert chooser.close(5.0, [says(KNEE)]) is None
    assert chooser.close(10.0, [says(KNEE)]) == Cue(10.0, KNEE.code, KNEE.cue)


@pytest.mark.parametrize("status", [Status.OK, Status.TOO_CLOSE, Status.NOT_JUDGED])
def test_only_what_is_wrong_is_spoken_of(status: Status) -> None:
    assert reps(4, says(BACK, status), says(KNEE, status)) == [[]] * 4


def test_a_warning_is_spoken_too() -> None:
    assert reps(2, says(KNEE, Status.WARN)) == [[], [KNEE.code]]


def test_reset_starts_a_new_set() -> None:
    chooser = CueChooser()
    rep(chooser, 0.0, says(KNEE))
    chooser.reset()
    assert rep(chooser, 6.0, says(KNEE)) == []


def test_the_policy_can_be_changed() -> None:
    eager = Policy(confirm_reps=1, repeat_reps=1, most=99, gap_s=0.0)
    assert reps(3, says(KNEE), policy=eager) == [[KNEE.code]] * 3
    assert reps(9, says(BACK), policy=replace(Policy(), most=1))[1:] == [[]] * 8
