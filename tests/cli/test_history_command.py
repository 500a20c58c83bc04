"""The log on the command line: what `analyze` keeps, what `history` shows, and every wrong use of them."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from support.logs import KICK, THRUST, a_set, day, four_weeks_of_sets
from support.pages import FAULTY, faulty
from support.skeleton import Shot, change_legs, kickbacks

from formcheck.cli.history import since_of
from formcheck.cli.terminal import complain, say_rich
from formcheck.errors import UsageError
from formcheck.history import recording
from formcheck.history.entries import LoggedSet
from formcheck.history.keeper import LogOptions, keeper_from_options, kilograms, moment
from formcheck.history.store import Log, log_place
from formcheck.history.take import Take, digest_of
from formcheck.poses.pose import Side
from formcheck.poses.track import Track
from formcheck.video.reader import VideoSink, created

SAMPLES = Path(__file__).parents[2] / "samples"
Run = Callable[..., tuple[int, str, str]]
QUICK = Shot(fps=15.0)
"""Half as many frames to analyse: what is logged is the matter here."""


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A recorded set whose second repetition bends the knee."""
    path = tmp_path / "kick.npz"
    kickbacks(QUICK, reps=3, knee_deg=[4.0, FAULTY, 4.0]).save(path)
    os.utime(path, (1_760_000_000, 1_760_000_000))
    return path


@pytest.fixture
def four_weeks(own_log: Path) -> Path:
    with Log(own_log, create=True) as log:
        log.write(four_weeks_of_sets(), clip="all")
    return own_log


def logged(path: Path) -> list[LoggedSet]:
    with Log(path) as log:
        return log.read()


def test_an_analysis_is_logged(clip: Path, own_log: Path, formcheck: Run) -> None:
    code, out, err = formcheck("analyze", clip, "--load", "12.5kg", "--lifter", "Ana")
    assert (code, err) == (0, "")
    assert "Logged 1 set of 9 Oct 2025" in " ".join(out.split())
    [one] = logged(own_log)
    assert (one.lifter, one.exercise, one.side, one.load_kg) == ("Ana", KICK, "left", 12.5)
    assert (len(one.full), one.clean_reps, one.faults()) == (3, 2, {"knee-bent": 1})
    began = datetime.fromtimestamp(1_760_000_000, timezone.utc)
    assert one.at - began == pytest.approx(timedelta(seconds=one.start_s), abs=timedelta(milliseconds=2))
    assert one.of("hold").value == pytest.approx(1.84, abs=0.1)  # type: ignore[union-attr]
    assert one.version
    assert one.view == "side"


@pytest.mark.slow
def test_both_legs_of_a_clip_are_two_sets(tmp_path: Path, own_log: Path, formcheck: Run) -> None:
    both = change_legs(kickbacks(QUICK, reps=2), kickbacks(QUICK, reps=3, working=Side.RIGHT), Side.LEFT)
    both.save(tmp_path / "both.npz")
    assert "Logged 2 sets" in " ".join(formcheck("analyze", tmp_path / "both.npz")[1].split())
    assert [(one.side, len(one.full)) for one in logged(own_log)] == [("left", 2), ("right", 3)]
    assert "Logged 2 sets" in " ".join(formcheck("analyze", tmp_path / "both.npz")[1].split())
    assert len(logged(own_log)) == 2


@pytest.mark.slow
def test_the_same_recording_again_is_no_second_set(clip: Path, own_log: Path, formcheck: Run) -> None:
    formcheck("analyze", clip, "--load", "60", "--date", "2026-03-02T18:00")
    copied = clip.with_name("copy.npz")
    copied.write_bytes(clip.read_bytes())
    resaved = clip.with_name("again.npz")
    Track.load(clip).save(resaved)
    for again in (clip, copied, resaved):
        assert "in place of the earlier analysis" in formcheck("analyze", again)[1]
    [one] = logged(own_log)
    assert (one.load_kg, one.source) == (60.0, Track.load(clip).source)
    assert one.at - moment("2026-03-02T18:00") < timedelta(seconds=5)
    other = clip.with_name("other.npz")
    kickbacks(QUICK, reps=3, top_deg=6.0).save(other)
    assert "in place" not in formcheck("analyze", other)[1]
    assert len(logged(own_log)) == 2


