"""Speech in its own thread: it never delays a frame, and speaks the most urgent message, not the oldest.

One thing waits at most. A safety cue cuts off whatever is being said; anything else that comes while
something as urgent is being said waits for its end, and is dropped where it has grown stale by then.

Words and tones are rendered before the first repetition.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

# Sounds: words rendered by the system's voice, and tones. All are prepared before the first repetition.

Samples = NDArray[np.int16]
"""(N,) mono samples at `RATE`."""

RATE = 22_050
_WORDS_A_MINUTE = 190  # a little faster than talk: a cue has to fit into a hold of one second
_SILENCE = 300  # below this a sample is silence
_MOST_HASTE = 1.35  # faster is hard to follow
_RENDER_S = 20.0
_POWERSHELL = (
    "Add-Type -AssemblyName System.Speech;"
    "$s=New-Object System.Speech.Synthesis.SpeechSynthesizer;$s.Rate=2;"
    "$s.SetOutputToWaveFile($args[1]);$s.Speak($args[0]);$s.Dispose()"
)


class Renderer:
    """Turns words into samples with the voice the system has.

    `espeak-ng` (or `espeak`) on Linux, `say` on macOS, System.Speech by way of PowerShell on Windows: each as
    a process of its own, so that no voice engine can block or end this one.

    Args:
        language: As espeak names it; the other two speak in the voice the system is set to.
    """

    def __init__(self, language: str = "en-us") -> None:
        self._language = language
        self.engine = _engine()

    def render(self, text: str, within_s: float = float("inf")) -> Samples | None:
        """Return the words without silence before and after, or None where there is no voice.

        Args:
            text: What to say.
            within_s: Speak faster, within reason, where it would take longer.
        """
        samples = self._render(text, 1.0)
        if samples is not None and len(samples) > within_s * RATE:
            samples = self._render(text, min(1.03 * len(samples) / (within_s * RATE), _MOST_HASTE))
        return samples

    def _render(self, text: str, haste: float) -> Samples | None:
        if self.engine is None:
            return None
        with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
            path = Path(folder) / "words.wav"
            try:
                done = subprocess.run(
                    self._command(text, path, round(_WORDS_A_MINUTE * haste)),
                    capture_output=True,
                    timeout=_RENDER_S,
                    check=False,
                )
                return None if done.returncode else read_wav(path.read_bytes())
            except (OSError, subprocess.TimeoutExpired, wave.Error, EOFError):
                return None

    def _command(self, text: str, path: Path, speed: int) -> list[str]:
        engine = str(self.engine)
        kind = Path(engine).stem
        if kind.startswith("espeak"):
            return [engine, "-v", self._language, "-s", str(speed), "-w", str(path), "--", text]
        if kind == "say":
            return [engine, "-r", str(speed), "-o", str(path), f"--data-format=LEI16@{RATE}", "--", text]
        return [engine, "-NoProfile", "-Command", f"& {{{_POWERSHELL}}}", text, str(path)]


def _engine() -> str | None:
    names = {"darwin": ("say",), "win32": ("powershell",)}.get(sys.platform, ("espeak-ng", "espeak"))
    return next((found for name in names if (found := shutil.which(name))), None)


def read_wav(data: bytes) -> Samples:
    """Return the samples of a 16-bit WAV file, mono at `RATE`, without silence around them."""
    with wave.open(io.BytesIO(data)) as file:
        if file.getsampwidth() != 2:
            raise wave.Error("not 16 bits")
        rate, channels = file.getframerate(), file.getnchannels()
        raw = file.readframes(file.getnframes())
    samples = np.frombuffer(raw, dtype="<i2").reshape(-1, channels).mean(axis=1)
    if rate != RATE:
        at = np.arange(int(len(samples) * RATE / rate)) * rate / RATE
        samples = np.interp(at, np.arange(len(samples)), samples)
    return trimmed(samples.astype(np.int16))


def trimmed(samples: Samples) -> Samples:
    """Cut silence off both ends."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _SILENCE)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]


def tones(notes: Sequence[tuple[float, float]], level: float = 0.35) -> Samples:
    """Return sine tones in a row, each (hertz, seconds), with soft ends; 0 hertz is a pause."""
    parts = []
    for hertz, length_s in notes:
        t = np.arange(int(length_s * RATE)) / RATE
        soft = np.clip(np.minimum(t, length_s - t) / 0.008, 0.0, 1.0)
        parts.append(level * soft * np.sin(2 * np.pi * hertz * t))
    return (32_767 * np.concatenate(parts)).astype(np.int16)


