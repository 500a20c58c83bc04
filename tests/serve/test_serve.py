"""Phones before the server, without a browser: who is let in, what is judged, kept and refused."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from support.live_fakes import reports
from support.phones import CHOICE, PLACE, Handset, NearestFinder, SentStamps, jpeg, room
from support.skeleton import Shot, Tempo, join, kickbacks, still

from formcheck.exercises import catalog
from formcheck.judging.settings import Settings
from formcheck.live import recording
from formcheck.live.session import Parts
from formcheck.live.words import PageWords
from formcheck.pipeline import Session
from formcheck.report.model import Report
from formcheck.serve import app as app_module
from formcheck.serve import feed
from formcheck.serve import phone as phone_module
from formcheck.serve import room as room_module
from formcheck.serve.access import Bucket, Place, Tokens
from formcheck.serve.app import MOST_FRAME_BYTES, app_for
from formcheck.serve.capacity import Capacity
from formcheck.serve.phone import Choice
from formcheck.serve.sounds import TONE_FILES, Sounds
from formcheck.serve.take import PhoneVoice
from formcheck.video.reader import VideoSource

KICK = catalog.exercise("glute-kickback")
QUICK = Tempo(up=0.7, hold=1.1, down=1.2, rest=0.7, lead=1.2)
SHOT = Shot(fps=20.0, noise_px=0.5)
WEB = files("formcheck.serve") / "web"


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals of these tests do not go into the user's folder."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setattr(recording, "user_state_path", lambda name: folder)
    monkeypatch.setattr(app_module, "Strangers", lambda: _Everybody())


class _Everybody:
    def takes(self, address: str) -> bool:
        return True


@pytest.fixture
def faulty() -> Any:
    """Two good repetitions and two with an arched back."""
    return kickbacks(SHOT, tempo=QUICK, reps=4, top_deg=(4, 22, 4, 22), arch_deg=(0, 14, 0, 14))


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test asks too much of itself: what a phone may ask is tested by itself."""
    monkeypatch.setattr(room_module, "RATE", 1e9)
    monkeypatch.setattr(room_module, "BURST", 1e9)
    monkeypatch.setattr(phone_module, "WAIT_S", 60.0)
    monkeypatch.setattr(feed, "Stamps", SentStamps)


def verdicts(report: Report) -> list[Any]:
    return [(rep.index, rep.start_s, rep.end_s, rep.score, rep.verdicts) for rep in report.reps]


@pytest.mark.slow
def test_what_a_phone_sends_is_judged_recorded_and_summed_up(tmp_path: Path, faulty: Any) -> None:
    kept: list[tuple[Any, str]] = []
    with room(
        faulty,
        tmp_path,
        record=tmp_path / "rec",
        report=tmp_path / "rep",
        keep=lambda analysis, lifter: kept.append((analysis, lifter)),
    ) as inside:
        phone = Handset(inside).join()
        seen = phone.train(faulty)
        last = phone.end()
        assert max(state["reps"] for state in seen) == 4
        cues = [state["banner"]["text"] for state in seen if state.get("banner")]
        assert "Kick lower, keep your back flat" in cues
        said = [one for state in seen for one in state["say"]]
        assert {"safety"} <= {one["tone"] for one in said}
        coloured = {line["colour"] for state in seen for line in state.get("lines", ())}
        assert len(coloured) > 3
        (result,) = last["results"]
        assert result["lines"][0].startswith("4 reps.")
        page = phone.client.get(f"/report/{result['number']}")
        assert "Kick lower, keep your back flat" in page.text
        assert "data:image/jpeg" in page.text
        assert "sandbox" in page.headers["content-security-policy"]
    (analysis, lifter) = kept[0]
    assert lifter == ""
    (video,) = (tmp_path / "rec").iterdir()
    session = Session(faulty.size, Settings(exercise=KICK), landmarker=NearestFinder(faulty))
    with VideoSource(video) as source:
        for frame in source:
            session.push(frame)
    again = session.finish().report
    assert verdicts(again) == verdicts(analysis.report)  # every time, value and verdict
    assert again.score == analysis.report.score
    whole = [one for one in reports(tmp_path / "rep", ".report.json") if ".set-" not in one.name]
    assert verdicts(Report.from_json(whole[0].read_bytes())) == verdicts(analysis.report)
    assert "phone-1-1" in whole[0].name


