"""The commands for many clips: `score`, and `bench batch`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from formcheck.cli import options as opt
from formcheck.cli.terminal import check_names, complain, ctrl_c, say, say_rich
from formcheck.errors import ClipError, FormcheckError, UsageError

if TYPE_CHECKING:
    from formcheck.batch.job import Item, Setup
    from formcheck.batch.ledger import Ledger
    from formcheck.batch.run import Team, Work

Clips = Annotated[
    list[str] | None,
    Argument(
        metavar="PATHS...",
        help="Clips, tracks, folders (all below them), globs, or addresses such as s3://bucket/folder. Other "
        "tools' landmarks (.json, .trc, .csv, a folder with a JSON file a frame) are taken where named.",
        show_default=False,
    ),
]
Manifest = Annotated[
    Path | None,
    Option(
        "--manifest",
        metavar="FILE.csv",
        help="What is known of each clip: columns clip, person, exercise, side, date, load_kg, tags, choose, "
        "size, fps. "
        "It may name any file that you may read: use manifests of people you trust.",
        show_default=False,
    ),
]
Out = Annotated[Path, Option("--out", metavar="DIR", help="Folder of the results.")]
WorkerCount = Annotated[
    int | None,
    Option("--workers", min=1, metavar="N", help="Processes.", show_default="what cores and memory carry"),
]
Resume = Annotated[
    bool, Option("--resume", help="Go on in the same folder: only what is new, changed or was stopped.")
]
TableFormat = Annotated[str, Option("--format", metavar="csv|jsonl|parquet", help="Format of the tables.")]
Pages = Annotated[bool, Option("--html", help="Make a page of every clip.")]
KeepTracks = Annotated[
    bool, Option("--tracks", help="Record the landmarks: other limits are then judged without the videos.")
]
Cluster = Annotated[
    str | None,
    Option(
        "--cluster",
        metavar="ADDRESS",
        help="Score on a Dask cluster: tcp://HOST:8786, or a scheduler file.",
        show_default=False,
    ),
]


def score(
    paths: Clips = None,
    *,
    exercise: opt.ExerciseName = "auto",
    manifest: Manifest = None,
    out: Out = Path("scores"),
    workers: WorkerCount = None,
    resume: Resume = False,
    format: TableFormat = "csv",
    html: Pages = False,
    tracks: KeepTracks = False,
    blur_face: opt.BlurFace = False,
    plate: opt.Plate = None,
    rotate: opt.Rotate = None,
    mirrored: opt.Mirrored = False,
    slow_motion: opt.SlowMotion = None,
    size: opt.Size = None,
    fps: opt.Fps = None,
    profile: opt.Profile = "standard",
    limits: opt.Limits = None,
    model: opt.Model = "full",
    rules: opt.Rules = None,
    fail_on: opt.Fail = None,
    cluster: Cluster = None,
) -> int:
    """Score many clips: tables, a summary and an index page, safe to interrupt and to go on.

    One bad clip never stops the run: it is a row with its reason. Exit code 3 where no clip at all could be
    scored.
    """
    if not paths and manifest is None:
        raise UsageError("name clips or folders to score, or a --manifest")
    judged_by = check_names(exercise, profile, rules, limits=limits)
    from formcheck.batch.job import Setup
    from formcheck.batch.ledger import Ledger
    from formcheck.batch.tables import check_format, format_named

    wanted = format_named(format)
    check_format(wanted)
    if cluster is not None:
        from formcheck.batch.cluster import check_installed

        check_installed()
    items = _items(paths or [], manifest, exercise, out)
    settings = opt.settings(
        None,
        profile=judged_by,
        model=model,
        plate_mm=plate,
        rotate=rotate,
        mirrored=mirrored,
        slow_motion=slow_motion,
        size=size,
        fps=fps,
    )
    setup = Setup(settings, str(rules.resolve()) if rules else None, html, tracks, blur_face)
    with ctrl_c() as stopped, Ledger(out, resume=resume) as ledger:
        from formcheck.batch.outputs import finish
        from formcheck.batch.run import plan
        from formcheck.batch.terminal import render

        if ledger.damaged:
            complain(
                f"the ledger in {out} has damaged lines ({ledger.damaged}); their clips are scored again"
            )
        work = plan(items, setup, ledger)
        try:
            if work.jobs:
                _carry_out(work, team(work, setup, workers, cluster), ledger, stopped)
        except FormcheckError:
            with suppress(FormcheckError):  # what is there is put into tables, if that goes
                finish(ledger, wanted)
            raise
        done = finish(ledger, wanted)
        say_rich(render(done.summary))
        say(f"\n{done.places}\n")
        if stopped():
            complain(f"stopped with {_left(work, ledger)} clips left; go on with --resume")
            return 130
    if not done.summary.scored:
        raise ClipError("no clip could be scored; the reasons are above and in the table of clips")
    return int(fail_on is not None and done.fails(fail_on is opt.FailOn.WARN))


def _items(paths: Sequence[str], manifest: Path | None, exercise: str | None, out: Path) -> list[Item]:
    from dataclasses import replace

    from formcheck.batch.inputs import apply, find, read_manifest
    from formcheck.exercises import catalog

    found = find(paths, skip=out) if paths else []
    if len(found) == 1 and found[0].trouble and manifest is None:
        raise UsageError(
            f"{found[0].name} {found[0].trouble}; name videos, recorded tracks or folders with them"
        )
    if manifest is not None:
        found = apply(read_manifest(manifest), found)
    named = catalog.chosen(exercise)
    return [item if item.exercise or named is None else replace(item, exercise=named.name) for item in found]


def team(work: Work, setup: Setup, workers: int | None, cluster: str | None) -> Team:
    """Return who scores the clips: a cluster, worker processes, or this process."""
    if cluster is not None:
        from formcheck.batch.cluster import Cluster

        return Cluster(cluster, setup, work.by)
    from formcheck.batch.pool import Workers, default_workers

    return Workers(min(workers or default_workers(), len(work.jobs)), setup, work.by)


def _carry_out(work: Work, team: Team, ledger: Ledger, stopped: Callable[[], bool]) -> None:
    from formcheck.batch.run import carry_out
    from formcheck.batch.terminal import progress

    with progress(len(work.jobs)) as watch:
        carry_out(work, team, ledger, watch, stopped)


def _left(work: Work, ledger: Ledger) -> int:
    lines = (ledger.line(job.item.key) for job in work.jobs)
    valid = zip(work.jobs, lines, strict=True)
    return sum(line is None or line.judged != job.stamp.judged for job, line in valid)


def bench_batch(
    clips: Clips = None, *, workers: WorkerCount = None, json: opt.Json = None, model: opt.Model = "full"
) -> None:
    """Measure how many frames a second 1 to all workers score, against bare decoding and detection."""
    from formcheck.batch.inputs import find
    from formcheck.batch.pool import cores
    from formcheck.cli.terminal import is_dash
    from formcheck.evaluation.batch_speed import bench
    from formcheck.files.writing import check_writable, write_text

    if not clips:
        raise UsageError("name clips or folders to measure with")
    if json and not is_dash(json):
        check_writable(json)
    found = find(clips)
    for item in found:
        if item.trouble:
            raise UsageError(f"{item.name} {item.trouble}; leave it out")
    result = bench(found, most=workers or cores(), model=model)
    if json and not is_dash(json):
        write_text(json, result.to_json())
    say(result.to_json() if is_dash(json) else result.table())


def register(app: typer.Typer, bench: typer.Typer) -> None:
    """Add the commands to the command line and to the group of measurements."""
    app.command()(score)
    bench.command("batch")(bench_batch)