TONES: dict[str, Samples] = {
    "ready": tones([(660, 0.12), (880, 0.22)]),
    "tick": tones([(1000, 0.05)]),
    "safety": tones([(440, 0.12), (0, 0.04), (440, 0.12), (0, 0.04), (440, 0.12)], 0.6),
    "technique": tones([(520, 0.12), (392, 0.2)], 0.45),
    "praise": tones([(880, 0.09), (1175, 0.16)]),
    "advice": tones([(392, 0.15)]),
    "done": tones([(880, 0.12), (660, 0.12), (440, 0.24)]),
    "lost": tones([(300, 0.35)]),
}
"""What each kind of message sounds like without words."""


_CHUNK = RATE // 20  # samples handed on at once: how soon speech can be cut off
STALE_S = {0: 1.0, 1: 4.0, 2: 1.5, 3: 1.5}  # by urgency: a later message is of no use


class Urgency(IntEnum):
    """What may wait for what."""

    COUNT = 0
    TALK = 1
    CUE = 2
    SAFETY = 3


@dataclass(frozen=True, slots=True)
class Message:
    """Something to say.

    Attributes:
        text: The words; empty where the tone says it all.
        tone: Name of the tone that stands for it (`sound.TONES`).
        urgency: What it may interrupt or replace.
        asked_s: When it was asked for, on the monotonic clock.
        tone_first: Whether the tone sounds before the words too.
        within_s: It is spoken faster where it would take longer.
    """

    text: str
    tone: str
    urgency: Urgency
    asked_s: float
    tone_first: bool = False
    within_s: float = float("inf")


@dataclass(frozen=True, slots=True)
class Said:
    """A message that was played.

    Attributes:
        message: What.
        delay_s: From being asked for to its first sample being handed to the sound device.
        length_s: How long it is.
        words: Whether it was words rather than a tone.
    """

    message: Message
    delay_s: float
    length_s: float
    words: bool


class Player(Protocol):
    """Plays samples."""

    def write(self, samples: Samples) -> None:
        """Play (N,) samples; returns when it can take the next ones."""

    def close(self) -> None:
        """Free the device. May be called twice."""


class SoundDevice:
    """The system's default sound output, by PortAudio.

    Raises:
        OSError: There is no PortAudio library or no output device.
    """

    def __init__(self) -> None:
        import sounddevice

        try:
            self._stream: Any = sounddevice.OutputStream(
                samplerate=RATE, channels=1, dtype="int16", latency="low"
            )
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise OSError(str(error)) from error

    def write(self, samples: Samples) -> None:
        """Play samples."""
        self._stream.write(samples.reshape(-1, 1))

    def close(self) -> None:
        """Release the device."""
        self._stream.close()


class WavFile:
    """A sound file instead of a device, in real time: for tests, and to hear a session again.

    Args:
        path: The file; replaced where it exists.
    """

    def __init__(self, path: Path) -> None:
        self._file: Any = wave.open(str(path), "wb")  # noqa: SIM115 - closed by `close`
        self._file.setparams((1, 2, RATE, 0, "NONE", ""))
        self._began_s = time.monotonic()
        self._written = 0
        self._open = True

    def write(self, samples: Samples) -> None:
        """Write samples at the time at which they would be heard."""
        lag = int((time.monotonic() - self._began_s) * RATE) - self._written
        if lag > 0:
            self._put(np.zeros(lag, dtype=np.int16))
        self._put(samples)
        time.sleep(max(0.0, self._began_s + self._written / RATE - time.monotonic() - 0.01))

    def close(self) -> None:
        """Finish the file."""
        if self._open:
            self._open = False
            self._file.close()

    def _put(self, samples: Samples) -> None:
        self._file.writeframes(samples.astype("<i2").tobytes())
        self._written += len(samples)