@pytest.mark.slow
def test_a_phone_that_is_turned_before_the_set_begins_anew_and_within_it_goes_on(tmp_path: Path) -> None:
    track = kickbacks(SHOT, tempo=QUICK, reps=2)
    with room(track, tmp_path, record=tmp_path / "rec") as inside:
        phone = Handset(inside).join()
        phone.frame(0.0, jpeg((480, 640)))
        phone.frame(0.1, jpeg((480, 640)))
        seen = phone.train(track[: len(track) - 10], begin_s=0.5)
        assert seen[0]["size"] == list(jpeg_size())
        turned = [phone.frame(track.duration_s + 0.5 + i / 20, jpeg((720, 1280))).json() for i in range(5)]
        assert {tuple(state["size"]) for state in turned} == {jpeg_size()}
        assert turned[-1]["reps"] == 2
        last = phone.end()
        assert last["results"][-1]["lines"][0].startswith("2 reps.")
        assert len(list((tmp_path / "rec").iterdir())) == 2


def jpeg_size() -> tuple[int, int]:
    return (1280, 720)


@pytest.mark.slow
def test_a_network_that_drops_for_ten_seconds_loses_nothing_of_the_set(tmp_path: Path) -> None:
    first = kickbacks(SHOT, tempo=QUICK, reps=2)
    track = join(first, still(first, 10.0), kickbacks(replace(SHOT, seed=3), tempo=QUICK, reps=2))
    with room(track, tmp_path) as inside:
        phone = Handset(inside).join()
        for time_s in track.time_s.tolist():
            if not first.duration_s < time_s < first.duration_s + 10.0:
                phone.frame(time_s)
        last = phone.end()
    counts = [int(one["lines"][0].split()[0]) for one in last["results"] if not one["whole"]]
    assert sum(counts) == 4


@pytest.mark.slow
def test_a_reload_goes_on_with_the_set(tmp_path: Path) -> None:
    track = kickbacks(SHOT, tempo=QUICK, reps=2)
    half = len(track) // 2
    with room(track, tmp_path) as inside:
        phone = Handset(inside).join()
        phone.train(track[:half])
        assert phone.client.get("/about").json()["trains"]
        phone.start("page")  # the same cookie, another page
        for time_s in track.time_s[half:].tolist():
            phone.frame(time_s)
        last = phone.end()
    assert last["results"][-1]["lines"][0].startswith("2 reps.")


