"""A report in a notebook: in a line, as HTML, as a data frame."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from support.pages import clean, faulty, mostly_unseen
from support.skeleton import kickbacks

import formcheck
from formcheck.errors import UsageError
from formcheck.exercises import catalog
from formcheck.judging.settings import Settings
from formcheck.poses.pose import Pose
from formcheck.report.spreadsheet import reps_table


class Tags(HTMLParser):
    """Checks that what is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts a stand-in for a library of data frames where it is imported, and hides the others."""

    def put(*names: str) -> None:
        for name in ("pandas", "polars"):
            module: Any = ModuleType(name) if name in names else None
            if module is not None:
                module.DataFrame = lambda columns, name=name: (name, columns)
            monkeypatch.setitem(sys.modules, name, module)

    return put


def test_everything_is_readable_in_a_line() -> None:
    found = faulty()
    assert repr(found.report) == str(found.report)
    assert re.fullmatch(
        r"<Report clip\.mp4: glute-kickback, left, 4 repetitions, 2 faults, score \d+/100>",
        repr(found.report),
    )
    assert repr(found) == f"<Analysis of {len(found.raw)} frames: {found.report!r}>"
    assert re.fullmatch(
        r"<Track clip\.mp4: \d+ frames in [\d.]+ s, 1280x720, a person in 100 %, with people, edges_px>",
        repr(found.raw),
    )
    assert repr(found.raw.poses()[30]) == "<Pose at 1.000 s: a person>"
    assert repr(Pose.nobody(0.5)) == "<Pose at 0.500 s: nobody>"
    assert repr(Settings()) == "Settings()"
    settings = Settings.of("donkey-kick", side="left", profile="strict")
    assert repr(settings).startswith("Settings(exercise='donkey-kick', side=<Side.LEFT")
    assert "profile='strict'" in repr(settings)
    many = Settings(candidates=(catalog.exercise("donkey-kick"), catalog.exercise("hip-thrust")))
    assert repr(many) == "Settings(candidates=('donkey-kick', 'hip-thrust'))"


@pytest.mark.parametrize("make", [clean, faulty, mostly_unseen])
def test_the_html_is_whole_and_runs_and_fetches_nothing(make: Any) -> None:
    shown = make()._repr_html_()
    assert shown == make().report._repr_html_()
    tags = Tags()
    tags.feed(shown)
    assert tags.open == []
    assert not {"script", "style", "link", "img", "iframe"} & set(tags.seen)
    assert tags.seen.count("tr") == 1 + len(make().report.reps)


def test_the_html_tells_the_fault_and_what_to_fix() -> None:
    shown = faulty().report._repr_html_()
    assert shown.count("knee bent") == 2
    assert "One thing to fix" in shown
    assert shown.count("<td>good</td>") == 2


def test_a_name_cannot_do_a_notebook_harm() -> None:
    odd = faulty().report.model_copy(update={"source": "<script>alert(1)</script>", "notes": ("<b>",)})
    assert "<script>" not in odd._repr_html_()
    assert "&lt;b&gt;" in odd._repr_html_()


def test_a_data_frame_has_the_columns_of_the_table(library: Any) -> None:
    library("pandas", "polars")
    name, columns = faulty().report.to_dataframe()
    head, rows = reps_table(faulty().report)
    assert (name, list(columns)) == ("pandas", head)
    assert {len(column) for column in columns.values()} == {len(rows)} == {4}
    assert columns["score"] == [row[head.index("score")] for row in rows]
    for column in columns.values():
        assert len({type(cell) for cell in column} - {type(None)}) <= 1


def test_a_data_frame_of_verdicts_has_a_row_each(library: Any) -> None:
    library("polars")
    report = faulty().report
    name, columns = report.to_dataframe("verdicts")
    assert name == "polars"
    assert len(columns["fault"]) == sum(len(rep.verdicts) for rep in report.reps)
    bad = [rep for rep, status in zip(columns["rep"], columns["status"], strict=True) if status == "fault"]
    assert bad == [2, 4]
    assert set(columns["exercise"]) == {"glute-kickback"}


def test_without_a_library_or_with_a_wrong_word_one_sentence_says_so(library: Any) -> None:
    library()
    for given, says in (
        ({}, "a data frame needs pandas or polars: pip install pandas"),
        ({"library": "polars"}, "a data frame needs polars: pip install polars"),
        ({"library": "numpy"}, "there is no library 'numpy'"),
        ({"rows": "sets"}, "a report has no rows 'sets'"),
    ):
        with pytest.raises(UsageError, match=says):
            clean().report.to_dataframe(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["pandas", "polars"])
@pytest.mark.parametrize("rows", ["reps", "verdicts"])
def test_the_real_libraries_take_it(name: Any, rows: Any) -> None:
    pytest.importorskip(name)
    frame = faulty().report.to_dataframe(rows, name)
    assert frame.shape[0] == (4 if rows == "reps" else sum(len(rep.verdicts) for rep in faulty().report.reps))


@pytest.mark.slow
def test_paths_may_be_text_everywhere(tmp_path: Path) -> None:
    clip, limits, mine = (str(tmp_path / name) for name in ("a.npz", "mine.toml", "kick.py"))
    kickbacks(reps=2).save(clip)
    (tmp_path / "mine.toml").write_text("[glute-kickback.lumbar-arching]\nwarn = 3\n", encoding="utf-8")
    assert len(formcheck.Track.load(clip)) > 0
    assert formcheck.with_limits(formcheck.Profile(), limits).name == "standard + mine.toml"
    assert len(formcheck.read_baseline(clip)) == 1
    assert formcheck.analyze(clip, limits=limits, baseline=clip).profile == "standard + mine.toml"
    assert len(formcheck.analyze_clip(clip).report.reps) == 2
    own = "from formcheck.rules.glute_kickback import EXERCISE as old\nfrom dataclasses import replace\n"
    own += "rules = (replace(old.rules[1], code='ZZZ01', weight=100.0),)\n"
    own += "EXERCISE = replace(old, name='my-kick', rules=rules)\n"
    Path(mine).write_text(own, encoding="utf-8")
    for rules in (mine, str(tmp_path), mine):  # as often as one likes
        assert formcheck.analyze(clip, "my-kick", rules=rules).exercise == "my-kick"
    assert "my-kick" not in catalog.exercises()
    assert len(formcheck.read_track(clip)) > 0
