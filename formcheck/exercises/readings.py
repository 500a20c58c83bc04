"""Values that a rule reads from a repetition and that need more than one measure.

`lumbar_extension` is how far the lower back arched, and `pelvis_tilt` by how much one side of the pelvis is
higher. Each combines two independent measurements. Where they disagree, the uncertainty is larger. The
lockout is read in `formcheck.exercises.lockout`.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from formcheck.measures import arching
from formcheck.measures.body import Role
from formcheck.measures.reading import Reading
from formcheck.poses.geometry import FOCAL, along_and_beside, distance_px, median
from formcheck.poses.pose import Floats, View
from formcheck.reps.rep_data import MIN_USABLE, Only, RepData
from formcheck.reps.segmentation import Phase

# Lumbar arching, from what a camera can see of it.
#
# The body model has no point on the spine, so two independent measurements are combined:
#
# - the outline of the back hollows (`back_bend_deg`, change from the person's own start), and
# - the hips seem to extend further than they did in the person's other reps (or in their baseline's), or
#   than hips can.
#
# Face up, the second is compared with the person's own other repetitions, but a person may arch in all of
# them. So a back only counts as flat where a baseline is given, or where the repetition looks flat without
# the others too (`_by_itself_deg`). Otherwise the value read is a lower bound, and a third witness may show
# the arching: an estimate of one repetition by itself, learned from rendered people (`measures.arching`). It
# knows no real people, so it is never what makes a back flat: it finds what all repetitions share, where the
# others do not contradict it, and where it contradicts a back that looks flat, that back is not judged.
#
# Both are scaled to degrees of lumbar extension by regression on rendered clips with known lumbar angles.
# Where they disagree the uncertainty grows by 0.6 of the disagreement: a high but braced kick moves only the
# second, a shirt or the bench only the first, and neither becomes a fault.
#
# The buttock swells as it contracts and lifts the lower end of the outline: on real flat backs the outline
# hollows by 12 to 20 deg in a donkey kick. A back that arches tips the pelvis forward, and the thigh with it,
# by half of the arching or more. So face down the outline counts only as far as the hips agree; half of what
# it shows beyond counts as error.


_CONTOUR_GAIN, _CONTOUR_OFFSET = 1.6, 0.8  # deg of lumbar extension per deg of outline, fitted
_PRONE_GAIN, _PRONE_OFFSET = 1.1, -0.3
_SUPINE_GAIN, _SUPINE_OFFSET = 1.3, 1.0
_FLOOR_DEG = 4.0  # error that both measurements share: they start from the same landmarks
_LONE_DEG = 7.0  # error of one measurement alone
_DISAGREEMENT = 0.6  # share of the difference between the two that counts as error
USUAL_LOCKOUT_DEG, USUAL_LOCKOUT_FLOOR_DEG = 8.0, 11.0
"""Hip extension that landmarks show at a clean lockout: on a bench 0 to 14 over bodies, lying on the floor
11 +- 4, as in `MOST_OFFSET_FLOOR_DEG`."""
_LEAST_LOCKOUT_DEG = -3.0  # below it no lockout is clean, whatever the offset of the landmarks
CARRIED_DEG = 3.0
"""Error of a baseline from another clip: the camera was put up anew."""
_HIPS_SHARE = 0.75  # weight of the hips in `_by_itself_deg`; the outline has the rest
_FLAT_OUTLINE_DEG = 2.0  # up to this change of the outline both have the same weight
_FLAT_DEG = 5.0
"""Result of `_by_itself_deg` below which a back is flat. Fitted on rendered thrusts from the side: 22 arched
repetitions of 8 bodies were at 10 or more, most clean ones of 24 bodies below 5."""
_LOST_DEG = -45.0
"""Arching that hips show which seem to be bent by 27 deg at the top: no hips are seen then. Beside plates
most thrusts rendered short by 15 to 30 deg are above, a real full lockout whose hips are lost is below."""
_SOFT_DEG = 6.0
"""Face down, outline that hollows by more than this beyond what the hips show is the buttock (`_prone`).
Rendered backs, whose buttocks do not swell, hollow by 3 to 6 deg more where they are arched."""
_SOFT_DOUBT = 0.5  # share of that surplus which counts as error
_OWN_DEG, _OWN_ERROR_DEG = 10.0, 5.0
"""Extension up to which hips may have extended by themselves, and the error of the arching from there on:
on real backs that an eye calls flat hips extend by 8 to 13 deg (2 people), on rendered ones none."""
_MOST_SQUARE_DEG, _MOST_STRAIGHT_DEG = 10.0, 20.0
"""What hips extend without the spine, with the knee at a right angle and straight (bretcontreras.com)."""
_MOST_ERROR_DEG = 6.4  # of what they extend further: of the landmarks 4, of the person 5
MOST_LUMBAR_DEG = 30.0
"""What a lumbar spine extends at most: 25 deg (AMA, Guides to the Evaluation of Permanent Impairment), a few
degrees more in the young (Troke 2005, Manual Therapy 10:198). An estimate above is only called marked."""
MARKED = "marked: as far as a spine extends, or further"
_FOOT_SIDE_DEG = 5.0  # from the feet the buttock covers part of the outline of the back
_DISAGREE = "outline and hips disagree"
_PRAISED_DEG = 10.0
"""Estimate of what was learned, above which no back is called flat: the limit of a fault."""
_ROOM = 1.25
"""Errors below that limit from which on a back beside a plate is called flat. Of 359 rendered backs that were
arched by 14 deg and more, held out in three ways, 0.1 % were so far below it, of flat ones 58 %; with one
error of room 1 and 67 %."""
_BY_ITSELF = "by itself, as learned from rendered people"
_CONTRADICTED = "hips and outline look flat, but the whole looks more arched"
_APART = "the hips beside the plate and the whole body contradict each other"
_UNSURE = "beside the plate it is not sure that the back is flat"
_UNLIKE = "only your hips were seen, and no body that was learned from looks like this"
_UNKNOWN = "a plate hides the hips, and no body that was learned from looks like this"
_REMEDY = "Do a clean repetition first, or give a clip with a few clean ones to compare with (--baseline)."


def lumbar_extension(data: RepData, usual_lockout_deg: float = USUAL_LOCKOUT_DEG) -> Reading:
    """Read how far the lower back arched at the top of a repetition, degrees, + = arched.

    The outline is compared with the person's own start position. Face up, outline and hips are also compared
    with the person's own usual repetitions.

    Args:
        data: The repetition.
        usual_lockout_deg: Hip extension that landmarks show at a clean lockout, face up.
    """
    extension = data.read("hip_extension_deg", Phase.TOP, "median", from_start=False)
    outline = data.read("back_bend_deg", Phase.TOP, "median", from_start=True)
    if math.isnan(extension.value) and not data.look.prone:
        # Bench and arm disturb the outline too much to use it alone.
        if data.look.view is View.OBLIQUE_FOOT:
            learned = _from_the_feet(data, math.nan)
            return extension if math.isnan(learned.value) else _possible(learned)
        plated = data.set.put_right and data.set.baseline is None
        return _possible(_beside_a_plate(data, extension, math.nan, flat=False) if plated else extension)
    if math.isnan(extension.value) and math.isnan(outline.value):
        return Reading.none(outline.reason, outline.remedy)
    if data.look.prone:
        return _possible(_prone(data, extension, outline))
    return _possible(_supine(data, extension, outline, usual_lockout_deg))


def _prone(data: RepData, extension: Reading, outline: Reading) -> Reading:
    """Read the arching of somebody who faces down, from the hips' extension and the outline's change."""
    by_hips = _PRONE_GAIN * extension.value + _PRONE_OFFSET
    by_outline = _CONTOUR_GAIN * outline.value + _CONTOUR_OFFSET
    # A leg below the line of the trunk is no sign of a rounded back.
    by_spine = min(by_outline, max(by_hips, 0.0) + _SOFT_DEG) if math.isfinite(by_hips) else by_outline
    own = _OWN_ERROR_DEG * float(np.clip(extension.value / _OWN_DEG, 0.0, 1.0))
    doubt = _SOFT_DOUBT * (by_outline - by_spine)
    fused = _fused(by_hips, by_spine, _time_s(extension, outline), doubt, own)
    if not abs(by_outline - by_hips) > 2 * _LONE_DEG:
        return fused
    return _stronger(replace(fused, reason=_DISAGREE), _beyond_hips(data, extension))


def _beyond_hips(data: RepData, extension: Reading) -> Reading:
    """Read what the hips seem to extend further than hips do: the least that the spine adds.

    An outline that is spoilt by an arm, hair or clothes does not hide that.
    """
    bend = data.median("knee_flexion_deg", Phase.TOP)
    most = float(np.interp(bend, (0.0, 90.0), (_MOST_STRAIGHT_DEG, _MOST_SQUARE_DEG)))
    beyond = extension.value - most
    return Reading(beyond, _MOST_ERROR_DEG, extension.time_s, "further than hips extend", at_least=True)


def _stronger(reading: Reading, least: Reading) -> Reading:
    """Return a lower bound where it shows arching more surely than a reading does, else the reading."""
    sure = least.value - least.uncertainty
    return least if sure > max(reading.value - reading.uncertainty, _FLAT_DEG) else reading


def _time_s(extension: Reading, outline: Reading) -> float:
    return extension.time_s if math.isnan(outline.value) else outline.time_s


def _fused(by_hips: float, by_outline: float, time_s: float, *errors: float) -> Reading:
    """Return what two witnesses say together, or the one that there is."""
    others = [error for error in errors if math.isfinite(error)]
    if math.isnan(by_outline) or math.isnan(by_hips):
        lone = by_hips if math.isnan(by_outline) else by_outline
        return Reading(lone, math.hypot(_LONE_DEG, *others), time_s, "one witness only")
    apart = abs(by_outline - by_hips)
    uncertainty = math.hypot(_FLOOR_DEG, _DISAGREEMENT * apart, *others)
    reason = _DISAGREE if apart > 2 * _LONE_DEG else ""
    return Reading((by_outline + by_hips) / 2, uncertainty, time_s, reason)


def _supine(data: RepData, extension: Reading, outline: Reading, usual_deg: float) -> Reading:
    """Read the arching of somebody who faces up, against their other repetitions or their baseline."""
    by_hips = _by_hips_deg(extension.value, usual_deg)
    if data.look.view is not View.SIDE:
        return _from_the_feet(data, by_hips)
    itself_deg, itself_error_deg = _by_itself_deg(by_hips, outline.value)
    flat = itself_deg + itself_error_deg + _by_leg_deg(data, extension) < _FLAT_DEG
    # A lone repetition too, as it may be the baseline of others.
    compared = _against_others(data, extension, outline, usual_deg, flat=flat)
    if data.set.baseline is not None:
        return compared
    if not data.comparable:
        compared = Reading.none("one repetition can only be compared with itself", _REMEDY)
        if flat:
            time_s = _time_s(extension, outline)
            compared = Reading(itself_deg, _LONE_DEG, time_s, "one repetition, by itself")
    if data.set.put_right:
        return _beside_a_plate(data, compared, by_hips, flat=flat)
    learned = _learned(data)
    if learned is None:
        alone = math.isnan(outline.value)
        return replace(compared, reason=_UNLIKE, remedy=_REMEDY, at_least=True) if alone else compared
    if _shows_arching(learned, by_hips):
        # An outline that rounds is bench or arm: it does not outweigh two witnesses that show arching.
        return _stronger_of(data, replace(compared, at_least=True), learned)
    if not flat:
        return replace(compared, at_least=True)
    if _doubted(data, learned, by_hips):
        return replace(compared, reason=_CONTRADICTED, remedy=_REMEDY, at_least=True)
    return compared


def _against_others(
    data: RepData, extension: Reading, outline: Reading, usual_deg: float, *, flat: bool
) -> Reading:
    """Read the arching face up against the others; a lower bound without baseline and flat look."""
    usual_hips, usual_outline, lone_deg = _usual(data)
    by_hips = _SUPINE_GAIN * (extension.value - usual_hips) + _SUPINE_OFFSET
    # Hips that are still bent are no sign of an arched back, only of a repetition higher than the others.
    straight = max(extension.value - _LEAST_LOCKOUT_DEG, 0.0)
    by_hips = min(by_hips, _SUPINE_GAIN * straight + _SUPINE_OFFSET)
    by_outline = _CONTOUR_GAIN * (outline.value - usual_outline) + _CONTOUR_OFFSET
    aside = _FOOT_SIDE_DEG if data.look.view is View.OBLIQUE_FOOT else 0.0
    doubt_deg = _doubt_deg(data, usual_hips, usual_deg)
    extra = CARRIED_DEG if data.set.baseline else math.hypot(doubt_deg, lone_deg)
    by_leg = _by_leg_deg(data, extension)
    fused = _fused(by_hips, by_outline, _time_s(extension, outline), extra, aside, by_leg)
    flat = flat or data.set.baseline is not None
    if math.isnan(by_outline):
        return replace(fused, at_least=not flat)
    if extra > _LONE_DEG:
        why = "every repetition extends far, and alike"
        if lone_deg > _LONE_DEG:
            why = "no other repetition reaches the lockout"
        return replace(fused, reason=why, remedy=_REMEDY, at_least=not flat)
    if not flat:
        why = "your back shows only against your other repetitions, and all may be arched"
        return replace(fused, reason=why, remedy=_REMEDY, at_least=True)
    return fused


def _learned(data: RepData) -> arching.Estimate | None:
    """Return the arching of the repetition by itself, as learned from renders, or None.

    There is none for what is unlike all that was learned from.
    """
    found = data.set.learned(data.rep).arching
    return found if math.isfinite(found.error_deg) else None


def _from_the_feet(data: RepData, by_hips_deg: float) -> Reading:
    """Read the arching of somebody face up obliquely from the foot end: a lower bound, where it shows."""
    top = data.set.frames(*data.rep.window(Phase.TOP))
    if not data.set.body.visibility("middle", "shoulder")[top].any():
        return Reading.none("a plate hides your shoulders", _REMEDY)
    learned = _learned(data) if data.look.view is View.OBLIQUE_FOOT else None
    # Of rendered flat backs 7 in 1028 look like a fault; with 6 deg it would be 26.
    marked = learned is not None and learned.value_deg - learned.error_deg > _PRAISED_DEG
    if learned is None or not marked or not _shows_arching(learned, by_hips_deg):
        return Reading.none("from here it only shows where it is marked", _REMEDY)
    return _as_learned(data, learned)


def _beside_a_plate(data: RepData, compared: Reading, by_hips_deg: float, *, flat: bool) -> Reading:
    """Read arching where a followed plate hides what hips are read from, by what was learned beside plates.

    The landmarks of the hips are guesses there, and the outline may be the plate's: they do not outweigh an
    estimate that knows the bar, and show no fault that it excludes or cannot tell. But it alone never makes
    a back good: the hips have to be seen, and to look flat too.

    Args:
        data: The repetition.
        compared: What the others show, or why the hips were not seen.
        by_hips_deg: The arching that the hips show by themselves, or NaN.
        flat: Whether hips and outline look flat by themselves.
    """
    learned = _learned(data)
    if learned is None:
        return compared if math.isnan(compared.value) else Reading.none(_UNKNOWN, _REMEDY)
    least = replace(compared, at_least=True)
    if _shows_arching(learned, math.nan):
        return _stronger_of(data, least, learned)
    most_deg, shown_deg = learned.value_deg + learned.error_deg, compared.value - compared.uncertainty
    if shown_deg > max(_FLAT_DEG, most_deg):
        return Reading.none(_APART, _REMEDY)
    if not _LOST_DEG <= by_hips_deg <= _FLAT_DEG or shown_deg > _FLAT_DEG:
        return least
    if not learned.value_deg + _ROOM * learned.error_deg < _PRAISED_DEG:
        return replace(least, reason=_UNSURE, remedy=_REMEDY)
    if flat and compared.uncertainty < learned.error_deg:
        return compared
    return replace(_as_learned(data, learned), at_least=False)


def _doubted(data: RepData, learned: arching.Estimate, by_hips_deg: float) -> bool:
    """Whether a back that looks flat by itself may be arched, by the learned witness.

    Beside a plate that was not followed the landmarks of the hips may be lost, so there what they show has
    to agree as well.
    """
    off_deg = learned.value_deg - by_hips_deg
    lost = data.set.plated and off_deg > 2.0 * math.hypot(_LONE_DEG, learned.error_deg)
    return lost or learned.value_deg > _PRAISED_DEG


def _shows_arching(learned: arching.Estimate, by_hips_deg: float) -> bool:
    """Whether the learned witness shows arching, and hips that are seen do not contradict it.

    They do where they are apart by more than twice both errors.
    """
    if learned.value_deg - learned.error_deg <= _FLAT_DEG:
        return False
    return not learned.value_deg - by_hips_deg > 2.0 * math.hypot(_LONE_DEG, learned.error_deg)


def _stronger_of(data: RepData, compared: Reading, learned: arching.Estimate) -> Reading:
    """Return what others show or what was learned, whichever shows more arching; a lower bound."""
    if compared.value - compared.uncertainty >= learned.value_deg - learned.error_deg:
        return compared
    return _as_learned(data, learned)


def _as_learned(data: RepData, learned: arching.Estimate) -> Reading:
    time_s = (data.rep.lockout_s + data.rep.lower_s) / 2
    return Reading(learned.value_deg, learned.error_deg, time_s, _BY_ITSELF, _REMEDY, at_least=True)


def _possible(reading: Reading) -> Reading:
    """Put an estimate that is beyond what a spine can do to that limit; its lower end stays where it is."""
    if not reading.value > MOST_LUMBAR_DEG:
        return reading
    low = reading.value - reading.uncertainty
    return replace(
        reading,
        value=MOST_LUMBAR_DEG,
        uncertainty=max(_FLOOR_DEG, MOST_LUMBAR_DEG - low),
        reason=MARKED,
        beyond=True,
    )


def _by_itself_deg(by_hips: float, outline_deg: float) -> tuple[float, float]:
    """Return the arching, face up, from one repetition alone, without the others, and its error.

    It is a mean of two estimates. One compares the hip extension with that of a usual lockout, which
    differs from body to body. The other is the change of the outline since the start, which bench and arm
    disturb. `_FLAT_DEG` allows for the error of both together; where there is no outline, that of the hips
    alone is larger.

    Args:
        by_hips: The arching that the hip extension shows.
        outline_deg: Change of the back's outline, or NaN.
    """
    if math.isnan(outline_deg):
        return by_hips, _LONE_DEG
    by_outline = _CONTOUR_GAIN * outline_deg + _CONTOUR_OFFSET
    share = _HIPS_SHARE if outline_deg > _FLAT_OUTLINE_DEG else 0.5
    return share * by_hips + (1 - share) * by_outline, 0.0


def _by_hips_deg(extension_deg: float, usual_deg: float) -> float:
    """Return the arching, face up, that a hip extension shows beside a usual lockout."""
    return _SUPINE_GAIN * (extension_deg - usual_deg) + _SUPINE_OFFSET


def _by_leg_deg(data: RepData, extension: Reading) -> float:
    """Return the error that a leg that was put back adds; what is learned beside a plate knows of it."""
    return 0.0 if data.set.put_right else _SUPINE_GAIN * extension.by_leg


def _usual(data: RepData) -> tuple[float, float, float]:
    """Return the person's own usual hip extension and outline change at the top, and an error.

    Only repetitions that reach the lockout count: beside a short one the others would look arched. Where
    only one reaches it, that one may be arched: the error, in degrees, allows for that.
    """
    tops = data.usual("hip_extension_deg", Phase.TOP)
    least = _LEAST_LOCKOUT_DEG if (tops >= _LEAST_LOCKOUT_DEG).any() else -math.inf

    only: Only = "locked out", lambda one: one.median("hip_extension_deg", Phase.TOP) >= least
    hips = data.usual("hip_extension_deg", Phase.TOP, only=only)
    outline = data.usual("back_bend_deg", Phase.TOP, from_start=True, only=only)
    alone = len(hips) == 1 < len(tops)
    return _low(hips), _low(outline), _SUPINE_GAIN * (_low(hips) - _low(tops)) / 2 if alone else 0.0


def _doubt_deg(data: RepData, usual_hips: float, usual_deg: float) -> float:
    """Return the error that arises because all repetitions of the set may be arched.

    It grows where they extend further than clean lockouts do. It is half as large where one repetition
    extends clearly further than the rest, since then at least not all are alike.
    """
    high = max(0.0, usual_hips - usual_deg)
    apart = max(data.usual("hip_extension_deg", Phase.TOP), default=usual_hips) - usual_hips
    return high / 2 + max(0.0, high - apart) / 2


def _low(values: Floats) -> float:
    return float(np.percentile(values, 25, method="lower")) if len(values) else float("nan")


# Tilt of the pelvis in a bridge or thrust, by the bar that lies on it or the hands that rest there.
#
# From the foot end the hip landmarks sit on the thighs and tell nothing (rendered clips: 18 deg of tilt
# showed as -5). The line of a bar in the picture tells its roll to within 1 deg, obliquely too
# (`formcheck.vision.barbell`). The line between the wrists may do so too from the foot end, but hands are
# often lost there behind knee and shoe.

HANDS_GAIN, HANDS_ERROR_DEG = 1.2, 6.0
"""Degrees of pelvis tilt per degree of tilt between the hands, and the error (from rendered clips)."""
BAR_GAIN, BAR_GAIN_ERROR = 1.7, 0.3
"""The same for a bar. It lies on a pad and both hands hold it, so it tilts less than the pelvis: one degree
stands for 1.2 (stiff pad) to 1.8 degrees (rendered clips) of the pelvis."""
YAW_ERROR_DEG = 8.0
"""Error of the camera's direction round the body."""