def test_garbage_between_the_frames_ends_nothing(tmp_path: Path) -> None:
    track = kickbacks(SHOT, tempo=QUICK, reps=1)
    good = jpeg()
    rubbish = [b"", b"\xff\xd8\xff", b"GIF89a" * 40, good[:200], bytes(range(256)) * 20, jpeg((4000, 300))]
    with room(track, tmp_path) as inside:
        phone = Handset(inside).join()
        for i, time_s in enumerate(track.time_s.tolist()):
            if i % 8 == 0:
                bad = phone.frame(time_s, rubbish[i // 8 % len(rubbish)])
                assert bad.status_code in (200, 422)
            clock = ("nan", "-1", "1e400", "soon", "")[i % 5] if i % 10 == 3 else None
            assert phone.frame(time_s, clock=clock).status_code == 200
        assert phone.client.post("/choose", content=b"{" * 3000).status_code == 422
        assert phone.client.post("/choose", json={"exercise": "auto", "side": "up"}).status_code == 422
        assert phone.client.post("/choose", json={"exercise": "../x"}).status_code == 422
        assert phone.client.post("/choose", json={"exercise": "auto", "lifter": "x" * 99}).status_code == 422
        assert phone.client.post("/start", json=[1]).status_code == 200
        assert phone.frame(99.0, page="").status_code == 409
        assert phone.client.post("/frame", content=bytes(MOST_FRAME_BYTES + 1)).status_code == 413
        assert phone.client.post("/frame", content=iter([b"x"])).status_code == 411
        last = phone.end()
    assert last["stage"] == "off"


def test_a_frame_that_comes_after_the_end_begins_nothing(tmp_path: Path) -> None:
    track = kickbacks(SHOT, tempo=QUICK, reps=1)
    with room(track, tmp_path) as inside:
        phone = Handset(inside).join()
        phone.frame(0.0)
        phone.end()
        late = phone.frame(0.1)  # no error: it was on its way, and the page may have begun anew
        assert (late.status_code, late.json()["stage"]) == (200, "off")
        (one,) = inside.phones
        assert one.take is None
        phone.start()
        assert phone.frame(0.2).json()["stage"] != "off"


@pytest.mark.slow
def test_a_phone_that_sleeps_ends_its_set_and_may_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    track = kickbacks(SHOT, tempo=QUICK, reps=2)
    with room(track, tmp_path) as inside:
        phone = Handset(inside).join()
        phone.train(track)
        assert inside.rest()
        monkeypatch.setattr(phone_module, "SILENT_S", 0.0)
        assert not inside.rest()
        (one,) = inside.phones
        one.end(60.0)
        assert phone.client.get("/state").json()["results"][0]["lines"][0].startswith("2 reps.")
        assert phone.frame(500.0).status_code == 200


def test_another_tab_takes_over(tmp_path: Path) -> None:
    track = kickbacks(SHOT, tempo=QUICK, reps=1)
    with room(track, tmp_path) as inside:
        phone = Handset(inside).join()
        assert phone.frame(0.0).status_code == 200
        phone.start("another")
        assert phone.frame(0.1).status_code == 409
        assert phone.frame(0.2, page="another").status_code == 200


def test_the_other_leg_and_another_exercise_begin_a_new_session(tmp_path: Path) -> None:
    track = kickbacks(SHOT, tempo=QUICK, reps=1)
    made: list[Choice] = []
    with room(track, tmp_path) as inside:
        make = inside.plan.make

        def noted(choice: Choice) -> Parts:
            made.append(choice)
            return make(choice)

        inside.plan = replace(inside.plan, make=noted)
        phone = Handset(inside).join()
        phone.frame(0.0)
        phone.client.post("/choose", json={"exercise": "glute-kickback", "side": "left", "lifter": " Ana "})
        phone.frame(0.1)
        phone.client.post("/press/other-leg", json={})
        phone.frame(0.2)
        assert phone.client.get("/about").json()["side"] == "right"
    assert [(one.side and one.side.value, one.lifter) for one in made] == [
        (None, ""),
        ("left", "Ana"),
        ("right", "Ana"),
    ]


@pytest.mark.slow
def test_two_phones_have_their_own_sessions(tmp_path: Path) -> None:
    track = kickbacks(SHOT, tempo=QUICK, reps=2)
    with room(track, tmp_path) as inside:
        one, other = Handset(inside).join(), Handset(inside)
        assert other.client.post("/join", json={"token": inside.tokens.issue()}).status_code == 200
        inside.guest(other.client.cookies["formcheck"]).phone.page = "page"  # type: ignore[union-attr]
        seen: dict[str, Any] = {}

        def train(name: str, phone: Handset, share: float) -> None:
            seen[name] = phone.train(track[: int(share * len(track))])

        threads = [
            threading.Thread(target=train, args=("one", one, 1.0)),
            threading.Thread(target=train, args=("other", other, 0.55)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (seen["one"][-1]["reps"], seen["other"][-1]["reps"]) == (2, 1)
        one.end()
        number = one.client.get("/state").json()["results"][-1]["number"]
        assert one.client.get(f"/report/{number}").status_code == 200
        assert other.client.get("/report/99").status_code == 404


# Who is let in


def test_a_token_lets_one_phone_in_once(tmp_path: Path) -> None:
    with room(kickbacks(SHOT, reps=1), tmp_path) as inside:
        token = inside.tokens.issue()
        one, other = Handset(inside), Handset(inside)
        assert one.client.post("/join", json={"token": token}).status_code == 200
        assert other.client.post("/join", json={"token": token}).status_code == 403
        for wrong in ("", "x" * 22, None, 7, "ü" * 22):
            assert other.client.post("/join", json={"token": wrong}).status_code == 403
        cookie = one.client.post("/join", json={"token": inside.tokens.issue()}).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie


def test_a_stranger_sees_nothing(tmp_path: Path) -> None:
    with room(kickbacks(SHOT, reps=1), tmp_path) as inside:
        stranger = Handset(inside)
        for path in ("/about", "/state", "/sound/0", "/tone/tick", "/report/1", "/trust", "/authority.crt"):
            assert stranger.client.get(path).status_code == 403
        for path in ("/start", "/frame", "/choose", "/press/end", "/another"):
            assert stranger.client.post(path, json={}).status_code == 403
        page = stranger.client.get("/")
        assert "app.js" not in page.text
        forged = stranger.client.get("/state", headers={"cookie": "formcheck=" + "x" * 43})
        assert forged.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:1", "127.0.0.1:8750", ""])
def test_another_name_for_this_server_is_refused(tmp_path: Path, host: str) -> None:
    with room(kickbacks(SHOT, reps=1), tmp_path) as inside:
        assert Handset(inside).client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:8750.evil.example"])
def test_pages_from_elsewhere_can_change_nothing(tmp_path: Path, origin: str) -> None:
    with room(kickbacks(SHOT, reps=1), tmp_path) as inside:
        phone = Handset(inside).join()
        answer = phone.client.post("/press/end", json={}, headers={"origin": origin})
        assert answer.status_code == 403
        assert phone.client.put("/choose", json={}).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/web/../access.py",
        "/web/%2e%2e/access.py",
        "/web/..%2faccess.py",
        "/web//etc/passwd",
        "/report/..%2f1",
    ],
)
def test_no_path_of_a_request_reaches_the_disk(tmp_path: Path, path: str) -> None:
    with room(kickbacks(SHOT, reps=1), tmp_path) as inside:
        assert Handset(inside).join().client.get(path).status_code == 404


def test_every_answer_forbids_what_is_not_of_this_server(tmp_path: Path) -> None:
    with room(kickbacks(SHOT, reps=1), tmp_path) as inside:
        phone = Handset(inside).join()
        for path in ("/", "/about", "/web/app.js", "/trust", "/web/none", "/tone/tick"):
            headers = phone.client.get(path).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "connect-src 'self'" in policy
            assert "unsafe" not in policy
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cache-control"] == "no-store"


def test_a_flood_is_refused_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_module, "RATE", 1e-6)
    monkeypatch.setattr(room_module, "BURST", 150.0)
    with room(kickbacks(SHOT, reps=1), tmp_path) as inside:
        one, other = Handset(inside).join(), Handset(inside).join()
        answers = [one.client.get("/state").status_code for _ in range(200)]
        assert answers.count(429) == 200 - (150 - 1)  # joining was a stranger's, starting its own
        assert other.frame(0.0).status_code == 200


def test_a_bucket_lets_a_rate_through() -> None:
    now = [0.0]
    bucket = Bucket(10.0, 5.0, lambda: now[0])
    assert [bucket.takes() for _ in range(7)] == [True] * 5 + [False] * 2
    now[0] = 0.25
    assert [bucket.takes() for _ in range(3)] == [True, True, False]
    now[0] = 60.0
    assert sum(bucket.takes() for _ in range(20)) == 5


def test_only_so_many_tokens_wait() -> None:
    tokens = Tokens()
    first = tokens.issue()
    rest = [tokens.issue() for _ in range(16)]
    assert not tokens.spend(first)
    assert tokens.spend(rest[0])
    assert len({len(token) for token in rest}) == 1


def test_places_are_named_as_browsers_do() -> None:
    assert Place("192.168.1.7", 8750, True).link("x") == "https://192.168.1.7:8750/#x"
    assert Place("fd00::1", 1, True).host == "[fd00::1]:1"
    assert PLACE.is_asked("LOCALHOST:8750")
    assert not PLACE.may_ask(None)


# How many


def test_the_limit_is_measured_and_said() -> None:
    cpu_s = [0.0]
    capacity = Capacity(cores=2.0, cpu_s=lambda: cpu_s[0])
    assert capacity.refusal([]) == ("", False)
    text, soon = capacity.refusal([0.0])
    assert soon
    assert "few seconds" in text
    for cost_s in (0.2, 0.025, 0.09, 0.025):  # what begins costs more, and so does what else is done
        for _ in range(45):
            cpu_s[0] += cost_s
            capacity.frame()
    assert capacity.limit == 4  # 0.9 x 2 cores / (15 frames/s x 25 ms) = 4.8
    assert capacity.refusal([20.0, 20.0, 20.0]) == ("", False)
    text, soon = capacity.refusal([20.0] * 4)
    assert "4 phones at a time" in text
    assert not soon
    assert "busy" in capacity.refusal([8.0])[0]
    assert Capacity(1).refusal([20.0])[0].startswith("This computer carries one phone")


def test_a_phone_too_many_is_told_so(tmp_path: Path) -> None:
    with room(kickbacks(SHOT, reps=1), tmp_path, most=1) as inside:
        Handset(inside).join().frame(0.0)
        other = Handset(inside)
        other.client.post("/join", json={"token": inside.tokens.issue()})
        assert "one phone at a time" in other.start()["refused"]
        assert other.frame(0.0).status_code == 409


# Sound and words


class _Voice:
    engine = "voice"

    def __init__(self) -> None:
        self.rendered: list[str] = []

    def render(self, text: str, within_s: float = float("inf")) -> Any:
        import numpy as np

        self.rendered.append(text)
        return np.full(1000, 500, np.int16)


def test_sounds_are_made_once_and_by_number() -> None:
    voice = _Voice()
    sounds = Sounds(["Go", "Go", ""], renderer=voice)  # type: ignore[arg-type]
    said = PhoneVoice(sounds)
    said.say("Go", "ready")
    said.say("", "tick")
    said.say("12 reps.", "done", within_s=4.9)
    first, tick, last = said.taken()
    assert (first["sound"], tick["sound"], last["sound"]) == (0, None, 1)
    assert said.taken() == []
    for number in (0, 1, 0):
        data = sounds.file(number)
        assert data is not None
        assert data.startswith(b"RIFF")
    assert sounds.file(7) is None
    sounds.close()
    assert sorted(voice.rendered) == ["12 reps.", "Go"]
    assert {"safety", "technique", "praise", "ready", "tick", "done", "advice", "lost"} <= set(TONE_FILES)


def test_every_word_of_the_page_can_be_translated() -> None:
    script, page = (WEB / "app.js").read_text("utf-8"), (WEB / "index.html").read_text("utf-8")
    draw = (WEB / "draw.js").read_text("utf-8")
    named = set(re.findall(r'data-word="(\w+)"', page)) | set(re.findall(r"\bwords\.(\w+)", script))
    named |= {name for name in PageWords.__dataclass_fields__ if f"{name}:" in draw or f'"{name}"' in draw}
    others = {name: (WEB / f"{name}.html").read_text("utf-8") for name in ("join", "trust")}
    named |= {word for text in others.values() for word in re.findall(r"\{\{(\w+)\}\}", text)}
    assert named == set(PageWords.__dataclass_fields__)
    for text in (page, *others.values()):  # there is no other text
        assert re.sub(r"<title>.*?</title>|<[^>]*>|\{\{\w+\}\}|\s", "", text, flags=re.S) == ""


def test_own_words_are_shown_and_do_no_harm(tmp_path: Path) -> None:
    words = PageWords(stranger="<b>Bitte scannen</b>", start="Los")
    with room(kickbacks(SHOT, reps=1), tmp_path, words=words, language="de") as inside:
        phone = Handset(inside)
        assert "&lt;b&gt;Bitte scannen&lt;/b&gt;" in phone.client.get("/").text
        about = phone.join().client.get("/about").json()
        assert about["words"]["start"] == "Los"
        assert about["language"] == "de"


def test_the_page_names_no_other_address() -> None:
    for file in WEB.iterdir():
        assert not re.search(r"https?://|//\w+\.", file.read_text("utf-8")), file.name


def test_the_app_needs_no_certificate_without_https(tmp_path: Path) -> None:
    with room(kickbacks(SHOT, reps=1), tmp_path, choice=replace(CHOICE, lifter="Ana")) as inside:
        phone = Handset(inside).join()
        assert phone.client.get("/authority.crt").status_code == 404
        about = phone.client.get("/about").json()
        assert about["lifter"] == "Ana"
        assert not about["secure"]
        assert len(about["exercises"]) == len(catalog.exercises())
        answer = phone.client.post("/another", json={}).json()
        assert answer["link"].startswith("http://localhost:8750/#")
        assert answer["qr"].startswith("data:image/svg+xml")
        assert app_for(inside, PLACE) is not None
