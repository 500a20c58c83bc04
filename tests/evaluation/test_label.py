"""The page of `formcheck label`: who may ask, what is written, and a person's work in a real browser."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.browser import chromium, until, violations
from support.pages import analysis, film
from support.skeleton import Tempo, kickbacks

from formcheck.errors import OutputError, UsageError
from formcheck.evaluation import eye_labels, labelling
from formcheck.evaluation.eye_labels import Label
from formcheck.evaluation.label_server import LabelServer
from formcheck.evaluation.labelling import Desk
from formcheck.judging.settings import Settings

LABEL: dict[str, Any] = {
    "exercise": "glute-kickback",
    "side": "left",
    "tops": [1.0, 2.0],
    "partial_tops": [1.0],
}
TIMES_S = [(Tempo().times(i)[1] + Tempo().times(i)[2]) / 2 for i in range(3)]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(analysis(kickbacks(reps=3)), tmp_path_factory.mktemp("film") / "clip.mp4")


@pytest.fixture
def clip(filmed: Path, tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(filmed.read_bytes())
    return path


@contextmanager
def serving(clip: Path) -> Iterator[LabelServer]:
    desk = Desk(clip, eye_labels.place_for(clip), Settings.of())
    server = LabelServer(desk)
    try:
        yield server
    finally:
        server.close()
        desk.close()


@pytest.fixture
def server(clip: Path) -> Iterator[LabelServer]:
    with serving(clip) as found:
        yield found


def ask(
    server: LabelServer, method: str, what: str, body: object = None, *, path: str = "", **headers: str
) -> tuple[int, Any, dict[str, str]]:
    """Ask as the page does, but for the headers given (an empty one is left out)."""
    place = urlsplit(server.address)
    sent = {"Host": place.netloc, "Origin": f"http://{place.netloc}"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
    try:
        connection.putrequest(method, path or place.path + what, skip_host=True)
        for name, value in sent.items():
            if value:
                connection.putheader(name, value)
        if data is not None and "Content-Length" not in sent:
            connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data)
        reply = connection.getresponse()
        got = reply.read()
        found: Any = json.loads(got) if reply.getheader("Content-Type") == "application/json" else got
        return reply.status, found, dict(reply.getheaders())
    finally:
        connection.close()


def test_it_answers_its_own_page_only(server: LabelServer, clip: Path) -> None:
    other = f"http://127.0.0.1:{server.port + 1}"
    assert server.address.startswith(f"http://127.0.0.1:{server.port}/")
    assert ask(server, "GET", "")[0] == 200
    assert ask(server, "GET", "", Origin="")[0] == 200, "a page that is opened has no origin"
    assert ask(server, "GET", "", Host="evil.example")[0] == 421, "a name that was made to lead here"
    assert ask(server, "GET", "", Host="")[0] == 421
    assert ask(server, "GET", "label", Origin=other)[0] == 403
    assert ask(server, "GET", "label", Origin="", Sec_Fetch_Site="cross-site")[0] == 403
    for origin in (other, "null", ""):
        assert ask(server, "PUT", "label", LABEL, Origin=origin)[0] == 403
        assert ask(server, "POST", "result", Origin=origin)[0] == 403
    for path in ("/", "/label", "/wrong/label", server.address.split("/")[3], "/../../etc/passwd"):
        assert ask(server, "GET", "", path=path)[0] == 404
    assert ask(server, "GET", "../clip.mp4")[0] == 404
    assert ask(server, "DELETE", "label")[0] == 501
    assert ask(server, "PUT", "label", LABEL, Content_Length="9999999")[0] == 413
    assert not eye_labels.place_for(clip).exists(), "nothing of that wrote anything"
    headers = ask(server, "GET", "")[2]
    assert headers["Referrer-Policy"] == "no-referrer", "the address holds the token"
    assert headers["X-Frame-Options"] == "DENY"


def test_two_servers_have_two_tokens(clip: Path) -> None:
    with serving(clip) as one, serving(clip) as two:
        assert one.address.split("/")[3] != two.address.split("/")[3]
        assert len(one.address.split("/")[3]) >= 32
        desk = Desk(clip, eye_labels.place_for(clip), Settings.of())
        with pytest.raises(OutputError, match=r"--port"):
            LabelServer(desk, one.port)
        desk.close()


def test_a_label_is_written_checked_and_goes_on(server: LabelServer, clip: Path) -> None:
    code, stored, _ = ask(server, "GET", "label")
    assert (code, stored["label"]) == (200, None)
    code, saved, _ = ask(server, "PUT", "label", LABEL, If_Match=stored["mark"])
    assert code == 200
    written = eye_labels.read(clip.with_name("clip.labels.json"), "clip.mp4")
    assert written is not None
    assert (written.tops, written.partial_tops, written.width) == ((1.0, 2.0), (1.0,), 320)
    assert saved["label"]["tops"] == [1.0, 2.0]
    code, said, _ = ask(server, "PUT", "label", LABEL | {"tops": [2.0, 1.0]}, If_Match=saved["mark"])
    assert (code, said["says"]) == (
        422,
        "the label does not fit: tops: times must increase, and none may stand twice",
    )
    code, said, _ = ask(server, "PUT", "label", b"{", If_Match=saved["mark"])
    assert code == 422
    assert eye_labels.read(clip.with_name("clip.labels.json"), "clip.mp4") == written, "what is there stays"
    with serving(clip) as later:
        assert ask(later, "GET", "label")[1] == saved


def test_what_was_changed_elsewhere_is_not_overwritten(server: LabelServer, clip: Path) -> None:
    mark = ask(server, "GET", "label")[1]["mark"]
    eye_labels.write(
        clip.with_name("clip.labels.json"), "clip.mp4", Label.model_validate(LABEL | {"notes": "mine"})
    )
    code, said, _ = ask(server, "PUT", "label", LABEL, If_Match=mark)
    assert code == 412
    assert "reload the page" in said["says"]
    assert ask(server, "GET", "label")[1]["label"]["notes"] == "mine"


def test_the_video_is_sent_in_the_parts_asked_for(server: LabelServer, clip: Path) -> None:
    whole = clip.read_bytes()
    code, data, headers = ask(server, "GET", "clip")
    assert (code, data, headers["Content-Type"]) == (200, whole, "video/mp4")
    code, data, headers = ask(server, "GET", "clip", Range="bytes=10-19")
    assert (code, data) == (206, whole[10:20])
    assert headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert ask(server, "GET", "clip", Range="bytes=100-")[1] == whole[100:]
    assert ask(server, "GET", "clip", Range=f"bytes={len(whole)}-")[0] == 416


def test_the_result_is_told_only_after_the_label(
    server: LabelServer, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labelling, "analyze_clip", lambda *_, **__: analysis(kickbacks(reps=3)))
    assert ask(server, "GET", "result")[1] == {"state": "new"}
    code, said, _ = ask(server, "POST", "result")
    assert (code, said["says"]) == (422, "label the clip first: name the exercise, and mark the tops")
    mark = ask(server, "GET", "label")[1]["mark"]
    label = LABEL | {"tops": TIMES_S[:2], "partial_tops": []}
    assert "blind" not in ask(server, "PUT", "label", label, If_Match=mark)[1]["label"]
    found = ask(server, "POST", "result")[1]
    while found["state"] == "working":
        found = ask(server, "GET", "result")[1]
    assert found["state"] == "done"
    assert len(found["reps"]) == 3
    assert "Counted without a top" in [one["title"] for one in found["differ"]]
    stored = ask(server, "GET", "label")[1]
    assert stored["label"]["blind"] is True
    same = ask(server, "PUT", "label", stored["label"], If_Match=stored["mark"])[1]
    assert same["label"]["blind"] is True
    changed = ask(server, "PUT", "label", label | {"tops": TIMES_S, "blind": True}, If_Match=same["mark"])[1]
    assert changed["label"]["blind"] is False, "whoever has seen the result is not blind any more"


def test_what_cannot_be_judged_is_said(
    server: LabelServer, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise UsageError("the model is not there")

    monkeypatch.setattr(labelling, "analyze_clip", fail)
    mark = ask(server, "GET", "label")[1]["mark"]
    ask(server, "PUT", "label", LABEL, If_Match=mark)
    found = ask(server, "POST", "result")[1]
    while found["state"] == "working":
        found = ask(server, "GET", "result")[1]
    assert found == {"state": "failed", "says": "the model is not there"}


def test_wrong_use_is_one_sentence(clip: Path, formcheck: Run, tmp_path: Path) -> None:
    track = tmp_path / "track.npz"
    kickbacks(reps=3).save(track)
    (tmp_path / "broken.mp4").write_bytes(b"nothing")
    wrong = tmp_path / "clip.labels.json"
    wrong.write_text('{"exercise": "squat", "tops": [3, 2]}', encoding="utf-8")
    cases: list[tuple[list[Any], int, str]] = [
        ([tmp_path / "none.mp4"], 2, "there is no file"),
        ([track], 2, "is a recorded track"),
        ([tmp_path / "broken.mp4"], 3, "broken.mp4"),
        ([clip], 2, "times must increase"),
        ([clip, "--labels", tmp_path / "no" / "x.json"], 2, "there is no folder"),
        ([clip, "--labels", clip], 2, "would overwrite"),
        ([clip, "--port", "99999"], 2, "--port"),
    ]
    for arguments, code, says in cases:
        found, out, err = formcheck("label", *arguments, "--no-browser")
        assert (found, out) == (code, "")
        assert says in err.lower() or says in err
        assert len(err.splitlines()) == 1
    assert wrong.read_text("utf-8") == '{"exercise": "squat", "tops": [3, 2]}'


@pytest.mark.slow
def test_the_command_ends_when_the_page_says_so(clip: Path) -> None:
    command = [sys.executable, "-m", "formcheck", "label", str(clip), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        place = urlsplit(address)
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=60)
        connection.request("POST", place.path + "done", headers={"Origin": f"http://{place.netloc}"})
        assert connection.getresponse().status == 200
        connection.close()
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (0, "Nothing was labelled\n", "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@contextmanager
def page_of(browser: Any, server: LabelServer, **options: Any) -> Iterator[Any]:
    """Open the page; nothing but this server may be asked, and nothing complained about."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, **options)
    asked: list[str] = []
    complaints: list[str] = []
    try:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(server.address)
        page.wait_for_selector("body.ready")
        yield page
        assert all(url.startswith((server.address, "data:", "blob:")) for url in asked)
        assert complaints == []
    finally:
        context.close()


