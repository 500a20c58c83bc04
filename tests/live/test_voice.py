from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
import threading
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from formcheck.exercises import catalog
from formcheck.live import voice as voice_module
from formcheck.live.voice import (
    RATE,
    TONES,
    Renderer,
    Samples,
    Urgency,
    Voice,
    WavFile,
    read_wav,
    tones,
    trimmed,
)

espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
CUE = "Kick lower, keep your back flat"
PATIENCE_S = 120.0
"""Until a test gives up; nothing is measured by it."""


@pytest.fixture(autouse=True)
def _nothing_grows_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is; where staleness is meant, a test says so."""
    monkeypatch.setattr(voice_module, "STALE_S", dict.fromkeys(Urgency, float("inf")))


class Ear:
    """A sound device that takes no time, or stands still until it is let go."""

    def __init__(self, *, held: bool = False) -> None:
        self.heard: list[Samples] = []
        self.begun, self.go = threading.Event(), threading.Event()
        if not held:
            self.go.set()

    def write(self, samples: Samples) -> None:
        self.begun.set()
        assert self.go.wait(PATIENCE_S)
        self.heard.append(samples)

    def close(self) -> None:
        return


def test_tones_are_what_they_say() -> None:
    tone = tones([(1000, 0.1), (0, 0.05)])
    assert len(tone) == pytest.approx(0.15 * RATE, abs=2)
    spectrum = np.abs(np.fft.rfft(tone[: RATE // 10]))
    assert np.argmax(spectrum) / 0.1 == pytest.approx(1000, abs=15)
    assert not tone[-100:].any()
    for name, samples in TONES.items():
        assert np.abs(samples).max() > 5000, name
        assert len(samples) < 0.8 * RATE


def test_silence_around_words_is_cut_off() -> None:
    word = np.full(500, 9000, np.int16)
    quiet = np.full(4000, 20, np.int16)
    assert trimmed(np.concatenate([quiet, word, quiet])).tolist() == word.tolist()
    assert len(trimmed(quiet)) == 0


def test_wav_files_of_other_rates_are_brought_to_ours(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        file.writeframes(np.full(2 * 44_100, 7000, "<i2").tobytes())
    assert len(read_wav(path.read_bytes())) == pytest.approx(RATE, abs=2)


def test_beeps_need_no_voice() -> None:
    ear = Ear()
    with Voice([CUE], beep=True, player=lambda: ear) as voice:
        voice.say(CUE, "safety", Urgency.SAFETY)
        assert voice.wait(PATIENCE_S)
    assert np.concatenate(ear.heard).tolist() == TONES["safety"].tolist()
    assert [said.words for said in voice.said] == [False]


def test_asking_never_waits_and_a_late_count_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(voice_module.STALE_S, Urgency.COUNT, -1.0)  # is late at once
    ear = Ear(held=True)
    with Voice([], beep=True, player=lambda: ear) as voice:
        voice.say("", "technique", Urgency.CUE)
        assert ear.begun.wait(PATIENCE_S)  # it is being sounded
        for _ in range(1000):
            voice.say("", "tick", Urgency.COUNT)
        assert not ear.heard  # it still is
        ear.go.set()
        assert voice.wait(PATIENCE_S)
    assert [said.message.tone for said in voice.said] == ["technique"]


def test_safety_cuts_off_what_is_being_said_and_is_not_replaced_by_less() -> None:
    ear = Ear(held=True)
    with Voice([], beep=True, player=lambda: ear) as voice:
        voice.say("", "done", Urgency.TALK)
        assert ear.begun.wait(PATIENCE_S)
        voice.say("", "safety", Urgency.SAFETY)
        voice.say("", "tick", Urgency.COUNT)
        ear.go.set()
        assert voice.wait(PATIENCE_S)
    assert [said.message.tone for said in voice.said] == ["done", "safety"]
    heard = sum(len(part) for part in ear.heard)
    assert heard < len(TONES["done"]) + len(TONES["safety"])
    assert ear.heard[-1].tolist() == TONES["safety"][-len(ear.heard[-1]) :].tolist()


def test_no_sound_device_is_said_once_and_is_no_error() -> None:
    said: list[str] = []

    def broken() -> Ear:
        raise OSError("no default output device")

    with Voice([], beep=True, player=broken, tell=said.append) as voice:
        for _ in range(5):
            voice.say("", "tick")
            time.sleep(0.02)
        assert voice.wait(PATIENCE_S)
    assert said == ["No sound (no default output device): the coach goes on in pictures and text."]


def test_headphones_unplugged_are_said_once() -> None:
    said: list[str] = []

    class Unplugged(Ear):
        def write(self, samples: Samples) -> None:
            raise OSError("device unavailable")

    with Voice([], beep=True, player=Unplugged, tell=said.append) as voice:
        for _ in range(2):
            voice.say("", "tick")
            voice.wait(PATIENCE_S)
    assert len(said) == 1
    assert "device unavailable" in said[0]


def test_no_voice_on_the_system_is_said_and_beeps_take_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    said: list[str] = []
    ear = Ear()
    with Voice([CUE], player=lambda: ear, tell=said.append) as voice:
        voice.say(CUE, "technique", Urgency.CUE)
        assert voice.wait(PATIENCE_S)
    assert len(said) == 1
    assert "espeak-ng" in said[0]
    assert np.concatenate(ear.heard).tolist() == TONES["technique"].tolist()


@espeak
def test_words_are_spoken_not_beeped_and_prepared_ones_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "said.wav"
    with Voice([CUE, "7"], player=lambda: WavFile(path)) as voice:
        assert voice.prepared.wait(PATIENCE_S)
        monkeypatch.setattr(Renderer, "render", lambda *given: None)  # nothing is rendered any more
        voice.say(CUE, "safety", Urgency.SAFETY)
        assert voice.wait(PATIENCE_S)
    with wave.open(str(path)) as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    said = voice.said[0]
    assert said.words
    assert 0.8 < said.length_s < 2.5
    loud = np.abs(heard) > 1500
    assert loud.sum() > 0.2 * RATE
    spectrum = np.abs(np.fft.rfft(heard[loud.argmax() :]))
    assert (spectrum > 0.1 * spectrum.max()).sum() > 50  # speech is broad, a tone is a line or two


@espeak
def test_another_language_sounds_different() -> None:
    english, german = Renderer("en-us").render("Rücken gerade"), Renderer("de").render("Rücken gerade")
    assert english is not None
    assert german is not None
    assert english.tolist() != german.tolist()


@espeak
def test_no_cue_takes_longer_than_two_seconds_and_the_longest_summary_not_five() -> None:
    renderer = Renderer()
    rules = [rule for one in catalog.exercises().values() for rule in one.rules]
    longest = sorted({text for rule in rules for text in (rule.cue, rule.cue_minus) if text}, key=len)[-4:]
    for text in longest:
        samples = renderer.render(text)
        assert samples is not None
        assert len(samples) / RATE < 2.5, text
    good = max((rule.good for rule in rules), key=len)
    summary = renderer.render(f"12 reps. Score 82. Good: {good}. Fix: {longest[-1]}", 4.9)
    assert summary is not None
    assert len(summary) / RATE < 5.0


@espeak
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ALSA")
def test_the_system_s_sound_output_gets_the_words(tmp_path: Path) -> None:
    """PortAudio and ALSA for real, down to a card that writes to a file."""
    if not Path("/usr/share/alsa/alsa.conf").exists():
        pytest.skip("ALSA is not installed")
    if ctypes.util.find_library("portaudio") is None:
        pytest.skip("PortAudio is not installed")
    heard = tmp_path / "heard.raw"
    config = tmp_path / "asound.conf"
    config.write_text(
        '</usr/share/alsa/alsa.conf>\npcm.!default { type plug slave.pcm "tofile" }\n'
        f'pcm.tofile {{ type file slave.pcm "null" file "{heard}" format "raw" }}\n'
    )
    code = (
        "from formcheck.live import voice as module\n"
        "from formcheck.live.voice import Voice, Urgency\n"
        "module.STALE_S = dict.fromkeys(Urgency, float('inf'))\n"
        "with Voice(['Long leg'], tell=print) as voice:\n"
        "    assert voice.prepared.wait(120)\n"
        "    voice.say('Long leg', 'technique', Urgency.CUE)\n"
        "    assert voice.wait(120) and voice.said[0].words\n"
    )
    environment = {**os.environ, "ALSA_CONFIG_PATH": str(config)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    samples = np.frombuffer(heard.read_bytes(), "<i2").astype(float)
    assert np.abs(samples).max() > 5000
    assert (np.abs(samples) > 500).sum() > 0.2 * RATE
