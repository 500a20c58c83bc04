"""A run: plans the jobs, has a team score them, and stores the results. Only this process writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from formcheck.batch.job import Item, Job, Setup
from formcheck.batch.ledger import Ledger
from formcheck.batch.provenance import Stamp, Versions, stamp, versions
from formcheck.batch.record import Record, again, record
from formcheck.batch.score import Outcome
from formcheck.files import kinds, names
from formcheck.files.writing import make_folder, write_bytes
from formcheck.video.frames import AS_FILMED
from formcheck.vision.models import resolve

PAGES = "reports"
TRACKS = "tracks"
_STEM_BYTES = 160


class Team(Protocol):
    """Scores jobs: local processes, or a cluster."""

    def run(self, jobs: Iterable[Job], frames: Callable[[int], None]) -> Iterator[list[Outcome]]:
        """Score jobs and yield results as they come."""
        ...

    def close(self) -> None:
        """Stop at once. May be called twice."""
        ...


class Watch(Protocol):
    """Shows the progress of a run."""

    def frames(self, count: int) -> None:
        """Add this number of frames."""
        ...

    def clip(self, record: Record) -> None:
        """Add a clip that is done."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """The jobs of a run.

    Attributes:
        jobs: The clips to score.
        done: The number of other clips, whose results are still valid.
        by: What scores them.
    """

    jobs: tuple[Job, ...]
    done: int
    by: Versions


def plan(items: Sequence[Item], setup: Setup, ledger: Ledger) -> Work:
    """Find the clips to score: new or changed ones, and those that were scored with something else.

    The other clips' results get the manifest's current information.

    Raises:
        ModelError: The pose model is needed and cannot be had.
        OutputError: The ledger cannot be written.
    """
    filmed = any(not (item.recorded or item.trouble) for item in items)
    model = resolve(setup.settings.model, progress=True) if filmed else None
    by = versions(model, setup.rules)
    jobs: list[Job] = []
    mended: list[Record] = []
    failed = 0
    for item in items:
        used = versions(None, setup.rules) if item.recorded else by
        wanted = stamp(
            used,
            setup.settings.profile,
            exercise=item.exercise,
            side=item.side,
            choose=item.choose,
            plate_mm=setup.settings.plate_mm,
            filming=AS_FILMED if item.recorded else setup.settings.filming,
            given=setup.given_of(item) if item.landmarks else None,
        )
        before = ledger.record(item.key) if item.key in ledger else None
        if item.trouble:
            failed += 1
            row = record(Job(item, wanted), error="OSError", reason=f"it {item.trouble}")
            mended += [row] if row != before else []
            continue
        if before is not None and _holds(before, item, wanted, setup, ledger.folder):
            if again(before, item) != before:
                mended.append(again(before, item))
            continue
        jobs.append(_job(item, wanted, before, setup, ledger.folder))
    ledger.append(mended)
    return Work(tuple(jobs), len(items) - len(jobs) - failed, by)


def _holds(before: Record, item: Item, wanted: Stamp, setup: Setup, folder: Path) -> bool:
    """Whether a record is still valid, as far as can be told without reading the clip."""
    same = bool(item.signature) and before.signature == item.signature and before.judged == wanted.judged
    return same and before.final and not _lacks(before, setup, item, folder)


def _lacks(before: Record, setup: Setup, item: Item, folder: Path) -> bool:
    """Whether a page or track is wanted now that is not there."""
    if before.status != "scored":
        return False
    page = setup.html and not (before.page and (folder / before.page).is_file())
    track = setup.tracks and not item.recorded and not (before.track and (folder / before.track).is_file())
    return page or track


def _job(item: Item, wanted: Stamp, before: Record | None, setup: Setup, folder: Path) -> Job:
    link = ""
    if setup.html and not item.remote and kinds.plays(item.address):
        link = Path(os.path.relpath(item.address, (folder / PAGES).resolve())).as_posix()
    if before is None or not before.final:
        return Job(item, wanted, None, link)
    track = str((folder / before.track).resolve()) if before.track else None
    earlier = before.earlier(track)
    if setup.html:
        earlier = replace(earlier, track=None)  # the page's pictures need the video
    if _lacks(before, setup, item, folder):
        earlier = replace(earlier, judged="")  # to be made again even where it is the same
    return Job(item, wanted, earlier, link)


def carry_out(
    work: Work, team: Team, ledger: Ledger, watch: Watch, stop: Callable[[], bool] = lambda: False
) -> None:
    """Score all jobs and store every result as soon as it is there.

    Args:
        work: The jobs.
        team: What scores them.
        ledger: Where results are stored.
        watch: Shows the progress.
        stop: Called repeatedly; True ends the run, and unfinished clips are left for the next one.

    Raises:
        OutputError: A result cannot be written; earlier ones are kept.
        FormcheckError: No clip can be scored.
    """
    seen: set[str] = set()
    try:
        for outcomes in team.run(work.jobs, watch.frames):
            fresh = [one for one in outcomes if one.job.item.address not in seen]
            seen |= {one.job.item.address for one in fresh}
            records = [_keep(one, ledger) for one in fresh]
            ledger.append(records)
            for record in records:
                watch.clip(record)
            if stop():
                return
    finally:
        team.close()


def _keep(outcome: Outcome, ledger: Ledger) -> Record:
    """Write a clip's files, then return its record: a record never names a missing file."""
    made, item = outcome.record, outcome.job.item
    if made is None:
        return again(ledger.record(item.key), item)
    named: dict[str, str] = {}
    before = ledger.record(item.key) if item.key in ledger else None
    if before is not None and before.track and (before.sha256, before.seen) == (made.sha256, made.seen):
        named["track"] = before.track
    for kind, folder, suffix, data in (
        ("page", PAGES, ".html", outcome.page),
        ("track", TRACKS, ".track.npz", outcome.track),
    ):
        if data is not None:
            make_folder(ledger.folder / folder)
            named[kind] = f"{folder}/{_file_name(item)}{suffix}"
            write_bytes(ledger.folder / named[kind], data)
    return made.model_copy(update=named)


def _file_name(item: Item) -> str:
    """Return the name for a clip's files: its own name, and a hash so that no two clips share one."""
    stem = names.file_stem(PurePosixPath(item.name).stem[:80] or "clip", _STEM_BYTES)
    return f"{stem}-{names.short_hash(item.key)}"