_MOST_BAR_DEG = 2.2  # error of the roll, with its scatter: beyond it there are other lines among the bar's
_BAR_TOP = 0.7  # share of its highest that a bar reaches in what is taken for the top
_FOREARM_LIES, _HANDS_APART = 0.09, 0.38
"""Elbow and wrist so near to the line, of the trunk, and the hands so near to each other, of its length: a
forearm (one rendered clip: 0.05 and 0.29; bars: 0.04 and 0.46 or more, or 0.15 and 0.20 or more)."""
_BAR_RISES = 0.5  # share of the hips' rise that a bar on them makes at least; the edge of a bench stays
_PLATES_RISE_PCT = 12.0  # least rise of a bar with plates, of the trunk's length
_MOST_HANDS_DEG, _MOST_HIPS_DEG = 35.0, 40.0


def pelvis_tilt(data: RepData) -> Reading:
    """Tilt of the pelvis at the top against the start, by the bar that lies on it or by the hands.

    Degrees, + = working side higher.
    """
    bar = _by_bar(data)
    if not math.isnan(bar.value) or data.look.view is not View.FOOT_END:
        return bar
    hands = data.read("hands_slope_deg", Phase.TOP, "median", from_start=True)
    if math.isnan(hands.value):
        return hands
    hips = data.change("pelvis_roll_deg", Phase.TOP)
    if not (abs(hands.value) < _MOST_HANDS_DEG and abs(hips) < _MOST_HIPS_DEG):
        return Reading.none("the landmarks of hips and hands contradict each other")
    return Reading(
        HANDS_GAIN * hands.value,
        math.hypot(HANDS_GAIN * hands.uncertainty, HANDS_ERROR_DEG),
        hands.time_s,
        "by the line between your hands",
    )