@pytest.mark.slow
def test_no_log_means_no_file(
    clip: Path, own_log: Path, formcheck: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Logged" not in formcheck("analyze", clip, "--no-log")[1]
    assert not own_log.exists()
    named = own_log.with_name("mine.sqlite")
    formcheck("analyze", clip, "--log", named)
    assert len(logged(named)) == 1
    monkeypatch.setenv("FORMCHECK_LOG", "off")
    assert "Logged" not in formcheck("analyze", clip)[1]
    assert not own_log.exists()
    assert log_place(named) == named
    monkeypatch.delenv("FORMCHECK_LOG")
    place = log_place()
    assert place is not None
    assert place.parts[-2:] == ("formcheck", "log.sqlite")


def test_what_shows_no_exercise_is_not_logged(tmp_path: Path, own_log: Path, formcheck: Run) -> None:
    kickbacks(QUICK, reps=0).save(tmp_path / "still.npz")
    assert formcheck("analyze", tmp_path / "still.npz")[0] == 0
    assert not own_log.exists()


def test_json_stays_json(clip: Path, own_log: Path, formcheck: Run) -> None:
    json.loads(formcheck("analyze", clip, "--json", "-")[1])
    assert len(logged(own_log)) == 1


@pytest.mark.parametrize("content", ["no database at all " * 50, None])
def test_a_log_that_fails_costs_a_warning_only(
    clip: Path, tmp_path: Path, formcheck: Run, content: str | None
) -> None:
    bad = tmp_path / "bad.sqlite"
    bad.mkdir() if content is None else bad.write_text(content)
    code, out, err = formcheck("analyze", clip, "--log", bad)
    assert code == 0
    assert "Set score" in out
    assert err.startswith("formcheck: Not logged: the training log")
    assert err.count("\n") == 1


@pytest.mark.slow
def test_advice_follows_the_analysis(clip: Path, formcheck: Run) -> None:
    out = formcheck("analyze", clip)[1]
    assert out.rstrip().endswith("shows them.")  # the kickback's source has no plan to be off
    first = clip.with_name("first.npz")
    kickbacks(QUICK, reps=4).save(first)
    formcheck("analyze", first, "--date", "2026-03-02")
    kickbacks(QUICK, reps=4, top_deg=5.0).save(first)
    out = " ".join(formcheck("analyze", first, "--date", "2026-03-05")[1].split())
    assert "Ready for more: the cable kickback" in out
    assert "go on to harder exercises" in out


def test_history_as_a_table(four_weeks: Path, formcheck: Run) -> None:
    code, out, err = formcheck("history")
    assert (code, err) == (0, "")
    flat = " ".join(out.split())
    assert "Barbell single-leg hip thrust, me: 48 sets on 8 days" in flat
    assert "26 Mar 2026 left 3 × 8 24 of 24 57.5 kg 91" in flat
    assert "Score, left leg: +6 a week, 70 to 91 since 2 Mar 2026, better" in flat
    assert "Score, right leg" not in flat
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.slow
def test_history_can_be_narrowed(four_weeks: Path, formcheck: Run) -> None:
    def shown(*more: str) -> list[dict[str, str]]:
        sessions: list[dict[str, str]] = json.loads(formcheck("history", "--json", "-", *more)[1])["sessions"]
        return sessions

    assert len(shown()) == 16
    assert {one["day"] for one in shown("--since", "2026-03-23")} == {"2026-03-23", "2026-03-26"}
    with Log(four_weeks) as log:
        log.write([a_set(day(30), exercise=KICK, lifter="Bo")], clip="b")
    assert len(shown()) == 16
    assert [one["exercise"] for one in shown("--lifter", "Bo")] == [KICK]
    assert {one["exercise"] for one in shown("--exercise", THRUST)} == {THRUST}


def test_history_as_files(four_weeks: Path, tmp_path: Path, formcheck: Run) -> None:
    files = [tmp_path / f"h.{kind}" for kind in ("html", "csv", "json")]
    code, out, _ = formcheck("history", "--html", files[0], "--csv", files[1], "--json", files[2])
    assert (code, out) == (0, "")
    assert "What really changed" in files[0].read_text("utf-8")
    rows = list(csv.DictReader(StringIO(files[1].read_text("utf-8"))))
    assert len(rows) == 48
    assert (rows[0]["reps"], rows[0]["load_kg"], rows[0]["hold"], rows[0]["hold_unit"]) == (
        "8",
        "50.0",
        "1.0",
        "s",
    )
    assert json.loads(files[2].read_text("utf-8"))["schema"] == "formcheck-history-1"


def test_everything_can_be_taken_along(four_weeks: Path, tmp_path: Path, formcheck: Run) -> None:
    with Log(four_weeks) as log:
        log.write([a_set(day(30), lifter="Bo", faults={3: ["chin-up"]})], clip="b")
    assert formcheck("history", "--export", tmp_path / "all.json") == (0, "", "")
    known = json.loads((tmp_path / "all.json").read_text("utf-8"))["sets"]
    assert [LoggedSet.model_validate(one) for one in known] == logged(four_weeks)
    formcheck("history", "--export", tmp_path / "all.csv")
    rows = list(csv.DictReader(StringIO((tmp_path / "all.csv").read_text("utf-8"))))
    assert len(rows) == 49 * 8
    assert [row["rep"] for row in rows if row["lifter"] == "Bo" and "chin-up:fault" in row["verdicts"]] == [
        "3"
    ]


def test_everything_can_be_deleted(four_weeks: Path, formcheck: Run) -> None:
    code, out, err = formcheck("history", "--delete-everything")
    assert (code, out) == (2, "")
    assert "add --yes" in err
    assert len(logged(four_weeks)) == 48
    with Log(four_weeks) as log:
        log.write([a_set(day(30), lifter="Bo")], clip="b")
    assert "Deleted 1 sets of Bo" in formcheck("history", "--delete-everything", "--yes", "--lifter", "Bo")[1]
    assert formcheck("history", "--delete-everything", "--yes")[0] == 0
    assert logged(four_weeks) == []
    assert formcheck("history")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["history", "--since", "soon"], "no span"),
        (["history", "--since", "2999-01-01"], "no span"),
        (["history", "--lifter", "Bo"], "nothing of Bo; there is me"),
        (["history", "--exercise", "single-leg-hip-trust"], "did you mean single-leg-hip-thrust"),
        (["history", "--exercise", KICK], "no sets of the glute-kickback"),
        (["history", "--since", "2026-06-01"], "no sets of me"),
        (["history", "--log", "none.sqlite"], "no training log none.sqlite"),
        (["history", "--log", "CLIP"], "damaged or no log"),
        (["history", "--html", "LOG"], "would overwrite"),
        (["history", "--csv", "no/where.csv"], "no folder no"),
        (["history", "--delete-everything", "--yes", "--since", "4w"], "takes nothing but"),
        (["history", "--delete-everything", "--yes", "--lifter", "Bo"], "nothing of Bo"),
        (["analyze", "CLIP", "--load", "heavy"], "'heavy' is no load"),
        (["analyze", "CLIP", "--load", "-5kg"], "is no load"),
        (["analyze", "CLIP", "--bilateral-load", "5000"], "--bilateral-load '5000' is no load"),
        (["analyze", "CLIP", "--date", "yesterday"], "'yesterday' is no date"),
        (["analyze", "CLIP", "--date", "2999-01-01"], "in the future"),
        (["analyze", "CLIP", "--no-log", "--log", "x"], "contradict"),
        (["analyze", "CLIP", "--no-log", "--load", "60"], "--load is only for the training log"),
        (["analyze", "CLIP", "--log", "CLIP"], "would overwrite"),
        (["analyze", "CLIP", "--lifter", " "], "needs a name"),
    ],
)
def test_wrong_use_is_one_sentence_and_2(
    clip: Path, four_weeks: Path, formcheck: Run, arguments: list[str], words: str
) -> None:
    known = {"CLIP": str(clip), "LOG": str(four_weeks)}
    code, out, err = formcheck(*(known.get(each, each) for each in arguments))
    assert (code, out) == (2, "")
    assert err.startswith("formcheck: ")
    assert err.count("\n") == 1
    assert words in err
    assert len(logged(four_weeks)) == 48


