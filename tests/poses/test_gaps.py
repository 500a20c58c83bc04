from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.skeleton import Shot, kickbacks

from formcheck.exercises import catalog
from formcheck.judging.settings import Settings
from formcheck.pipeline import Session
from formcheck.poses.gaps import gaps, sight_notes, stalls, unseen_s
from formcheck.poses.track import Track
from formcheck.report.model import Report
from formcheck.rule import Status


def without(track: Track, *spans: tuple[float, float], people: float = 1.0) -> Track:
    """The person is lost in some spans of time, and others are seen around them."""
    px, count = track.image_px.copy(), np.ones(len(track))
    for start_s, end_s in spans:
        px[(track.time_s >= start_s) & (track.time_s <= end_s)] = np.nan
        count[(track.time_s >= start_s - 0.3) & (track.time_s <= end_s)] = people
    return replace(track, image_px=px, people=count)


def judged(track: Track) -> Report:
    session = Session(track.size, Settings(exercise=catalog.exercise("glute-kickback")))
    for pose in track.poses():
        session.push(pose)
    return session.finish().report


CLIP = kickbacks(Shot(noise_px=1.0))
REP = judged(CLIP).reps[1]


def test_losses_are_found_by_the_time_between_frames_seen() -> None:
    lost = without(CLIP, (3.0, 4.0), (6.0, 6.1))
    found = gaps(lost)
    assert found == pytest.approx(np.array([[3.0, 4.0]]), abs=0.07)
    assert gaps(lost.only(lost.found)) == pytest.approx(found), "also where lost frames were left out"
    assert unseen_s(found, 3.5, 9.0) == pytest.approx(0.5, abs=0.05)
    assert unseen_s(found, 5.0, 9.0) == 0.0
    assert gaps(CLIP[:1]).shape == (0, 2)


def test_losing_the_person_among_others_is_said() -> None:
    assert sight_notes(CLIP) == []
    share, others, lost = sight_notes(without(CLIP, (3.0, 4.0), (6.0, 7.5), people=2.0))
    assert share.startswith("The person was not seen in ")
    assert others.startswith("More than one person in the picture")
    assert lost.startswith("Lost sight of the person among others 2 times, at 3.0, 6.0 s (2.6 s in all)")
    assert not any("Lost" in note for note in sight_notes(without(CLIP, (3.0, 4.0))))


def test_what_happened_out_of_sight_is_not_judged() -> None:
    """Half a second in the middle of the hold: nothing that needs it is judged, whatever the rest shows."""
    middle_s = (REP.lockout_s + REP.lower_s) / 2
    seen = judged(without(CLIP, (middle_s - 0.25, middle_s + 0.25), people=2.0))
    [rep] = [one for one in seen.reps if one.start_s < middle_s < one.end_s]
    blind = {v.fault for v in rep.verdicts if v.reason.startswith("you were out of sight for 0.")}
    assert {"no-hold", "lowering-too-fast", "small-range", "knee-bent"} <= blind
    assert not any(v.status in (Status.WARN, Status.FAULT) for v in rep.verdicts)
    others = [one for one in seen.reps if one is not rep]
    assert not any("out of sight" in v.reason for one in others for v in one.verdicts)


@pytest.mark.parametrize("way", ["up", "down"])
def test_what_is_decided_at_the_top_needs_no_more_than_the_top_in_sight(way: str) -> None:
    ends_s = {"up": (REP.start_s, REP.lockout_s), "down": (REP.lower_s, REP.end_s)}[way]
    middle_s = sum(ends_s) / 2
    seen = judged(without(CLIP, (middle_s - 0.2, middle_s + 0.2), people=2.0))
    [rep] = [one for one in seen.reps if one.start_s < middle_s < one.end_s]
    told = {v.fault: v for v in rep.verdicts}
    assert told["small-range"].status is Status.OK
    assert told["lowering-too-fast"].reason.startswith("you were out of sight for 0."), "times need all of it"
    assert told["lumbar-arching"].reason.startswith("you were out"), "decided on the way"


def test_frames_that_never_came_are_told_from_a_person_out_of_sight() -> None:
    middle_s = (REP.lockout_s + REP.lower_s) / 2
    lost = without(CLIP, (middle_s - 0.25, middle_s + 0.25))
    held_up = lost.only(lost.found)
    assert stalls(lost).shape == (0, 2)
    assert stalls(held_up) == pytest.approx(gaps(held_up))
    [rep] = [one for one in judged(held_up).reps if one.start_s < middle_s < one.end_s]
    [hold] = [v for v in rep.verdicts if v.fault == "no-hold"]
    assert hold.status is Status.NOT_JUDGED
    assert hold.reason.startswith("the picture stood still for 0.")
    positions = {v.fault: v.status for v in rep.verdicts if v.fault in ("small-range", "knee-bent")}
    assert set(positions.values()) == {Status.OK}, "the leg stays where it is: its position is seen"


def test_a_picture_that_stands_still_while_the_body_moves_hides_positions_too() -> None:
    middle_s = (REP.lower_s + REP.end_s) / 2
    lost = without(CLIP, (middle_s - 0.25, middle_s + 0.25))
    [rep] = [one for one in judged(lost.only(lost.found)).reps if one.start_s < middle_s < one.end_s]
    told = {v.fault: v.reason for v in rep.verdicts if v.status is Status.NOT_JUDGED}
    assert told["set-up-hands-knees"].startswith("the picture stood still for 0.")


def test_a_short_loss_is_bridged() -> None:
    middle_s = (REP.lockout_s + REP.lower_s) / 2
    seen = judged(without(CLIP, (middle_s - 0.1, middle_s + 0.1)))
    assert not any("out of sight" in v.reason for rep in seen.reps for v in rep.verdicts)