def _is_forearm(data: RepData) -> bool:
    """Whether what seems to be a bar at the top is a forearm that lies on the belly.

    A bar is held by both hands, so they are far apart on it, and elbows hang beside it.
    """
    body, part = data.set.body, data.set.frames(*data.rep.window(Phase.TOP))
    left, right = body.joint("working", "bar")[part], body.joint("free", "bar")[part]
    roles: tuple[Role, Role] = ("working", "free")
    elbows, wrists = (
        [along_and_beside(left, right, body.joint(role, end)[part]) for role in roles]
        for end in ("elbow", "wrist")
    )
    off = [np.maximum(*np.abs([elbow[1], wrist[1]])) for elbow, wrist in zip(elbows, wrists, strict=True)]
    length = distance_px(left, right)
    lies = min(median(most * length) for most in off) < _FOREARM_LIES * body.trunk_px
    return lies and median(np.abs(wrists[0][0] - wrists[1][0])) < _HANDS_APART


def _is_bar(data: RepData, rise_pct: float) -> bool:
    """Whether what rises by so many percent of the trunk's length is a bar on the hips.

    What leads from plate to plate is one if it rises: beside plates the hips are not seen well.
    """
    if data.set.body.by_plates:
        return rise_pct > _PLATES_RISE_PCT
    return rise_pct > _BAR_RISES * data.change("hip_height_pct", Phase.TOP) and not _is_forearm(data)


