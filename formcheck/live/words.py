"""All texts of the live coach, in one place. The user can replace or translate them.

A file for `--cues` is TOML: `language = "de"` for the voice, and the tables `[say]` (the coach's own
sentences, named as the fields of `Words`), `[page]` (the page for phones, named as those of `PageWords`),
`[cues]` and `[good]` (by a rule's code or the name of its fault; `NAME-minus` for the words of the other
direction). What it leaves out stays as it is.
`formcheck live --print-cues` writes such a file with all texts.
"""

from __future__ import annotations

import json
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from formcheck.errors import UsageError
from formcheck.exercises.modes import PLAIN
from formcheck.exercises.rule import Exercise, Rule
from formcheck.files.reading import read_toml
from formcheck.judging.settings import Settings

_MAX_CUE_WORDS = 8  # a cue is heard during a movement: the longest built-in one has seven words


@dataclass(frozen=True, slots=True)
class Words:
    """The coach's own sentences; braces mark what is filled in."""

    nobody: str = "I can't see you. Step into the picture."
    others: str = "Only one person in the picture, please."
    dark: str = "It's too dark. Put more light on you."
    backlit: str = "The light is behind you. Turn the camera away from it."
    bright: str = "The picture is too bright. Less light."
    cut_off: str = "Your {part} are out of the picture. Move the camera {way}."
    both_ends: str = "You don't fit into the picture. Move the camera back."
    too_far: str = "Come closer to the camera."
    too_high: str = "The camera is too high. Put it at hip height."
    tilted: str = "The camera is tilted. Level it."
    turn: str = "Wrong angle. Film from {view}."
    other_side: str = "Turn round. Your {side} leg belongs to the camera."
    blind: str = "From here I can't judge {faults}."
    good_view: str = "Good. Take your start position and hold it."
    ready: str = "Ready. Go."
    next_set: str = "Next set, or the other leg, when you are ready."
    praise: str = "That's it"
    last_rep: str = "Last one"
    target: str = "That's your {count}"
    slower: str = "Speed down by {percent} percent."
    summary: str = "{count} reps."
    summary_hold: str = "Held for {seconds} seconds."
    summary_score: str = "Score {score}."
    summary_good: str = "Good: {good}."
    summary_fix: str = "Fix: {fix}."
    summary_clean: str = "Nothing to fix."
    summary_unseen: str = "Too little seen to judge."
    no_reps: str = "No reps counted."
    no_hold: str = "No hold long enough."
    feed_lost: str = "I lost the picture."
    feed_back: str = "The picture is back."
    head: str = "head"
    hands: str = "hands"
    knees: str = "knees"
    feet: str = "feet"
    left: str = "left"
    right: str = "right"
    up: str = "up"
    down: str = "down"
    phase_ready: str = "ready"
    phase_up: str = "up"
    phase_hold: str = "hold"
    phase_down: str = "down"
    side_view: str = "the side"
    foot_view: str = "the foot end"
    head_view: str = "the head end"
    rear_view: str = "behind"
    front_view: str = "the front"


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of the page that `formcheck serve` gives a phone."""

    title: str = "formcheck"
    hello: str = "Lean the phone against something 2 to 3 m away, at hip height."
    private: str = "The picture goes to your own computer and nowhere else."
    start: str = "Start"
    go_on: str = "Go on"
    stop: str = "End"
    other_leg: str = "Other leg"
    menu: str = "Settings"
    exercise: str = "Exercise"
    any_exercise: str = "Automatic"
    leg: str = "Working leg"
    any_leg: str = "Automatic"
    left_leg: str = "Left"
    right_leg: str = "Right"
    lifter: str = "Who trains"
    voice: str = "Voice"
    voice_on: str = "Speak"
    voice_beep: str = "Beep"
    voice_off: str = "Silent"
    camera: str = "Camera"
    back_camera: str = "Back"
    front_camera: str = "Front"
    reps: str = "repetitions"
    seconds: str = "seconds"
    of_target: str = "of {target}"
    judging: str = "judging {share} %"
    not_judged: str = "not {faults}"
    closer: str = "closer"
    away: str = "further away"
    lower: str = "lower"
    level: str = "level"
    turn: str = "turn"
    starting: str = "One moment."
    reports: str = "Your sets"
    whole: str = "All of it"
    report: str = "Report"
    close: str = "Close"
    no_camera: str = "The camera may not be used. Allow it in the browser's settings for this page."
    no_camera_found: str = "No camera was found."
    lost: str = "No connection. What was done so far is kept."
    elsewhere: str = "This session goes on in another tab."
    ended: str = "The session has ended. Scan a new code on the computer."
    stranger: str = "Scan the code that formcheck shows on the computer."
    another: str = "Another phone"
    another_how: str = "Scan this with the other phone. It works once."
    trust: str = "No more warnings"
    trust_why: str = (
        "The warning does not mean danger here: your own computer made the certificate, and the phone does "
        "not know it. All works without this page. To end the warnings, install your computer's authority."
    )
    trust_get: str = "Download the authority"
    trust_safe: str = (
        "Its key never leaves your computer, and it holds only for addresses of private networks. Remove it "
        "from the phone when you no longer use formcheck."
    )
    trust_iphone: str = "iPhone and iPad"
    trust_iphone_1: str = "Open the download and allow the profile."
    trust_iphone_2: str = "Settings → General → VPN & Device Management → the profile → Install."
    trust_iphone_3: str = "Settings → General → About → Certificate Trust Settings → turn formcheck on."
    trust_android: str = "Android"
    trust_android_1: str = (
        "Settings → Security → Encryption & credentials → Install a certificate → CA certificate. Where a "
        "menu differs, search the settings for “CA certificate”."
    )
    trust_android_2: str = "Choose “Install anyway”, then the file that was downloaded."
    trust_last: str = "Close this page and scan a new code."
    back: str = "Back"


_NEEDED: dict[str, frozenset[str]] = {
    f.name: frozenset(name for _, name, _, _ in string.Formatter().parse(str(f.default)) if name)
    for f in fields(Words)
}
_PAGE_NEEDED: dict[str, frozenset[str]] = {
    f.name: frozenset(name for _, name, _, _ in string.Formatter().parse(str(f.default)) if name)
    for f in fields(PageWords)
}


@dataclass(frozen=True, slots=True)
class Texts:
    """The words in use.

    Attributes:
        words: The coach's own sentences.
        language: For the voice, as espeak names it.
        cues: Cues by rule code or fault name.
        good: What is called good, likewise.
        page: The words of the page for phones.
    """

    words: Words = field(default_factory=Words)
    language: str = "en-us"
    cues: dict[str, str] = field(default_factory=dict)
    good: dict[str, str] = field(default_factory=dict)
    page: PageWords = field(default_factory=PageWords)

    def applied(self, exercise: Exercise) -> Exercise:
        """Return an exercise with these texts."""
        return replace(exercise, rules=tuple(self._applied(rule) for rule in exercise.rules))

    def on(self, settings: Settings, known: Sequence[Exercise]) -> Settings:
        """Return settings with these texts in their exercise, and in all known ones as candidates.

        The texts come after the rules of the modes, which would bring their own words again.
        """

        def worded(exercise: Exercise) -> Exercise:
            return self.applied(settings.modes.applied(exercise))

        return replace(
            settings,
            exercise=settings.exercise and worded(settings.exercise),
            candidates=tuple(worded(one) for one in known),
            modes=PLAIN,
        )

    def _applied(self, rule: Rule) -> Rule:
        def pick(table: dict[str, str], ending: str, default: str) -> str:
            return table.get(rule.code + ending, table.get(rule.name + ending, default))

        return replace(
            rule,
            cue=pick(self.cues, "", rule.cue),
            cue_minus=pick(self.cues, "-minus", rule.cue_minus),
            good=pick(self.good, "", rule.good),
        )


def load(path: Path, exercises: Sequence[Exercise]) -> Texts:
    """Read a file of texts and compare it with the existing rules.

    Raises:
        UsageError: It cannot be read, or a name, a placeholder or a text in it does not fit.
    """
    if not path.exists():
        raise UsageError(f"there is no file {path}; `formcheck live --print-cues` writes one")
    data = read_toml(path, "the texts in")
    _check_names(path, "", data, ("language", "say", "cues", "good", "page"))
    language = data.get("language", "en-us")
    tables = {name: data.get(name, {}) for name in ("say", "cues", "good", "page")}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise UsageError(f"{path}: {name} must be a table, [{name}]")
        for key, text in table.items():
            _check_text(path, f"{name}.{key}", text)
    _check_text(path, "language", language)
    _check_names(path, "say.", tables["say"], tuple(_NEEDED))
    for key, text in tables["say"].items():
        _check_places(path, f"say.{key}", text, _NEEDED[key])
    _check_names(path, "page.", tables["page"], tuple(_PAGE_NEEDED))
    for key, text in tables["page"].items():
        _check_places(path, f"page.{key}", text, _PAGE_NEEDED[key])
    _check_names(path, "cues.", tables["cues"], tuple(_cue_keys(exercises)))
    _check_names(path, "good.", tables["good"], tuple(_keys(exercises)))
    for key, text in tables["cues"].items():
        if len(text.split()) > _MAX_CUE_WORDS:
            raise UsageError(
                f"{path}: cues.{key} has {len(text.split())} words; a cue is heard during a movement, "
                f"say it in {_MAX_CUE_WORDS}"
            )
    page = PageWords(**tables["page"])
    return Texts(Words(**tables["say"]), language, tables["cues"], tables["good"], page)


def template(exercises: Sequence[Exercise]) -> str:
    """Return a file of all texts, ready to be translated."""
    lines = [
        "# Texts of the live coach. Leave out what may stay as it is.",
        'language = "en-us"',
        "",
        "[say]",
    ]
    lines += [f"{f.name} = {_quoted(str(f.default))}" for f in fields(Words)]
    lines += ["", "[page]  # for phones: `formcheck serve`"]
    lines += [f"{f.name} = {_quoted(str(f.default))}" for f in fields(PageWords)]
    rules = {rule.code: (exercise, rule) for exercise in exercises for rule in exercise.rules}
    lines += ["", "[cues]"]
    for code, (exercise, rule) in rules.items():
        lines.append(f"{code} = {_quoted(rule.cue)}  # {exercise.name}: {rule.name}")
        if rule.cue_minus:
            lines.append(f"{code}-minus = {_quoted(rule.cue_minus)}")
    lines += ["", "[good]"]
    lines += [f"{code} = {_quoted(rule.good)}" for code, (_, rule) in rules.items() if rule.good]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML basic string


def _keys(exercises: Sequence[Exercise]) -> Iterator[str]:
    for exercise in exercises:
        for rule in exercise.rules:
            yield from (rule.code, rule.name)


def _cue_keys(exercises: Sequence[Exercise]) -> Iterator[str]:
    for exercise in exercises:
        for rule in exercise.rules:
            yield from (rule.code, rule.name)
            if rule.cue_minus:
                yield from (f"{rule.code}-minus", f"{rule.name}-minus")


def _check_names(path: Path, prefix: str, table: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]}?" if near else "`formcheck live --print-cues` lists the names"
            raise UsageError(f"{path}: there is no text {prefix}{key}; {hint}")


def _check_text(path: Path, key: str, text: object) -> None:
    if not isinstance(text, str) or not text.strip():
        raise UsageError(f"{path}: {key} must be a text that is not empty")


def _check_places(path: Path, key: str, text: str, needed: frozenset[str]) -> None:
    try:
        parts = [part for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError as error:
        raise UsageError(f"{path}: {key} has a brace that is not closed") from error
    if any(form or conversion for _, _, form, conversion in parts):  # a width may be anything
        raise UsageError(f"{path}: {key} says how to write what it fills in; leave only the name in {{}}")
    found = {name for _, name, _, _ in parts if name is not None}
    if found - needed:
        wrong = sorted(found - needed)[0]
        can = ", ".join("{" + name + "}" for name in sorted(needed)) or "nothing"
        raise UsageError(f"{path}: {key} cannot fill in {{{wrong}}}; it knows {can}")