class Voice:
    """Says messages aloud, or beeps them.

    Args:
        prepare: Words that will be needed; they are rendered at once, in the background.
        beep: Only tones, no words.
        language: Of the voice.
        player: Makes the sound device.
        tell: Told once where there is no voice or no sound.

    Attributes:
        said: What was sounded.
    """

    def __init__(
        self,
        prepare: Iterable[str],
        *,
        beep: bool = False,
        language: str = "en-us",
        player: Callable[[], Player] = SoundDevice,
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.said: list[Said] = []
        self._renderer = None if beep else Renderer(language)
        self._tell, self._player = tell, player
        self._ready: dict[str, Samples] = {}
        self._prepare = list(dict.fromkeys(text for text in prepare if text))
        self._changed = threading.Condition()
        self._waiting: Message | None = None
        self._current: Message | None = None
        self._stop = False
        self.prepared = threading.Event()
        self._threads = [
            threading.Thread(target=self._render_all, name="render voice", daemon=True),
            threading.Thread(target=self._work, name="voice", daemon=True),
        ]
        if self._renderer is not None and self._renderer.engine is None:
            tell("No voice is installed (on Debian: apt install espeak-ng): cues are beeps.")
            self._renderer = None

    def __enter__(self) -> Voice:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def say(
        self,
        text: str,
        tone: str,
        urgency: Urgency = Urgency.TALK,
        *,
        tone_first: bool = False,
        within_s: float = float("inf"),
    ) -> None:
        """Request that a message is spoken; returns at once."""
        message = Message(text, tone, urgency, time.monotonic(), tone_first, within_s)
        with self._changed:
            if self._stop:
                return
            if self._waiting is None or urgency >= self._waiting.urgency:
                self._waiting = message
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> bool:
        """Wait until all was spoken; return False if that takes too long."""
        deadline_s = time.monotonic() + timeout_s
        with self._changed:
            while self._waiting is not None or self._current is not None:
                left_s = deadline_s - time.monotonic()
                if left_s <= 0 or not self._threads[1].is_alive():
                    return False
                self._changed.wait(left_s)
        return True

    def close(self) -> None:
        """Stop speaking and free the device. May be called twice."""
        with self._changed:
            self._stop = True
            self._changed.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(2.0)

    def _render_all(self) -> None:
        for text in self._prepare:
            if self._stop or self._renderer is None:
                break
            self._render(text)
        self.prepared.set()

    def _render(self, text: str, within_s: float = float("inf")) -> Samples | None:
        if text not in self._ready and self._renderer is not None:
            samples = self._renderer.render(text, within_s)
            if samples is not None and len(samples):
                self._ready[text] = samples
        return self._ready.get(text)

    def _work(self) -> None:
        try:
            player = self._player()
        except Exception as error:  # PortAudio's own, a missing library, a server that is not there
            self._tell(f"No sound ({_short(error)}): the coach goes on in pictures and text.")
            self._silence()
            return
        try:
            while (message := self._next()) is not None:
                self._sound(player, message)
        except Exception as error:  # headphones unplugged
            self._tell(f"The sound broke off ({_short(error)}): the coach goes on in pictures and text.")
            self._silence()
        finally:
            player.close()

    def _silence(self) -> None:
        """Continue without sound: messages are taken and ignored."""
        with self._changed:
            self._waiting = self._current = None
            self._stop = True
            self._changed.notify_all()

    def _next(self) -> Message | None:
        """Wait for a message that is not stale; None at the end."""
        with self._changed:
            self._current = None
            self._changed.notify_all()
            while not self._stop:
                message, self._waiting = self._waiting, None
                if message is not None and _fresh(message):
                    self._current = message
                    return message
                self._changed.notify_all()
                self._changed.wait(0.5)
        return None

    def _sound(self, player: Player, message: Message) -> None:
        words = self._render(message.text, message.within_s) if message.text else None
        samples = TONES[message.tone] if words is None else words
        if words is not None and message.tone_first:
            samples = np.concatenate([TONES[message.tone], words])
        if not len(samples):
            return
        delay_s = time.monotonic() - message.asked_s
        self.said.append(Said(message, delay_s, len(samples) / RATE, words is not None))
        for first in range(0, len(samples), _CHUNK):
            if self._stop or self._cut_off(message):
                return
            player.write(samples[first : first + _CHUNK])

    def _cut_off(self, message: Message) -> bool:
        waiting = self._waiting
        return waiting is not None and waiting.urgency > message.urgency and waiting.urgency >= Urgency.CUE


def _fresh(message: Message) -> bool:
    return time.monotonic() - message.asked_s <= STALE_S[message.urgency]


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__