def _by_bar(data: RepData) -> Reading:
    """Return the tilt of the pelvis from the roll of the bar.

    A level bar that rises seems to roll where the camera does not stand straight at the foot end. The measure
    corrects this; the error of the correction comes from the error of the camera's direction.
    """
    bar = data.read("bar_roll_deg", Phase.TOP, "median", from_start=True)
    rise_pct = data.change("bar_height_pct", Phase.TOP)
    if math.isnan(bar.value) or not _is_bar(data, rise_pct) or bar.uncertainty > _MOST_BAR_DEG:
        return Reading.none("no bar was seen on your hips", "Film from the foot end, hands on the hips.")
    heights = data.set.values("bar_height_pct")[data.set.frames(data.rep.start_s, data.rep.end_s)]
    highest_pct = float(np.nanpercentile(heights, 95)) - data.set.start_value("bar_height_pct")
    if rise_pct < _BAR_TOP * highest_pct:
        return Reading.none(
            "the bar was higher than where the top was taken to be", "Film from 1.2 to 1.5 m height."
        )
    size = data.set.body.track.size
    rise = rise_pct / 100.0 * data.look.scale_px / (FOCAL * max(size))
    off = math.radians(data.look.off_end_deg)
    yaw_error = math.radians(YAW_ERROR_DEG)
    error = math.hypot(bar.uncertainty, math.degrees(rise * yaw_error / max(math.cos(off), 0.3)))
    top = data.set.frames(*data.rep.window(Phase.TOP))
    seldom = bool(data.set.sees("working", "bar")[top].mean() < MIN_USABLE)
    return Reading(
        BAR_GAIN * bar.value,
        math.hypot(BAR_GAIN * error, BAR_GAIN_ERROR * bar.value),
        bar.time_s,
        "the bar is seen too seldom to call the pelvis level" if seldom else "by the bar",
        at_least=seldom,
    )
