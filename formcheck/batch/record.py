"""The record of one scored clip, a line of the ledger; tables and summary are made from it."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from pydantic import Field, ValidationError

from formcheck.batch.job import Earlier, Item, Job
from formcheck.errors import UsageError
from formcheck.files import names
from formcheck.files.reading import check_numbers
from formcheck.report.model import Model, Name, Report

SCHEMA: Literal["formcheck-batch-1"] = "formcheck-batch-1"
_FINAL = {"VideoError", "TrackError", "NoPersonError"}
"""Failures that lie in the clip: the same bytes fail again."""
_LEFT_OUT = {"series": None, "about": None, "stills": (), "cues": ()}
"""What of a report is for its page: two thirds of its size."""


_ENDING = b',"checksum":"%b"}'
_ENDED = re.compile(rb',"checksum":"([0-9a-f]{16})"\}\r?\n?\Z')
_FORMATS = re.compile(r"formcheck-batch-\d{1,4}")


class FormatError(Exception):
    """A line of the ledger has another version; the text is that version."""


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode()


class Record(Model):
    """The stored result of one clip."""

    format: Literal["formcheck-batch-1"] = SCHEMA
    clip: Name = Field(description="Address of the clip, as it can be written; see `Item.key`.")
    name: Name
    person: Name
    date: str
    load_kg: float | None
    tags: tuple[Name, ...]
    exercise: str | None = Field(description="As named beforehand.")
    side: str | None = Field(description="As named beforehand.")
    signature: str
    sha256: str = Field(description="Of the clip's bytes; empty where it could not be read.")
    judged: str = Field(description="Hash of all it was scored by.")
    seen: str = Field(description="Hash of what decides the landmarks.")
    version: str
    code: str
    rules: str
    model: str
    options: str
    status: Literal["scored", "failed", "set-aside"]
    error: str = Field(default="", description="Kind of failure.")
    reason: str = ""
    report: Report | None = None
    said: tuple[str, ...] = ()
    page: str = Field(default="", description="Its page, from the folder of results.")
    track: str = Field(default="", description="Its recorded track, from the folder of results.")
    frames: int = Field(default=0, description="How many frames were searched for landmarks.")
    took_s: float = Field(default=0.0, description="How long it took; no row shows it.")
    peak_mb: float = Field(default=0.0, description="Peak memory of the worker so far; no row shows it.")

    @property
    def final(self) -> bool:
        """Whether scoring the same bytes with the same rules would give the same result."""
        return self.status == "scored" or (self.status == "failed" and self.error in _FINAL)

    def earlier(self, track: str | None) -> Earlier:
        """Return the information for the next run, given the place of the clip's recorded track, if any."""
        done = self.report
        return Earlier(
            self.sha256,
            self.judged,
            self.seen,
            track=track,
            said=self.said,
            complete=done.complete if done else True,
        )

    def to_line(self) -> bytes:
        """Return the record as one line that ends with its checksum."""
        body = self.model_dump_json(by_alias=True).encode().removesuffix(b"}")
        return body + _ENDING % _checksum(body) + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Record:
        """Read a line back.

        Lines of older versions have no checksum: only the fields tell whether they are whole.

        Raises:
            FormatError: It is whole, but has another version.
            ValueError: It was changed, or does not fit.
        """
        ending = _ENDED.search(line)
        body = line[: ending.start()] if ending else line
        if ending and ending[1] != _checksum(body):
            raise ValueError("its checksum is another one")
        try:
            found = cls.model_validate_json(body + b"}" if ending else body)
        except ValidationError as error:
            other = next((e["input"] for e in error.errors() if e["loc"] == ("format",)), None)
            if isinstance(other, str) and _FORMATS.fullmatch(other):
                raise FormatError(other) from error
            raise
        if found.report is not None and not ending:
            check_numbers(found.report, "the record", UsageError)
        return found


def record(job: Job, *, sha256: str = "", report: Report | None = None, **more: object) -> Record:
    """Make the record of a job; `more` are fields of `Record`."""
    item, stamp = job.item, job.stamp
    fields: dict[str, object] = _of(item) | {
        "sha256": sha256,
        "judged": stamp.judged,
        "seen": stamp.seen,
        "version": stamp.versions.version,
        "code": stamp.versions.code,
        "rules": stamp.versions.rules,
        "model": stamp.versions.model,
        "options": stamp.options,
        "status": "scored" if report else "failed",
        "report": report.model_copy(update=_LEFT_OUT) if report else None,
    }
    return Record.model_validate(fields | more)


def again(before: Record, item: Item) -> Record:
    """Return a record that is still valid, with the current information on the clip."""
    return before.model_copy(update=_of(item))


def _of(item: Item) -> dict[str, object]:
    return {
        "clip": item.key,
        "name": names.shown(item.name),
        "person": names.shown(item.person),
        "date": item.date,
        "load_kg": item.load_kg,
        "tags": tuple(map(names.shown, item.tags)),
        "exercise": item.exercise,
        "side": item.side,
        "signature": item.signature,
    }
