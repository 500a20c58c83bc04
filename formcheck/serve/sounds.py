"""Sound files for phones: words rendered by this machine's voice, and tones."""

from __future__ import annotations

import io
import threading
import wave
from collections import OrderedDict
from collections.abc import Iterable

from formcheck.live.voice import RATE, TONES, Renderer, Samples

_MOST = 600  # texts remembered; 1.5 s of sound are 66 kB


class Sounds:
    """Words and their sound files, by number. Made once for all phones.

    Args:
        prepare: Words that will be needed; they are rendered in the background.
        language: Of the voice, as espeak names it.
        renderer: Renders words; the system's voice by default.
        on: Whether there are words at all, or only tones.
    """

    def __init__(
        self,
        prepare: Iterable[str],
        *,
        language: str = "en-us",
        renderer: Renderer | None = None,
        on: bool = True,
    ) -> None:
        self._renderer = renderer or Renderer(language)
        self.spoken = on and self._renderer.engine is not None
        self._lock = threading.Lock()
        self._rendering = threading.Lock()
        self._numbers: dict[str, int] = {}
        self._texts: OrderedDict[int, tuple[str, float]] = OrderedDict()
        self._files: dict[int, bytes] = {}
        self._stop = False
        self.prepared = [self.number(text) for text in dict.fromkeys(prepare) if text]
        self._thread = threading.Thread(target=self._prepare, name="render voice", daemon=True)
        if self.spoken:
            self._thread.start()

    def number(self, text: str, within_s: float = float("inf")) -> int:
        """Return the number of a text, a new one where it has none."""
        with self._lock:
            if text not in self._numbers:
                number = self._numbers[text] = len(self._numbers)
                self._texts[number] = (text, within_s)
                while len(self._texts) > _MOST:
                    oldest, _ = self._texts.popitem(last=False)
                    self._files.pop(oldest, None)
            return self._numbers[text]

    def file(self, number: int) -> bytes | None:
        """Return the WAV file of a text, rendered where it was not yet; None where there is none."""
        with self._lock:
            known = self._texts.get(number)
            if known is None or not self.spoken or number in self._files:
                return self._files.get(number)
        with self._rendering:
            if number not in self._files:
                samples = self._renderer.render(*known)
                if samples is not None and len(samples):
                    with self._lock:
                        self._files[number] = wav(samples)
        return self._files.get(number)

    def close(self) -> None:
        """Render nothing more."""
        self._stop = True
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _prepare(self) -> None:
        for number in self.prepared:
            if self._stop:
                return
            self.file(number)


def wav(samples: Samples) -> bytes:
    """Return samples as a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()


TONE_FILES: dict[str, bytes] = {name: wav(samples) for name, samples in TONES.items()}
"""The tones as files."""
