"""A live session from its parts: open, coach, keep, judge for the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Protocol

from formcheck.errors import FormcheckError, OutputError, brief
from formcheck.files import names
from formcheck.files.writing import write_text
from formcheck.judging.settings import Settings
from formcheck.live.capture import Capture, Meter
from formcheck.live.display import Line, Window
from formcheck.live.feeds import Feed
from formcheck.live.loop import Live, Outlets, Remote, conclude
from formcheck.live.recording import Recorder, SafeLog, Scribe, Shelf, set_aside
from formcheck.live.talk import Speaker, Wishes
from formcheck.live.voice import Player, SoundDevice, Voice
from formcheck.pipeline import Session
from formcheck.poses import claims, journal
from formcheck.report.analysis import Analysis
from formcheck.vision.finder import Landmarker

_COUNTED = 30  # numbers that are prepared to be said; more are rendered when they come


class Terminal(Protocol):
    """Writes what happens; `display.Line`."""

    def tell(self, text: str, style: str = "") -> None:
        """Write what happened."""

    def show(self, text: str, cue: str = "") -> None:
        """Write how things stand."""

    def __enter__(self) -> Terminal:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""


@dataclass(frozen=True)
class Parts:
    """What a session is made of.

    Attributes:
        feed: Where frames come from.
        landmarker: Makes what finds poses in them.
        settings: What is known beforehand, and how it is judged; exercises in the user's words.
        wishes: How to coach.
        sound: `on`, `beep` or `off`.
        language: Of the voice.
        record: The video to record, or None.
        report: Folder for reports, or None.
        window: Whether to show the picture.
        full_screen: Whether the window begins on the full screen.
        player: Makes the sound device.
        every: Whether no frame may be dropped: for files that are not played at their own pace.
        notes: What is known beforehand and belongs into the reports.
        copy: Whether the recording keeps the feed's JPEG files as they came.
        name: What tells this session's files from those of others that begin in the same second.
        speaker: Says things in place of this machine's voice, or None.
        remote: A screen elsewhere, or None.
        line: Makes what writes to the terminal.
        meter: Takes what the loop measures of itself, or None.
    """

    feed: Feed
    landmarker: Callable[[], Landmarker]
    settings: Settings
    wishes: Wishes
    sound: str = "on"
    language: str = "en-us"
    record: Path | None = None
    report: Path | None = None
    window: bool = False
    full_screen: bool = False
    player: Callable[[], Player] = SoundDevice
    every: bool = False
    notes: Sequence[str] = ()
    copy: bool = False
    name: str = ""
    speaker: Speaker | None = None
    remote: Remote | None = None
    line: Callable[[], Terminal] = Line
    meter: Meter | None = None


def run(parts: Parts, stop: Callable[[], bool] = lambda: False) -> Analysis | None:
    """Coach until the end; return the verdicts of record, or None where nobody was seen.

    Raises:
        FormcheckError: The feed cannot be opened, or an output cannot be written; what was seen until
            then is judged and written first.
    """
    shelf = Shelf(parts.report, parts.name)
    with ExitStack() as stack:
        line = stack.enter_context(parts.line())
        told: set[str] = set()

        def tell_once(text: str) -> None:
            if text not in told:
                told.add(text)
                line.tell(text, "yellow")

        for path in shelf.left_behind(lambda text: line.tell(text, "yellow")):
            _rescue(path, parts, line)
        recorder = None
        if parts.record:
            recorder = Recorder(parts.record, tell_once, every=parts.every, copy=parts.copy)
        finder = stack.enter_context(parts.landmarker())
        capture = stack.enter_context(Capture(parts.feed, every=parts.every, filming=parts.settings.filming))
        source = names.shown(parts.record.name) if parts.record else parts.feed.name
        log = SafeLog(shelf.journal, capture.size, source, tell_once)
        stack.callback(log.rest)
        session = Session(
            capture.size, parts.settings, landmarker=finder, source=source, log=log, notes=parts.notes
        )
        scribe = stack.enter_context(Scribe(session, shelf.set_report, tell_once))
        voice = parts.speaker
        if voice is None and parts.sound != "off":
            voice = stack.enter_context(
                Voice(
                    sayable(parts.wishes, parts.settings),
                    beep=parts.sound == "beep",
                    language=parts.language,
                    player=parts.player,
                    tell=tell_once,
                )
            )
        window = stack.enter_context(Window(full=parts.full_screen)) if parts.window else None
        if recorder is not None:
            stack.enter_context(recorder)
        loop = Live(
            capture,
            session,
            scribe,
            parts.wishes,
            Outlets(voice, window, recorder, parts.remote, line.tell, line.show, meter=parts.meter),
        )
        broke: FormcheckError | None = None
        try:
            loop.run(stop)
        except FormcheckError as error:
            broke = error
        line.tell(_tally(capture, recorder))
    analysis = _keep(session, shelf, log, parts, complete=broke is None and not stop())
    if broke is not None:
        raise broke
    return analysis


def _keep(session: Session, shelf: Shelf, log: SafeLog, parts: Parts, *, complete: bool) -> Analysis | None:
    """Judge the session for the record and write what is wanted; only then the journal may go."""
    analysis = conclude(session, complete=complete)
    keep = False
    try:
        if analysis is not None and parts.report is not None:
            keep = True
            analysis.raw.save(shelf.track, of_clip=True)
            write_text(shelf.report, analysis.report.to_json())
            keep = False
    except OutputError as error:
        raise OutputError(
            f"{str(error).rstrip('.')}; the set is kept in {shelf.journal}, which `formcheck analyze` reads"
        ) from error
    finally:
        log.close(keep=keep)
    return analysis


def _rescue(path: Path, parts: Parts, line: Terminal) -> None:
    """Judge what a killed session left behind; what cannot be judged keeps no new one from starting."""

    def tell(text: str) -> None:
        line.tell(text, "yellow")

    try:
        with claims.held(path) as free:
            if free:
                _judge_left_behind(path, parts, tell)
    except (OSError, OutputError) as error:
        tell(f"A session was cut off and its journal {path} stays for the next start: {error}.")
    except Exception as error:
        set_aside(path, brief(error), tell)


def _judge_left_behind(path: Path, parts: Parts, tell: Callable[[str], None]) -> None:
    """Judge a journal and put its report where it belongs; only then it may go."""
    stem = path.name.removesuffix(journal.SUFFIX)
    report = path.with_name(f"{stem}.report.json")
    found = journal.recover(path)
    session = Session(
        found.track.size,
        replace(parts.settings, candidates=()),
        source=found.track.source,
        notes=[*parts.notes, *([found.cut] if found.cut else [])],
    )
    for pose in found.track.poses():
        session.push(pose)
    analysis = conclude(session, complete=False)
    if analysis is not None:
        analysis.raw.save(path.with_name(f"{stem}.track.npz"), of_clip=True)
        write_text(report, analysis.report.to_json())
        tell(f"A session was cut off on {stem}: its report is {report}.")
    if found.cut:
        tell(found.cut)
    path.unlink()


def sayable(wishes: Wishes, settings: Settings) -> list[str]:
    """Return everything that may have to be said at once: cues first."""
    words = wishes.words
    exercises = (settings.exercise,) if settings.exercise else settings.candidates
    rules = sorted((rule for one in exercises for rule in one.rules), key=lambda rule: rule.priority)
    said = [words.praise, words.ready, words.last_rep]
    said += [text for rule in rules for text in (rule.cue, rule.cue_minus)]
    if wishes.count == "voice":
        said += [str(number) for number in range(1, _COUNTED + 1)]
    if wishes.target:
        said.append(words.target.format(count=wishes.target))
    if wishes.slower:
        said.append(wishes.slower)
    return [*said, words.good_view, words.nobody, words.both_ends, words.feed_lost]


def _tally(capture: Capture, recorder: Recorder | None) -> str:
    text = f"{capture.taken} frames, {capture.dropped} dropped."
    if recorder is not None and recorder.left_out:
        text += f" The recording lacks {recorder.left_out} frames: the encoder was too slow."
    return text