def test_several_people_are_asked_for_by_name(own_log: Path, formcheck: Run) -> None:
    with Log(own_log, create=True) as log:
        for name in ("Ana", "Bo"):
            log.write([a_set(lifter=name)], clip=name)
    assert "--lifter, Ana, Bo" in formcheck("history")[2]


def test_loads_and_moments() -> None:
    assert [kilograms(text, "--load") for text in ("60kg", "62,5 KG", "0", None)] == [60.0, 62.5, 0.0, None]
    assert kilograms("135lb", "--load") == pytest.approx(61.23, abs=0.01)
    assert moment("2026-03-02T12:00:00Z") == day(0)
    assert moment("2026-03-02").astimezone().hour == 0
    now = datetime.now().astimezone()
    assert timedelta(27) < now - since_of("4w") < timedelta(30)
    with pytest.raises(UsageError):
        since_of("4 fortnights")


def test_the_date_is_the_clips_own_where_it_has_one(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with VideoSink(path) as sink:
        for i in range(3):
            sink.write(np.zeros((64, 64, 3), np.uint8), i / 30)
    os.utime(path, (1_760_000_000, 1_760_000_000))
    assert created(path) is None
    assert Take.of_file(path).began.timestamp() == 1_760_000_000
    assert Take.of_file(path, began=day(1)).began == day(1)
    for said, known in (
        ({"creation_time": "2026-03-02T12:00:00.000000Z"}, True),
        ({"creation_time": "1970-01-02T00:00:00.000000Z"}, False),  # a camera without a clock
        ({"creation_time": "2999-01-01T00:00:00.000000Z"}, False),
    ):
        stamped = tmp_path / "stamped.mp4"
        _remux(path, stamped, said)
        os.utime(stamped, (1_760_000_000, 1_760_000_000))
        assert created(stamped) is not None
        began = Take.of_file(stamped).began
        assert (began == day(0)) is known
        assert (began.timestamp() == 1_760_000_000) is not known


def _remux(path: Path, out: Path, said: dict[str, str]) -> None:
    import av

    with av.open(str(path)) as source, av.open(str(out), "w") as target:
        target.metadata.update(said)
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)


