from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from formcheck.exercises import catalog
from formcheck.judging.cues import MODES, Cue, CueChooser, Policy
from formcheck.judging.judge import Verdict
from formcheck.poses.pose import View
from formcheck.reps.segmentation import Phase
from formcheck.rule import Reading, Rule, Status

RULES = {rule.name: rule for rule in catalog.exercise("glute-kickback").rules}
BACK, KNEE, HEAD, RANGE = (RULES[name] for name in ("lumbar-arching", "knee-bent", "head-up", "small-range"))
THRUST = {rule.name: rule for rule in catalog.exercise("single-leg-hip-thrust").rules}
ONE_EACH = Policy(confirm_reps=1, repeat_reps=1, most=99, gap_s=0.0, shares=(1.0,))


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
    said = [rep(chooser, every_s * i, *verdicts) for i in range(count)]
    return [[cue.rule for cue in cues if not cue.praise] for cues in said]


def test_safety_is_spoken_in_the_first_rep_once_it_stands() -> None:
    chooser = CueChooser()
    assert chooser.update(1.0, Phase.TOP, [says(BACK)]) is None
    assert chooser.update(1.1, Phase.TOP, [says(BACK)]) is None
    cue = chooser.update(1.2, Phase.UP, [says(BACK)])  # in any phase
    assert cue == Cue(1.2, BACK.code, BACK.cue, safety=True)


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


def test_a_gap_is_kept_before_any_cue_but_safety_which_waits_for_safety_alone() -> None:
    chooser = CueChooser()
    cues = [cue for i in range(8) for cue in rep(chooser, 3.0 * i, says(KNEE), says(HEAD), says(BACK))]
    assert len(cues) >= 2
    assert all(b.safety or b.time_s - a.time_s >= 4.0 for a, b in pairwise(cues))
    warned = [cue.time_s for cue in cues if cue.safety]
    assert min(b - a for a, b in pairwise(warned)) >= 4.0


def test_safety_does_not_wait_for_what_else_was_said_in_the_rep() -> None:
    chooser = CueChooser()
    rep(chooser, 0.0, says(KNEE))
    first = [chooser.update(6.0 + 0.1 * i, Phase.TOP, [says(KNEE)]) for i in range(3)]
    assert [cue.rule for cue in first if cue] == [KNEE.code]
    second = [chooser.update(6.3 + 0.1 * i, Phase.TOP, [says(KNEE), says(BACK)]) for i in range(3)]
    assert [cue.rule for cue in second if cue] == [BACK.code]


def test_a_fault_known_only_at_the_end_is_spoken_at_the_bottom() -> None:
    chooser = CueChooser()
    assert chooser.close(5.0, [says(BACK)]) == Cue(5.0, BACK.code, BACK.cue, safety=True)
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
    eager = Policy(confirm_reps=1, repeat_reps=1, most=99, gap_s=0.0, shares=(1.0,))
    assert reps(3, says(KNEE), policy=eager) == [[KNEE.code]] * 3
    assert reps(9, says(BACK), policy=replace(Policy(), most=1))[1:] == [[]] * 8


def said(chooser: CueChooser, count: int, *verdicts: Verdict, start_s: float = 0.0) -> list[int]:
    """Which of the reps had a cue that is no praise."""
    cues = [rep(chooser, start_s + 6.0 * i, *verdicts) for i in range(count)]
    return [i for i, some in enumerate(cues) if any(not cue.praise for cue in some)]


def clean_sets(chooser: CueChooser, count: int) -> None:
    """Leave the set that runs, and do clean ones after it."""
    chooser.next_set()
    for _ in range(count):
        rep(chooser, 0.0, says(BACK, Status.OK))
        chooser.next_set()
        chooser.next_set()  # without a repetition it is no set


def test_technique_cues_fade_over_clean_sets_and_return_with_the_faults_while_safety_never_fades() -> None:
    chooser = CueChooser(replace(Policy(), most=99))
    assert said(chooser, 8, says(KNEE)) == [1, 3, 5, 7]  # one in two, from the second, which confirms it
    clean_sets(chooser, 2)
    assert said(chooser, 8, says(KNEE), start_s=100.0) == [1, 4, 7]  # one in three
    chooser.next_set()  # a step back
    assert said(chooser, 8, says(KNEE), start_s=200.0) == [1, 3, 5, 7]
    clean_sets(chooser, 4)
    assert said(chooser, 8, says(KNEE), start_s=300.0) == []  # the summary alone
    assert said(chooser, 3, says(BACK), start_s=400.0) == [0, 2]
    chooser.next_set()
    assert said(chooser, 8, says(KNEE), start_s=500.0) == [1, 4, 7]


def test_praise_comes_once_after_the_fix_and_then_a_chime_for_every_third_clean_rep() -> None:
    chooser = CueChooser()
    rep(chooser, 0.0, says(BACK))
    fine = (says(BACK, Status.OK), says(KNEE, Status.OK))
    after = [rep(chooser, 6.0 * i, *fine) for i in range(1, 8)]
    assert after[0] == [Cue(8.5, BACK.code, "That's it", praise=True)]
    assert [i for i, cues in enumerate(after) if cues] == [0, 5]  # at most one in three
    assert after[5][0] == Cue(38.5, "", "", praise=True)


def test_no_praise_while_the_fault_stands_or_the_back_is_in_doubt() -> None:
    chooser = CueChooser()
    rep(chooser, 0.0, says(KNEE))
    assert [cue.rule for cue in rep(chooser, 6.0, says(KNEE))] == [KNEE.code]
    assert rep(chooser, 12.0, says(KNEE)) == []
    assert rep(chooser, 18.0, says(KNEE, Status.TOO_CLOSE)) == []
    arched = rep(chooser, 24.0, says(KNEE, Status.OK), says(BACK))
    assert [cue.praise for cue in arched] == [False]


@pytest.mark.parametrize("back", [Status.FAULT, Status.WARN, Status.TOO_CLOSE])
def test_nobody_is_asked_to_go_higher_while_the_back_is_near_its_limit(back: Status) -> None:
    chooser = CueChooser(ONE_EACH)
    cues = [cue for i in range(4) for cue in rep(chooser, 6.0 * i, says(RANGE), says(BACK, back))]
    assert RANGE.code not in [cue.rule for cue in cues]


def test_nor_in_the_two_reps_after_being_asked_to_go_lower() -> None:
    chooser = CueChooser(ONE_EACH)
    rep(chooser, 0.0, says(BACK))
    later = [rep(chooser, 6.0 * i, says(RANGE), says(BACK, Status.OK)) for i in range(1, 5)]
    assert [RANGE.code in [cue.rule for cue in cues] for cues in later] == [False, False, True, True]


def test_opposite_cues_do_not_follow_each_other() -> None:
    chooser = CueChooser(ONE_EACH)
    far, near = THRUST["shin-not-vertical"], THRUST["foot-too-close"]
    rep(chooser, 0.0, says(far))
    later = [rep(chooser, 6.0 * i, says(near), says(far, Status.OK)) for i in range(1, 4)]
    assert [[cue.rule for cue in cues if not cue.praise] for cues in later] == [[], [], [near.code]]


def test_quiet_speaks_of_safety_alone_and_silent_of_nothing() -> None:
    assert reps(4, says(KNEE), policy=MODES["quiet"]) == [[]] * 4
    assert reps(1, says(KNEE), says(BACK), policy=MODES["quiet"]) == [[BACK.code]]
    assert reps(4, says(KNEE), says(BACK), policy=MODES["silent"]) == [[]] * 4