def to(page: Any, time_s: float) -> None:
    """Show a moment, as a player does."""
    until(page, "video.readyState >= 1")
    page.evaluate(f"video.currentTime = {time_s}")
    until(page, "!video.seeking")


def saved(page: Any) -> None:
    until(page, "document.getElementById('status').textContent === 'Saved'")


@pytest.mark.browser
def test_a_person_labels_a_clip(
    browser: Any, server: LabelServer, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labelling, "analyze_clip", lambda *_, **__: analysis(kickbacks(reps=3)))
    with page_of(browser, server) as page:
        page.keyboard.press("t")
        until(page, "document.getElementById('status').textContent.startsWith('Not saved yet')")
        page.reload()
        page.wait_for_selector("body.ready")
        assert page.locator("#tops li").count() == 1, "not even what could not be saved yet is lost"
        page.keyboard.press("z")
        page.select_option("[data-key=exercise-0]", "glute-kickback")
        page.select_option("[data-key=side-0]", "left")
        page.evaluate("document.activeElement.blur()")
        for time_s, key in zip(TIMES_S, "ttp", strict=True):
            to(page, time_s)
            page.keyboard.press(key)
        page.keyboard.press("ArrowLeft")
        until(page, f"Math.abs(video.currentTime - {TIMES_S[2]} + 1/30) < 0.01")
        page.keyboard.press("[")
        assert page.evaluate("video.playbackRate") == 0.75
        page.select_option("#view", "side")
        page.select_option("#confidence", "medium")
        page.select_option("[data-key=fault-knee-bent]", "some")
        page.locator("[data-key^=knee-bent-]").nth(1).click()
        page.select_option("[data-key=fault-no-hold]", "none")
        page.select_option("[data-key=fault-head-up]", "all")
        page.locator("[data-key=unsure-head-up]").check()
        page.fill("#other-fault", "Head drop")
        page.click("#add-fault")
        page.fill("#notes", "tights <b>")
        page.fill("#to", "20,5")
        saved(page)
        label = eye_labels.read(clip.with_name("clip.labels.json"), clip.name)
        assert label is not None
        assert (label.exercise, label.side, label.view, label.confidence) == (
            "glute-kickback",
            "left",
            "side",
            "medium",
        )
        assert label.tops == pytest.approx(TIMES_S, abs=0.02)
        assert label.partial_tops == label.tops[2:]
        assert label.faults == {"knee-bent": (2,), "no-hold": "none", "head-up?": "all", "head-drop": "all"}
        assert (label.notes, label.label_window_s) == ("tights <b>", (0.0, 20.5))
        page.reload()
        page.wait_for_selector("body.ready")
        assert page.locator("#tops li").count() == 3
        assert page.input_value("#notes") == "tights <b>"
        page.locator("#tops li").first.locator("[aria-label='Remove top 1']").click()
        saved(page)
        label = eye_labels.read(clip.with_name("clip.labels.json"), clip.name)
        assert label is not None
        assert label.faults["knee-bent"] == (1,), "faults stay with their repetition"
        assert not page.locator("#result").is_visible()
        page.click("#reveal")
        until(page, "document.getElementById('differ').textContent.includes('It counts 3 repetitions')")
        assert "Counted without a top" in page.inner_text("#differ")
        page.locator("#differ .seek").first.click()
        page.click("#done")
        until(page, "document.body.classList.contains('closed')")
        assert server.done.is_set()