def test_landmarks_are_known_again_once_saved(tmp_path: Path) -> None:
    track = kickbacks(QUICK, reps=1)
    track.save(tmp_path / "a.npz")
    assert digest_of(Track.load(tmp_path / "a.npz")) == digest_of(track)
    assert digest_of(kickbacks(QUICK, reps=1, top_deg=5.0)) != digest_of(track)
    assert Take.live(day(0)).clip != Take.live(day(0)).clip
    assert Take.live(day(0), track).landmarks == digest_of(track)


def test_nothing_but_numbers_is_kept(clip: Path, own_log: Path, formcheck: Run) -> None:
    """No picture, no landmark, no path: the name of the clip is all that is kept of the file."""
    formcheck("analyze", clip)
    tables = sqlite3.connect(own_log)
    values = []
    for table in ("sets", "reps", "verdicts"):
        values += [value for row in tables.execute(f"SELECT * FROM {table}") for value in row]
    tables.close()
    assert not any(isinstance(value, bytes) for value in values)
    assert not any(isinstance(value, str) and (len(value) > 64 or os.sep in value) for value in values)


@pytest.mark.slow
def test_the_first_set_says_where_the_log_is_and_how_to_do_without(
    clip: Path, own_log: Path, formcheck: Run
) -> None:
    first, again = (" ".join(formcheck("analyze", clip)[1].split()) for _ in range(2))
    assert "Your training log begins here:" in first
    assert own_log.name in first
    assert "--no-log leaves a set out" in first
    assert "begins here" not in again
    other = clip.with_name("other.npz")
    kickbacks(QUICK, reps=4).save(other)
    assert "begins here" not in formcheck("analyze", other)[1]
    formcheck("history", "--delete-everything", "--yes")
    code, out, err = formcheck("analyze", other, "--json", "-")
    assert code == 0
    assert json.loads(out)["reps"]
    assert err.startswith("formcheck: Your training log begins here:")
    assert formcheck("analyze", clip, "--json", "-")[2] == ""


@pytest.mark.parametrize("name", ["kickback.mp4", "hip_thrust.mp4"])
def test_the_samples_are_nobodys_training(
    name: str, tmp_path: Path, own_log: Path, formcheck: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = tmp_path / "mine.mp4"
    sample.write_bytes((SAMPLES / name).read_bytes())
    found = faulty()
    for live in (False, True):
        keeper = keeper_from_options(LogOptions(), sample, live=live, complain=complain)
        said = keeper.keep(found)
        assert said is not None
        say_rich(said)
        assert "one of formcheck's own sample clips" in " ".join(capsys.readouterr().out.split())
    assert not own_log.exists()
    keeper_from_options(LogOptions(own_log), sample, complain=complain).keep(found)  # asked for by name
    sample.write_bytes(sample.read_bytes() + b"x")
    keeper_from_options(LogOptions(lifter="other"), sample, complain=complain).keep(found)
    assert len(logged(own_log)) == 2
    assert len(list(SAMPLES.glob("*.mp4"))) == 2


@pytest.mark.parametrize("name", ["b" * 300 + ".sqlite", "circle/log.sqlite", "k\udcff/log.sqlite"])
def test_no_name_of_a_log_costs_the_analysis(tmp_path: Path, name: str, clip: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    keeper = keeper_from_options(LogOptions(tmp_path / name, lifter="\x1b\udcff"), clip, complain=complain)
    assert keeper.lifter == r"\x1b\xff"
    keeper.keep(faulty())  # a warning at most


def test_a_log_that_fails_in_any_way_costs_a_warning_only(
    clip: Path, formcheck: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(recording, "record", broken)
    code, out, err = formcheck("analyze", clip)
    assert code == 0
    assert "Set score" in out
    assert err.startswith("formcheck: Not logged:")
    assert err.count("\n") == 1


def test_tables_of_the_log_hold_no_formulas(own_log: Path, tmp_path: Path, formcheck: Run) -> None:
    with Log(own_log, create=True) as log:
        log.write([a_set(lifter="=cmd", source="@x.mp4", load_kg=2.5)], clip="a")
    assert formcheck("history", "--csv", tmp_path / "sets.csv")[0] == 0
    assert formcheck("history", "--export", tmp_path / "reps.CSV")[0] == 0
    for name in ("sets.csv", "reps.CSV"):
        [row, *_] = csv.DictReader(StringIO((tmp_path / name).read_text("utf-8")))
        assert (row["lifter"], row["source"], row["load_kg"]) == ("'=cmd", "'@x.mp4", "2.5")
