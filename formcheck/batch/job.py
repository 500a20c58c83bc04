"""What is scored, and how: plain values that travel to worker processes and to other machines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from formcheck.batch.provenance import Stamp
from formcheck.files import kinds, names
from formcheck.judging.settings import Settings
from formcheck.poses.exchange.given import Given
from formcheck.video.frames import AS_FILMED


@dataclass(frozen=True, slots=True)
class Item:
    """One clip with what is known of it beforehand.

    Attributes:
        address: An absolute path, or the address of a remote file (`s3://...`), to open it by.
        name: What people call it: the path below the folder that was named.
        person: Who trains in it; empty where unknown.
        exercise: What is done in it, or None to recognise it.
        side: The working side, `left` or `right`, or None to recognise it.
        choose: Whom to judge among several people, as for `analyze --person`, or None.
        date: When it was filmed, `YYYY-MM-DD`; empty where unknown.
        load_kg: What was lifted.
        tags: Words of the user's own.
        signature: Changes when the file does, without reading it (size and time, or an ETag); or empty.
        given: What is known of another tool's landmarks that their file does not say.
        trouble: Why it cannot be read, where that was seen when it was found; see `kinds.trouble`.
    """

    address: str
    name: str
    person: str = ""
    exercise: str | None = None
    side: str | None = None
    choose: str | None = None
    date: str = ""
    load_kg: float | None = None
    tags: tuple[str, ...] = ()
    signature: str = ""
    given: Given = field(default_factory=Given)
    trouble: str = ""

    @property
    def key(self) -> str:
        """What identifies the clip in the ledger and in tables: its address, as it can be written."""
        return names.key(names.without_login(self.address) if self.remote else self.address)

    @property
    def remote(self) -> bool:
        """Whether it is read through fsspec."""
        return is_remote(self.address)

    @property
    def recorded(self) -> bool:
        """Whether landmarks are recorded in it, so that no pose model is needed."""
        return kinds.is_recorded(self._path)

    @property
    def landmarks(self) -> bool:
        """Whether the landmarks are another tool's."""
        return kinds.is_landmarks(self._path)

    @property
    def _path(self) -> str:
        return self.address.partition("?")[0] if self.remote else self.address


@dataclass(frozen=True, slots=True)
class Setup:
    """How every clip of a run is scored.

    Attributes:
        settings: Profile, model and filming. Exercise, side and person are those of each clip. Recorded
            tracks were set right where they were recorded.
        rules: A rule file or a folder with more exercises, or None.
        html: Whether a page is made of each clip.
        tracks: Whether landmarks are recorded.
        blur_faces: Whether faces are made unrecognisable in the pages.
    """

    settings: Settings = field(default_factory=Settings)
    rules: str | None = None
    html: bool = False
    tracks: bool = False
    blur_faces: bool = False

    def given_of(self, item: Item) -> Given:
        """Return what is known of another tool's landmarks; nothing for a clip or track of ours."""
        run = self.settings.given
        if not item.landmarks:
            return Given()
        return Given(item.given.size or run.size, item.given.fps or run.fps)

    def settings_of(self, item: Item) -> Settings:
        """Return what is known of a clip, and how it is judged.

        Raises:
            UsageError: If its exercise, side or person cannot be.
        """
        said = Settings.of(item.exercise, side=item.side, person=item.choose)
        return replace(
            self.settings,
            exercise=said.exercise,
            side=said.side,
            person=said.person,
            filming=AS_FILMED if item.recorded else self.settings.filming,
            given=self.given_of(item),
            coached=self.html,
        )


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run knows of a clip.

    Attributes:
        sha256: Of the clip as it was.
        judged: The whole stamp of its row; see `Stamp`.
        seen: The part of it that says how the landmarks came about.
        track: Its recorded track, or None.
        said: Notes of the report that only the video gives.
        complete: Whether it was read to its end.
    """

    sha256: str
    judged: str
    seen: str
    track: str | None = None
    said: tuple[str, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Job:
    """One clip to score.

    Attributes:
        item: The clip.
        stamp: What it is scored by.
        earlier: What is known of it from before, or None.
        link: The clip as seen from the folder of the pages; empty where a page cannot link it.
    """

    item: Item
    stamp: Stamp
    earlier: Earlier | None = None
    link: str = ""


def is_remote(address: str) -> bool:
    """Say whether an address is none of a local file."""
    return "://" in address
