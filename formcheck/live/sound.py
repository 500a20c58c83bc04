"""Sounds: words rendered by the system's voice, and tones. All are prepared before the first repetition."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
    """Return sine tones one after another, each (hertz, seconds), with soft ends; 0 hertz is a pause."""
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
