"""What is read back is looked at first: one sentence that names file and field, whatever is in it."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import fuzz
from support.skeleton import SIZE, Shot, kickbacks

from formcheck.api import analyze_clip
from formcheck.cli import app
from formcheck.cli.terminal import complain
from formcheck.errors import ReportError, TrackError, UsageError
from formcheck.evaluation.truth import Truth
from formcheck.history import recording
from formcheck.history.keeper import LogOptions, keeper_from_options
from formcheck.judging.settings import Settings
from formcheck.poses.track import Track
from formcheck.report.model import Report
from formcheck.report.saved import load_report

Run = Callable[..., tuple[int, str, str]]
SAMPLES = Path(__file__).parents[2] / "samples"
TRUTH: dict[str, Any] = json.loads((SAMPLES / "kickback.json").read_text(encoding="utf-8"))
TRUTH["frames"] = TRUTH["frames"][::20]


@pytest.fixture(scope="module")
def arrays() -> dict[str, Any]:
    track = kickbacks(Shot(fps=15.0, world=True), reps=2)
    return {
        "time_s": track.time_s,
        "image_px": track.image_px,
        "visibility": track.visibility,
        "size": np.array(SIZE),
        "world_m": track.world_m,
        "source": np.array("clip.mp4"),
    }


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A report as JSON."""
    path = tmp_path_factory.mktemp("saved") / "a.npz"
    kickbacks(Shot(fps=15.0), reps=3).save(path)
    found: dict[str, Any] = json.loads(analyze_clip(path, Settings.of("glute-kickback")).report.to_json())
    return found


def one_sentence(err: str) -> bool:
    return err.startswith("formcheck: ") and err.count("\n") == 1 and "Traceback" not in err


def changed(array: Any, at: Any, value: float) -> Any:
    made = np.array(array, dtype=np.float64)
    made[at] = value
    return made


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("image_px", lambda a: changed(a, 3, np.inf), "its image_px holds inf"),
        ("visibility", lambda a: changed(a, 3, -1e30), r"its visibility holds -1e\+30"),
        ("time_s", lambda a: changed(a, 3, np.nan), "its time_s holds nan"),
        ("time_s", lambda a: a[::-1].copy(), "its time_s does not increase"),
        ("time_s", lambda a: a[:-1], r"its image_px has the shape \(\d+, 33, 2\), not"),
        ("world_m", lambda a: a[:, :32], "its world_m has the shape"),
        ("size", lambda a: a[:1], "its size has the shape"),
        ("size", lambda a: a[:, None], "its size has the shape"),
        ("size", lambda a: a * 0, "its size is 0 x 0"),
        ("image_px", lambda a: a.astype(complex), "its image_px is of the type complex128"),
        ("time_s", lambda a: a.astype("U32"), "its time_s is of the type <U32"),
        ("source", lambda a: np.array(7), "its source is of the type int64, not text"),
        ("visibility", lambda a: np.array([{}], dtype=object), "its visibility is of the type object"),
    ],
)
def test_a_track_says_which_array_does_not_fit(
    arrays: dict[str, Any], tmp_path: Path, name: str, change: Callable[[Any], Any], words: str
) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, **{**arrays, name: change(arrays[name])})
    with pytest.raises(TrackError, match=rf"a\.npz is not a recorded track: {words}"):
        Track.load(path)


