"""A run: what is to be done, who does it, what is kept of it. Only this process writes."""

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
    """Whoever scores: processes here, or a cluster."""

    def run(self, jobs: Iterable[Job], frames: Callable[[int], None]) -> Iterator[list[Outcome]]:
        """Score jobs and give what is done as it gets done."""
        ...

    def close(self) -> None:
        """Stop at once. May be called twice."""
        ...


class Watch(Protocol):
    """Whoever shows how far a run is."""

    def frames(self, count: int) -> None:
        """Take note of so many more frames."""
        ...

    def clip(self, record: Record) -> None:
        """Take note of a clip that is done."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """What a run has to do.

    Attributes:
        jobs: The clips to score.
        done: How many others hold results that are still right.
        by: By what they are scored.
    """

    jobs: tuple[Job, ...]
    done: int
    by: Versions


def plan(items: Sequence[Item], setup: Setup, ledger: Ledger) -> Work:
    """Find what is left to do: what is new, has changed, or was scored by something else.

    Results of clips that need none are brought up to what the manifest says now.

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
            filming=AS_FILMED if item.recorded else setup.settings.filming,
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
    """Whether a record need not be made again, as far as can be told without reading the clip."""
    same = bool(item.signature) and before.signature == item.signature and before.judged == wanted.judged
    return same and before.final and not _lacks(before, setup, item, folder)


def _lacks(before: Record, setup: Setup, item: Item, folder: Path) -> bool:
    """Whether a page or track is wanted now that was not made, or is gone."""
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
    """Score what is to be scored and keep every result as soon as it is there.

    Args:
        work: What to do.
        team: Who does it.
        ledger: Where it is kept.
        watch: Told of progress.
        stop: Asked again and again; True ends the run: what is in flight is left for the next one.

    Raises:
        OutputError: A result cannot be written; those before are kept.
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
    """Write what belongs to a clip, then return its record: a record never names a file that is not there."""
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
    """Name a clip's files: its own name, and enough of a hash that no two clips share one."""
    stem = names.file_stem(PurePosixPath(item.name).stem[:80] or "clip", _STEM_BYTES)
    return f"{stem}-{names.short_hash(item.key)}"
