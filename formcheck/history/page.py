"""What the history's page shows, as plain data for its template and `assets/charts.js`.

The page itself is made here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any

from formcheck.exercises import catalog
from formcheck.history.advice import Advice
from formcheck.history.asymmetry import Asymmetry
from formcheck.history.history import History, Session
from formcheck.history.table import amount, apart, figure, loads, reps
from formcheck.history.table import amount as amount_of
from formcheck.history.trends import LEAST_DAYS, Trend
from formcheck.report.page.render import fill_template
from formcheck.wording import capital, day_text, plain, sentence

Chart = dict[str, Any]
_MAIN = ("score", "clean", "load")
_LEAST_SPAN = {"points": 12.0, "reps": 3.0, "s": 0.6, "kg": 10.0}
ICONS = {"change": "warn", "go on": "ok", "consider": "too-close"}


@dataclass(frozen=True, slots=True)
class Chapter:
    """One exercise on the page."""

    name: str
    title: str
    facts: str
    changed: tuple[tuple[str, str, str], ...]
    """Label with leg, what happened, and the verdict."""
    unchanged: str
    sides: tuple[str, ...]
    sides_note: str
    advice: tuple[Advice, ...]
    main: tuple[str, ...]
    more: tuple[str, ...]
    legs: tuple[str, ...]
    rows: tuple[tuple[Session, str, str, str], ...]
    """Newest first: a session, its repetitions, loads and findings in words."""
    trends: tuple[tuple[Trend, str, str], ...]
    """All that was followed: its first and last day, and the change a week, in words."""


def chapters(history: History) -> tuple[list[Chapter], dict[str, Chart]]:
    """Return the exercises, and the plots by the names they have in the chapters."""
    found, plots = [], dict[str, Chart]()
    for number, name in enumerate(history.titles):
        trends = [each for each in history.trends if each.exercise == name]
        traits = dict.fromkeys(each.trait for each in trends)
        drawn = {trait: f"days-{number}-{i}" for i, trait in enumerate(traits)}
        for trait, plot in drawn.items():
            plots[plot] = _chart([each for each in trends if each.trait == trait], history)
        real = {each.trait for each in trends if each.sure}
        main = [trait for trait in traits if trait in _MAIN or trait in real]
        found.append(_chapter(history, name, trends, [drawn[t] for t in main], list(drawn.values())))
    return found, plots


def _chapter(
    history: History, name: str, trends: Sequence[Trend], main: Sequence[str], plots: Sequence[str]
) -> Chapter:
    rows = [one for one in history.sessions if one.exercise == name]
    days = sorted({one.day for one in rows})
    sides = [each for each in history.asymmetries if each.exercise == name]
    return Chapter(
        name=name,
        title=history.titles[name],
        facts=f"{amount(sum(one.sets for one in rows), 'set')} on {amount(len(days), 'day')}, {span(days)}",
        changed=tuple(
            (f"{each.label}, {each.side} leg", _course(each), each.verdict) for each in trends if each.sure
        ),
        unchanged=_unchanged(trends),
        sides=tuple(capital(apart(each)) for each in sides if each.verdict in ("train", "watch", "small")),
        sides_note=_sides_note(sides),
        advice=tuple(each for each in history.advice if each.exercise == name),
        main=tuple(main),
        more=tuple(plot for plot in plots if plot not in main),
        legs=tuple(sorted({one.side for one in rows})),
        rows=tuple((one, reps(one), loads(one), _findings(one)) for one in reversed(rows)),
        trends=tuple((each, _ends(each), _week(each)) for each in trends),
    )


def span(days: Sequence[date]) -> str:
    """Write the first and the last day."""
    return day_text(days[0]) if days[0] == days[-1] else f"{day_text(days[0])} to {day_text(days[-1])}"


def _unchanged(trends: Sequence[Trend]) -> str:
    if trends and all(each.verdict == "too few days" for each in trends):
        return f"Too few days to tell a trend: {LEAST_DAYS} are needed."
    if not any(each.sure for each in trends):
        return "Nothing changed by more than measurement and day-to-day variation explain."
    return ""


def _sides_note(sides: Sequence[Asymmetry]) -> str:
    if not sides:
        return "Left and right were not done on the same day, seen alike."
    if all(each.verdict == "too few days" for each in sides):
        return "Too few days with both legs to compare them."
    if not any(each.verdict in ("train", "watch", "small") for each in sides):
        return "Left and right differ by no more than measurement and day-to-day variation explain."
    return ""


def _findings(one: Session) -> str:
    return ", ".join(f"{plain(name)} {count}" for name, count in one.faults.items())


def _value(each: Trend, value: float) -> str:
    return figure(value, each.unit)


def _ends(each: Trend) -> str:
    return f"{_value(each, each.days[0].value)} → {_value(each, each.days[-1].value)}"


def _week(each: Trend) -> str:
    if each.per_week is None:
        return "–"
    plus = "+" if each.per_week > 0 else ""
    return f"{plus}{_fine(each.per_week)} ({_fine(each.per_week_low)} to {_fine(each.per_week_high)})"


def _fine(value: float | None) -> str:
    return "–" if value is None else f"{value:.2g}"


def _course(each: Trend) -> str:
    plus = "+" if (each.per_week or 0.0) > 0 else ""
    return f"{_ends(each)}, {plus}{_value(each, each.per_week or 0.0)} a week"


def _chart(trends: Sequence[Trend], history: History) -> Chart:
    """Return one quantity over days: a dot per day and leg, and a line if there is a trend."""
    first = trends[0]
    dots = [
        {
            "t": _noon(day.day),
            "y": day.value,
            "u": day.uncertainty or 0.0,
            "side": each.side,
            "text": f"{day_text(day.day)}, {each.side}: {_value(each, day.value)}"
            + (f" ± {_value(each, day.uncertainty)}" if day.uncertainty else ""),
        }
        for each in trends
        for day in each.days
    ]
    lines = [
        {"side": each.side, "points": _line(each)}
        for each in trends
        if each.sure and each.per_week is not None
    ]
    chart: Chart = {
        "kind": "days",
        "title": first.label,
        "unit": first.unit,
        "dots": dots,
        "lines": lines,
        "limits": _limits(first),
        "span": _LEAST_SPAN.get(first.unit, 10.0),
        "top": 100.0 if first.unit == "points" else None,
    }
    band = _band(first.exercise, history) if first.trait == "load" else None
    if band:
        chart |= {"band": band[:2], "text": band[2]}
    return chart


def _line(each: Trend) -> list[list[float]]:
    """Return both ends of a trend's line: its slope, through the median of the residuals."""
    assert each.per_week is not None
    start = each.days[0].day
    per_day = each.per_week / 7
    rest = sorted(one.value - per_day * (one.day - start).days for one in each.days)
    middle = (rest[(len(rest) - 1) // 2] + rest[len(rest) // 2]) / 2
    return [
        [_noon(one.day), round(middle + per_day * (one.day - start).days, 3)]
        for one in (each.days[0], each.days[-1])
    ]


def _limits(each: Trend) -> list[dict[str, Any]]:
    known = catalog.exercises().get(each.exercise)
    rule = next((rule for rule in known.rules if rule.code == each.trait), None) if known else None
    if rule is None:
        return []
    signs = (1, -1) if rule.limit.both else (1,)
    edges = [("warn", rule.limit.warn), ("fault", rule.limit.fault)]
    return [{"y": sign * edge, "level": level} for level, edge in edges if edge is not None for sign in signs]


def _band(exercise: str, history: History) -> tuple[float, float, str] | None:
    """Return the range of loads of the plan, from the last load with both legs."""
    known = catalog.exercises().get(exercise)
    usual = known.plan.load_ratio if known and known.plan else None
    given = [
        one.bilateral_load_kg for one in history.sets if one.exercise == exercise and one.bilateral_load_kg
    ]
    if usual is None or not given:
        return None
    low, high = usual.low * given[-1], usual.high * given[-1]
    share = f"{100 * usual.low:.0f} to {100 * usual.high:.0f} %"
    return low, high, sentence(f"The band is {share} of the {given[-1]:g} kg lifted with both legs")


def _noon(day: date) -> int:
    """Return noon of a day in milliseconds since 1970: every time zone of a reader then has that day."""
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=timezone.utc).timestamp() * 1000)


def history_page(history: History) -> str:
    """Return a training history as one HTML page."""
    parts, plots = chapters(history)
    days = sorted({one.day for one in history.sessions})
    return fill_template(
        "history.html.j2",
        history=history,
        facts=f"{amount_of(len(history.sets), 'set')} on {amount_of(len(days), 'day')}, {span(days)}",
        chapters=parts,
        icons=ICONS,
        least_days=LEAST_DAYS,
        data={"time": [], "reps": [], "charts": plots},
    )
