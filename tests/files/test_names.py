"""Names at the door: what is shown and written of them, and what files made of them are called."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.pages import faulty
from support.skeleton import kickbacks

from formcheck.batch.job import Item
from formcheck.files import kinds, names
from formcheck.report.model import Report
from formcheck.video.writer import VideoSink

Run = Callable[..., tuple[int, str, str]]
ODD = {
    "bytes": os.fsdecode(b"k\xff.npz"),
    "latin": os.fsdecode(b"\xdcbung.npz"),
    "colour": "\x1b[31mred\x1b[0m.npz",
    "bidi": "a\u202enpm.npz",
    "c1": "a\x9b31m.npz",
    "line": "a\nSet score 100.npz",
    "markup": "[red]x[bold].npz",
    "long": "a" * 246 + ".npz",
    "wide": "\u6df1" * 80 + ".npz",
    "capitals": "T.NPZ",
    "colon": "set:1.npz",
    "formula": "=1+1.npz",
}
posix = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file systems there refuse such names")


@pytest.mark.parametrize(
    ("name", "visible"),
    [
        (
            "kick \u00fc \u6df1 \U0001f469\u200d\U0001f9b0.mp4",
            "kick \u00fc \u6df1 \U0001f469\u200d\U0001f9b0.mp4",
        ),
        ("k\udcff.mp4", r"k\xff.mp4"),
        ("\x1b[31m\x07\x7f\n\t", r"\x1b[31m\x07\x7f\x0a\x09"),
        ("\x9b1m \u202e \u2066 \u200f \u2028 \ufeff", r"\u009b1m \u202e \u2066 \u200f \u2028 \ufeff"),
        ("\ud800 \U000e0041", r"\ud800 \U000e0041"),
        ("[red]x[/red] [/] :smile:", "[red]x[/red] [/] :smile:"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(name: str, visible: str) -> None:
    assert names.shown(name) == visible
    names.shown(name).encode()


def test_text_keeps_its_line_breaks_and_nothing_else() -> None:
    assert names.cleaned("a\n\tb\r\x1b\ud800") == "a\n\tb" + r"\x0d\x1b\ud800"


def test_addresses_that_look_alike_stay_apart() -> None:
    raw = ["k\udcff", r"k\xff", "k\x9f", "k\udc9f", r"k\u009f", "k\\\\udcff"]
    assert len({names.key(each) for each in raw}) == len(raw)
    assert names.key("/a/kick \u00fc.mp4") == "/a/kick \u00fc.mp4"


def test_a_login_is_no_part_of_what_is_written() -> None:
    item = Item("ftp://me:secret@host/a@b.mp4", "a@b.mp4")
    assert item.key == "ftp://host/a@b.mp4"
    assert Item("/clips/a@b.mp4", "a@b.mp4").key == "/clips/a@b.mp4"


@pytest.mark.parametrize("name", ["\u6df1" * 80, "a" * 255, "\U0001f3cb" * 100, "k\udcff", "a\nb", r"a\b"])
def test_files_made_of_a_clip_have_names_that_fit(name: str) -> None:
    stem = names.file_stem(name)
    assert len(f"{stem}.annotated.mp4".encode()) <= 255
    assert stem.isprintable()
    assert "\\" not in stem
    assert stem == name or stem != names.file_stem(name + "x")
    assert len(os.fsencode(names.part_beside(Path(f"{stem}.annotated.mp4")).name)) <= 255


def test_usual_names_are_left_alone() -> None:
    for name in ("kick 1", "set:1", "\u6df1" * 80, "[red]", "=1"):
        assert names.file_stem(name) == name


@posix
@pytest.mark.parametrize("name", ODD.values(), ids=ODD)
def test_a_clip_is_analysed_whatever_it_is_called(name: str, tmp_path: Path, formcheck: Run) -> None:
    clip, out = tmp_path / name, tmp_path / "out"
    kickbacks(reps=2).save(tmp_path / "plain.npz")
    (tmp_path / "plain.npz").rename(clip)
    code, shown, err = formcheck("analyze", clip, "--out", out, "--lifter", f"[/]{name}")
    assert (code, err) == (0, "")
    made = sorted(path.name.split(".", 1)[1].lower() for path in out.iterdir())
    assert made == ["frames.csv", "mot", "report.html", "report.json", "reps.csv", "trc"]
    report = Report.from_json(next(out.glob("*.report.json")).read_bytes())
    assert len(report.reps) == 2
    assert not {"\x1b", "\u202e", "\x9b"} & set(shown)
    page = next(out.glob("*.html")).read_text("utf-8")
    assert not {"\x1b", "\u202e", "\x9b"} & set(page)
    assert formcheck("history", "--lifter", f"[/]{name}", "--csv", tmp_path / "h.csv")[0] == 0
    assert names.shown(f"[/]{name}") in (tmp_path / "h.csv").read_text("utf-8")


@pytest.mark.slow
@posix
def test_a_video_with_an_odd_name_is_linked_from_its_page(tmp_path: Path) -> None:
    from formcheck.report.outputs import Outputs, write

    clip = tmp_path / os.fsdecode(b"k\xff[b].mp4")
    found = faulty()
    with VideoSink(clip) as sink:
        for i in range(len(found.raw)):
            sink.write(np.full((64, 64, 3), 90, np.uint8), float(found.raw.time_s[i]))
    page = tmp_path / "page.html"
    report = write(clip, found, Outputs({"html": page, "annotated": tmp_path / os.fsdecode(b"\xfe.mp4")}))
    assert 'src="%FE.mp4"' in page.read_text("utf-8")
    assert report.video == r"\xfe.mp4"
    report.to_json().encode()


def test_a_strangers_report_is_printed_as_it_is(tmp_path: Path, formcheck: Run) -> None:
    data = json.loads(faulty().report.to_json())
    data["source"] = "[bold]x[/bold]\u202e\nSet score 100"
    data["notes"] = ["[/] \x1b]0;title\x07", ":smile:"]
    for rep in data["reps"]:
        for verdict in rep["verdicts"]:
            verdict["fault"] = "[/b]\x1b[2J"
    path = tmp_path / "a.json"
    path.write_text(json.dumps(data))
    code, out, err = formcheck("report", path)
    assert (code, err) == (0, "")
    assert r"[bold]x[/bold]\u202e\x0aSet score 100" in out
    assert r"Note: [/] \x1b]0;title\x07" in out
    assert ":smile:" in out
    assert r"[/b]\x1b[2J" in out
    code, out, err = formcheck("compare", path, path)
    assert (code, err) == (0, "")
    assert "[bold]x[/bold]" in out
    assert "\x1b" not in out


def test_errors_cannot_reach_the_terminal_raw(tmp_path: Path, formcheck: Run) -> None:
    code, _, err = formcheck("analyze", tmp_path / "\x1b[2J\u202e.mp4")
    assert code == 2
    assert r"\x1b[2J\u202e.mp4" in err
    assert "\x1b" not in err


@pytest.mark.parametrize("argument", ["--json", "--html", "--csv", "--track"])
def test_an_output_whose_name_is_too_long_is_one_sentence(
    tmp_path: Path, formcheck: Run, argument: str
) -> None:
    kickbacks(reps=2).save(tmp_path / "a.npz")
    code, _, err = formcheck("analyze", tmp_path / "a.npz", "--no-log", argument, tmp_path / ("b" * 300))
    assert code == 2
    assert err.startswith("formcheck: Cannot write")
    assert err.count("\n") == 1


@posix
def test_what_is_no_ordinary_file_is_never_opened(tmp_path: Path, formcheck: Run) -> None:
    pipe, dead = tmp_path / "pipe.npz", tmp_path / "dead.mp4"
    os.mkfifo(pipe)
    dead.symlink_to(tmp_path / "nowhere")
    for command in ("analyze", "report", "score", "measures"):
        for path in (pipe, Path("/dev/zero")):
            code, _, err = formcheck(command, path)
            assert (code, err.count("\n")) == (2, 1)
            assert "is not a file but a pipe, device or socket" in err
    assert "is a link that leads nowhere" in formcheck("analyze", dead)[2]
    assert "is not a file but a folder" in formcheck("analyze", tmp_path)[2]
    assert "is not a file" in formcheck("live", "--source", pipe)[2]


def test_one_answer_to_what_a_suffix_means() -> None:
    assert kinds.is_recorded("A.NPZ")
    assert kinds.is_recorded(Path("b.Journal"))
    assert kinds.is_clip("c.MOV")
    assert kinds.plays("c.MOV")
    assert kinds.is_report("d.JSON")
    assert not kinds.is_clip("e.txt")
    assert kinds.without_track("a.TRACK") == "a"
    assert kinds.without_track("track") == "track"
