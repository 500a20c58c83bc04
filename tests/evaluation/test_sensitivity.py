"""Curves of sensitivity: shares by hand, and a picture that is drawn."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from formcheck.errors import UsageError
from formcheck.evaluation.accuracy import Row
from formcheck.evaluation.sensitivity import draw, over, severity_edges
from formcheck.rule import Status


def row(severity: float | None, yaw_deg: float, status: Status, present: bool | None = True) -> Row:
    return Row("clip", "side", yaw_deg, "knee-bent", status, 1.0, 1.0, severity, present, severity)


ROWS = [
    *(row(12.0, 3.0, Status.OK, None) for _ in range(2)),
    *(row(14.0, -4.0, Status.WARN, None) for _ in range(2)),
    *(row(30.0, -50.0, Status.FAULT) for _ in range(3)),
    row(31.0, 50.0, Status.NOT_JUDGED),
    *(row(None, 20.0, Status.OK, False) for _ in range(3)),
]


def test_shares_over_severity() -> None:
    small, large = over(ROWS, [10.0, 20.0, 31.0], by="severity")
    assert (small.count, small.found, small.judged) == (4, 0.5, 1.0)
    assert math.isnan(small.right)
    assert (large.count, large.found, large.judged, large.right) == (4, 0.75, 0.75, 1.0)


def test_shares_over_yaw_take_both_directions() -> None:
    shares = over(ROWS, (0.0, 15.0, 30.0, 45.0, 60.0), by="yaw")
    assert [(s.low, s.count) for s in shares] == [(0.0, 4), (15.0, 3), (45.0, 4)]
    assert shares[1].found == 0.0
    assert shares[1].right == 1.0


def test_too_few_make_no_share() -> None:
    assert over(ROWS[:2], [0.0, 90.0], by="yaw") == []
    assert severity_edges(ROWS[:3]) == []


def test_a_picture_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    draw(ROWS, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UsageError, match="too few"):
        draw(ROWS[-3:], tmp_path / "none.png")