def test_a_track_of_other_types_of_numbers_loads(arrays: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    order = {name: np.asfortranarray(arrays[name]) for name in ("image_px", "world_m")}
    np.savez(path, **{**arrays, **order, "size": np.array(SIZE, dtype=np.float32)})
    found = Track.load(path)
    np.testing.assert_array_equal(found.image_px, arrays["image_px"])
    assert found.size == SIZE


def rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> bytearray:
    """The bytes of an archive with other contents."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(info.filename, old.read(info)))
    return bytearray(out.getvalue())


@pytest.mark.slow
@pytest.mark.parametrize("lie", ["encrypted", "size", "shape", "zeros"])
def test_what_an_archive_declares_is_looked_at_before_it_is_read(
    arrays: dict[str, Any], tmp_path: Path, lie: str
) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, **arrays)

    def change(name: str, content: bytes) -> bytes:
        if lie == "shape" and name == "world_m.npy":
            return content.replace(b"'shape': (", b"'shape': (99999999", 1).replace(
                b" " * 8 + b"\n", b"\n", 1
            )
        return content + bytes(600_000_000) if lie == "zeros" and name == "visibility.npy" else content

    made = rewritten(path, change)
    at = made.find(b"PK\x01\x02")
    if lie == "encrypted":
        made[at + 8] |= 1
    if lie == "size":
        made[at + 24 : at + 28] = struct.pack("<I", 2**32 - 2)
    path.write_bytes(made)
    code = (
        "import sys; from pathlib import Path; from formcheck.poses.track import Track\n"
        "from formcheck.errors import TrackError\n"
        f"try: Track.load(Path({str(path)!r}))\n"
        "except TrackError as error: print(error)\n"
        "lines = Path('/proc/self/status').read_text().splitlines() if sys.platform == 'linux' else []\n"
        "print(*(line.split()[1] for line in lines if line.startswith('VmHWM:')))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    said, peak_kb = done.stdout.splitlines()
    assert "is not a recorded track: its " in said
    assert float(peak_kb or 0.0) < 400e3


def set_at(data: Any, field: str, value: Any) -> Any:
    """A copy with one field changed."""
    made = json.loads(json.dumps(data))
    here, *rest = made, *field.split(".")
    for key in rest[:-1]:
        here = here[int(key) if isinstance(here, list) else key]
    key = rest[-1]
    here[int(key) if isinstance(here, list) else key] = value
    return made


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reps.0.verdicts.0.value", float("inf")),
        ("reps.1.end_s", float("nan")),
        ("duration_s", 1e300),
        ("reps.0.at_top", {"knee_flexion_deg": {"value": 10**40, "uncertainty": None, "unit": "deg"}}),
        ("series.time_s", [0.0]),
        ("series.measures.0.values", [1.0]),
        ("series.measures.0.start", []),
        ("sets.0.reps", [1, 2, 99]),
        ("sets.0.view", "the moon"),
        ("reps.1.index", 1),
        ("reps.0.set", 5),
        ("reps.0.lockout_s", -5.0),
        ("score", 250.0),
        ("reps", "none"),
    ],
)
def test_a_damaged_report_is_one_sentence_and_3(
    saved: dict[str, Any], tmp_path: Path, formcheck: Run, field: str, value: Any
) -> None:
    path, page = tmp_path / "a.json", tmp_path / "a.html"
    path.write_text(json.dumps(set_at(saved, field, value)), encoding="utf-8")
    for arguments in (["report", path], ["report", path, "--html", page], ["compare", path, path]):
        code, out, err = formcheck(*arguments)
        assert (code, out) == (3, "")
        assert one_sentence(err)
        assert str(path) in err
        assert field.split(".")[0] in err
    assert not page.exists()
    with pytest.raises(ReportError):
        load_report(path)


def test_a_sound_report_is_read(saved: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(saved), encoding="utf-8")
    assert load_report(path).to_json() == Report.model_validate(saved).to_json()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("frames.3.angles.trunk_pitch", "up", r"frames\.3\.angles\.trunk_pitch"),
        ("frames.3.angles", {}, r"frames: 3\.angles"),
        ("frames.3.t", -1.0, "frames: t must increase"),
        ("frames", [], "frames"),
        ("reps.0.at_lockout", 10**40, r"reps\.0\.at_lockout"),
        ("reps.0.at_lockout", {}, r"reps\.0\.at_lockout lacks"),
        ("reps.1.end", float("inf"), r"reps\.1\.end"),
        ("reps.1.end", 0.0, r"reps\.1: start"),
        ("faults.0.type", "boredom", r"faults\.0\.type"),
        ("camera", None, "camera"),
        ("working_leg", "both", "working_leg"),
        ("exercise", "chess", "exercise"),
    ],
)
def test_a_truth_file_says_which_field_does_not_fit(
    tmp_path: Path, formcheck: Run, field: str, value: Any, words: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(set_at(TRUTH, field, value)), encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        Truth.load(path)
    kickbacks(Shot(fps=15.0), reps=1).save(tmp_path / "a.npz")
    code, _, err = formcheck("evaluate", tmp_path)
    assert code == 2
    assert one_sentence(err)
    assert str(path) in err


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"exercise": "x", "view": []}',
        '{"exercise": "x", "reps": {"a": 1}}',
        '{"exercise": "x", "reps": [1e999]}',
        '{"exercise": "x", "reps": [' + "9" * 5000 + "]}",
    ],
)
def test_odd_truth_by_eye_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="truth file"):
        Truth.load(path)


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 6000, "a = inf", "\x00", "\ud800"])
def test_odd_toml_is_one_sentence_for_limits_and_cues(tmp_path: Path, formcheck: Run, text: str) -> None:
    path, clip = tmp_path / "a.toml", tmp_path / "a.npz"
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    kickbacks(Shot(fps=15.0), reps=1).save(clip)
    live = ("live", "--cues", path, "--source", clip, "--no-window")
    for arguments in (("analyze", clip, "--limits", path), live):
        code, out, err = formcheck(*arguments)
        assert (code, out) == (2, "")
        assert one_sentence(err)
        assert str(path) in err


def test_words_cannot_ask_for_a_gigabyte(tmp_path: Path, formcheck: Run) -> None:
    path, clip = tmp_path / "a.toml", tmp_path / "a.npz"
    path.write_text('[say]\ntarget = "{count:>999999999}"\n', encoding="utf-8")
    clip.touch()
    code, _, err = formcheck("live", "--cues", path, "--source", clip, "--no-window")
    assert code == 2
    assert "say.target" in err


def test_a_huge_field_of_a_manifest_is_named_by_its_line(tmp_path: Path, formcheck: Run) -> None:
    sheet = tmp_path / "a.csv"
    sheet.write_text("clip,person\nb.npz,ben\na.npz," + "x" * 200_000 + "\n", encoding="utf-8")
    code, _, err = formcheck("score", "--manifest", sheet, "--out", tmp_path / "out")
    assert code == 2
    assert one_sentence(err)
    assert f"of the manifest {sheet}: field larger" in err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("verdicts", "warn", "much"),
        ("sets", "start_s", "late"),
        ("sets", "at", "9999-12-31T23:59:59+00:00"),
        ("sets", "at", b"\xff"),
        ("sets", "load_kg", float("inf")),
        ("reps", "up_s", b"\x00"),
    ],
)
def test_a_log_with_odd_values_is_one_sentence_and_the_analysis_is_not_lost(
    tmp_path: Path, own_log: Path, formcheck: Run, table: str, column: str, value: Any
) -> None:
    clip = tmp_path / "a.npz"
    kickbacks(Shot(fps=15.0), reps=2).save(clip)
    sound = formcheck("analyze", clip, "--no-log")
    assert formcheck("analyze", clip)[0] == 0
    with closing(sqlite3.connect(own_log, isolation_level=None)) as run:
        run.execute(f"UPDATE {table} SET {column} = ?", (value,))
    code, _, err = formcheck("history")
    assert code == 2
    assert one_sentence(err)
    assert str(own_log) in err
    kickbacks(Shot(fps=15.0, seed=4), reps=2).save(tmp_path / "b.npz")
    for name in ("a.npz", "b.npz"):
        code, out, err = formcheck("analyze", tmp_path / name)
        assert code == 0
        assert out.splitlines()[3:9] == sound[1].splitlines()[3:9]
        assert err == "" or (one_sentence(err) and "not logged" in err.lower())


def test_whatever_a_log_does_the_table_is_printed(
    tmp_path: Path, formcheck: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(recording, "record", fail)
    clip = tmp_path / "a.npz"
    kickbacks(Shot(fps=15.0), reps=2).save(clip)
    code, out, err = formcheck("analyze", clip)
    assert code == 0
    assert "Set score" in out
    assert "Not logged" in err
    assert one_sentence(err)
    assert keeper_from_options(LogOptions(no_log=True), clip, complain=complain).log is None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError("a\nb"), "Internal error (KeyError"),
        (RecursionError("too deep"), "Internal error (RecursionError"),
        (MemoryError("720 TiB"), "not enough memory"),
    ],
)
def test_what_escapes_is_one_sentence_and_70(
    error: Exception, words: str, formcheck: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(app, "app", fail)
    code, out, err = formcheck("exercises")
    assert (code, out) == (app.INTERNAL, "")
    assert one_sentence(err)
    assert words.lower() in err.lower()


def test_exit_70_is_documented(formcheck: Run) -> None:
    assert "70 a mistake in formcheck" in " ".join(formcheck("--help")[1].replace("│", " ").split())


@pytest.mark.parametrize(
    ("code", "err", "mb", "wrong"),
    [
        (2, "formcheck: No.\n", 200.0, False),
        (0, "", 200.0, False),
        (70, "formcheck: Internal error.\n", 200.0, True),
        (-11, "", 200.0, True),
        (3, "", 200.0, True),
        (2, "formcheck: No.\nformcheck: Yes.\n", 200.0, True),
        (0, "RuntimeWarning: overflow\n", 200.0, True),
        (0, "", 1200.0, True),
    ],
)
def test_the_fuzz_command_finds_what_it_looks_for(code: int, err: str, mb: float, wrong: bool) -> None:
    assert bool(fuzz.wrong(code, err, mb, "track")) is wrong