@pytest.mark.browser
def test_sets_and_legs_in_turn(browser: Any, server: LabelServer, clip: Path) -> None:
    with page_of(browser, server) as page:
        page.select_option("[data-key=exercise-0]", "glute-kickback")
        page.select_option("[data-key=side-0]", "alternating")
        page.evaluate("document.activeElement.blur()")
        for time_s in (1.0, 2.0, 3.0):
            to(page, time_s)
            page.keyboard.press("t")
        page.keyboard.press("n")
        page.select_option("[data-key=exercise-1]", "none")
        page.select_option("[data-key=side-1]", "both")
        page.evaluate("document.activeElement.blur()")
        to(page, 5.0)
        page.keyboard.press("t")
        saved(page)
        label = eye_labels.read(clip.with_name("clip.labels.json"), clip.name)
        assert label is not None
        assert [(one.exercise, one.side, one.tops) for one in label.sets] == [
            ("glute-kickback", "left", (1.0, 3.0)),
            ("glute-kickback", "right", (2.0,)),
            ("none", "both", (5.0,)),
        ]
        page.reload()
        page.wait_for_selector("body.ready")
        assert page.locator("#tops li").count() == 4


@pytest.mark.browser
def test_what_browsers_cannot_play_is_copied(browser: Any, filmed: Path, tmp_path: Path) -> None:
    clip = tmp_path / "old.avi"
    clip.write_bytes(filmed.read_bytes())  # its name says that browsers cannot
    with serving(clip) as server, page_of(browser, server) as page:
        until(page, "video.readyState >= 1")
        assert page.evaluate("video.currentSrc").endswith("clip?copy")
        assert page.evaluate("video.duration") > 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old.avi"]


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1200, "light")])
def test_it_reads_on_any_screen(browser: Any, server: LabelServer, width: int, scheme: str) -> None:
    size = {"width": width, "height": 900}
    with page_of(browser, server, color_scheme=scheme, bypass_csp=True) as page:
        page.set_viewport_size(size)
        page.select_option("[data-key=exercise-0]", "glute-kickback")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("t")
        page.select_option("[data-key=fault-knee-bent]", "some")
        saved(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []
