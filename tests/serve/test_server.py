"""The server itself: certificates, ports, when it stops, and the command."""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import re
import shutil
import signal
import ssl
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support.phones import jpeg, room
from support.skeleton import kickbacks

from formcheck.cli import serve as serve_command
from formcheck.errors import UsageError
from formcheck.evaluation import live_speed
from formcheck.serve import certificates as certs
from formcheck.serve.access import Place
from formcheck.serve.qr import svg_uri, terminal
from formcheck.serve.server import Server, lan_address, listen, serve

HOME = ipaddress.ip_address("127.0.0.1")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="there rights are not bits")


@POSIX
def test_keys_are_their_owners_and_certificates_stay(tmp_path: Path) -> None:
    first = certs.certificates(HOME, tmp_path / "keys")
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    before = first.server.read_bytes()
    assert certs.certificates(HOME, tmp_path / "keys").server.read_bytes() == before
    other = certs.certificates(ipaddress.ip_address("fd00::5"), tmp_path / "keys")
    assert other.authority == first.authority
    first.key.chmod(0o644)
    with pytest.raises(UsageError, match="others can read the key"):
        certs.certificates(HOME, tmp_path / "keys")


def test_a_certificate_of_another_authority_is_made_anew(tmp_path: Path) -> None:
    first = certs.certificates(HOME, tmp_path)
    before = first.server.read_bytes()
    (tmp_path / "authority.key").unlink()
    assert certs.certificates(HOME, tmp_path).server.read_bytes() != before
    (tmp_path / "authority.crt").write_bytes(b"nonsense")
    with pytest.raises(UsageError, match="damaged; delete that folder"):
        certs.certificates(HOME, tmp_path)


def test_a_browser_that_trusts_the_authority_is_not_warned(tmp_path: Path) -> None:
    files = certs.certificates(HOME, tmp_path / "keys")
    listening = listen("127.0.0.1", 0)
    place = Place("127.0.0.1", listening.getsockname()[1], secure=True)
    context = ssl.create_default_context(cafile=str(files.authority))
    with room(kickbacks(reps=1), tmp_path) as inside, Server(inside, place, listening, files):
        link = http.client.HTTPSConnection("127.0.0.1", place.port, context=context, timeout=20)
        link.request("GET", "/")
        answer = link.getresponse()
        assert answer.status == 200
        body = answer.read().decode()
        assert "uvicorn" not in str(answer.headers).lower()
        link.request(
            "POST",
            "/join",
            json.dumps({"token": inside.tokens.issue()}),
            {"origin": place.origin, "content-type": "application/json"},
        )
        answer = link.getresponse()
        assert "Secure" in answer.headers["set-cookie"]
        answer.read()
        link.close()
        assert "join.js" in body
        stranger = http.client.HTTPSConnection("127.0.0.1", place.port, timeout=20)
        with closing(stranger), pytest.raises(ssl.SSLCertVerificationError):
            stranger.connect()


def test_the_authority_vouches_for_private_addresses_only(tmp_path: Path) -> None:
    from cryptography import x509

    files = certs.certificates(HOME, tmp_path)
    cert = x509.load_pem_x509_certificate(files.authority.read_bytes())
    held = cert.extensions.get_extension_for_class(x509.NameConstraints)
    assert held.critical
    assert held.value.permitted_subtrees is not None
    networks = [one.value for one in held.value.permitted_subtrees if isinstance(one, x509.IPAddress)]
    assert not any(network.is_global for network in networks)
    server = x509.load_pem_x509_certificate(files.server.read_bytes())
    assert (server.not_valid_after_utc - server.not_valid_before_utc).days <= 398


def test_addresses_that_cannot_be_are_said() -> None:
    assert lan_address("192.168.1.20") == ipaddress.ip_address("192.168.1.20")
    for wrong in ("8.8.8.8", "2001:4860::1", "0.0.0.0"):
        with pytest.raises(UsageError, match="not of a private network"):
            lan_address(wrong)
    with pytest.raises(UsageError, match="no address"):
        lan_address("my-laptop")
    with listen("127.0.0.1", 0) as taken, pytest.raises(UsageError, match="name another with --port"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_it_stops_when_nobody_trains(tmp_path: Path) -> None:
    listening = listen("127.0.0.1", 0)
    place = Place("localhost", listening.getsockname()[1], secure=False)
    links: list[str] = []
    with room(kickbacks(reps=1), tmp_path) as inside:
        server = Server(inside, place, listening)
        assert serve(server, invite=links.append, idle_s=0.4, stop=lambda: False)
    assert len(links) == 1
    assert links[0].startswith(place.origin + "/#")


def test_a_token_that_was_used_is_followed_by_another(tmp_path: Path) -> None:
    listening = listen("127.0.0.1", 0)
    place = Place("localhost", listening.getsockname()[1], secure=False)
    links: list[str] = []
    with room(kickbacks(reps=1), tmp_path) as inside:

        def invite(link: str) -> None:
            links.append(link)
            if len(links) == 1:
                assert inside.join(link.partition("#")[2]) is not None

        serve(Server(inside, place, listening), invite=invite, idle_s=60.0, stop=lambda: len(links) > 1)
    assert len(set(links)) == 2


def test_codes_hold_the_link() -> None:
    link = "https://192.168.1.7:8750/#abc"
    assert len(terminal(link).splitlines()) > 10
    assert svg_uri(link).startswith("data:image/svg+xml")


def test_wrong_options_are_said(formcheck: Callable[..., tuple[int, str, str]]) -> None:
    for options, said in (
        (("--address", "192.168.1.5"), "--address is for --lan"),
        (("--tempo", "fast"), "not three numbers"),
        (("--exercise", "jumping-jack"), "jumping-jack"),
        (("--port", "99999"), "--port"),
    ):
        code, _, err = formcheck("serve", *options)
        assert code == 2
        assert said in err


def test_without_the_extra_it_says_what_to_install(
    formcheck: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve_command, "find_spec", lambda name: None)
    code, _, err = formcheck("serve")
    assert code == 2
    assert "pip install 'formcheck[serve]'" in err


def test_the_bench_by_browser_says_what_to_install(
    formcheck: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.touch()
    monkeypatch.setattr(live_speed, "find_spec", lambda name: None)
    code, _, err = formcheck("bench", "live", clip, "--via", "file,browser")
    assert (code, err.count("\n")) == (2, 1)
    assert "pip install 'formcheck[dev]'" in err


@pytest.mark.model
def test_a_report_folder_that_is_a_file_is_said_before_a_phone_comes(
    formcheck: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    options = ("--port", "0", "--no-log", "--idle", "0.1", "--voice", "off", "--report", tmp_path / "file")
    code, out, err = formcheck("serve", *options)
    assert (code, out) == (2, "")
    assert "it is a file, not a folder" in err


def use(command: list[str], folder: Path, during: Callable[[], None] = lambda: None) -> tuple[int, str]:
    """Start the command, let a phone in, send three frames, and stop it; return its exit code and stderr."""
    options = ["--port", "0", "--no-log", "--record", str(folder / "rec"), "--report", str(folder / "rep")]
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    with subprocess.Popen(
        [*command, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        found = None
        for line in process.stdout:
            if found := re.search(r"http://localhost:(\d+)/#(\S+)", line):
                break
        assert found is not None
        port, token = found.groups()
        own = {"origin": f"http://localhost:{port}", "host": f"localhost:{port}"}
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=120)
        connection.request("POST", "/join", json.dumps({"token": token}), own)
        answer = connection.getresponse()
        own["cookie"] = answer.headers["set-cookie"].partition(";")[0]
        assert answer.read() == b"{}"
        connection.request("POST", "/start", json.dumps({"page": "p"}), own)
        connection.getresponse().read()
        for i in range(3):
            head = {**own, "x-page": "p", "x-captured-ms": str(1000 + 50 * i)}
            connection.request("POST", "/frame", jpeg((640, 480)), head)
            assert connection.getresponse().read()
        connection.close()
        during()
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=180)
    return process.returncode, err


@POSIX
@pytest.mark.model
def test_the_command_lets_a_phone_in_and_leaves_nothing_to_others(model: Path, tmp_path: Path) -> None:
    def look() -> None:
        written = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert any(path.suffix == ".mkv" for path in written)
        for path in [*written, tmp_path / "rec", tmp_path / "rep"]:
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path

    code, err = use([sys.executable, "-m", "formcheck", "serve"], tmp_path, look)
    assert code == 130
    assert "Traceback" not in err


@pytest.mark.model
def test_nothing_is_sent_anywhere_but_to_the_phone(model: Path, tmp_path: Path) -> None:
    strace, trace = shutil.which("strace"), tmp_path / "trace"
    command = [str(strace), "-f", "-qq", "-o", str(trace), "-e", "trace=connect,sendto,sendmsg,sendmmsg"]
    if strace is None or subprocess.run([*command, "true"], capture_output=True).returncode:
        pytest.skip("strace is missing or not allowed")
    use([*command, sys.executable, "-m", "formcheck", "serve"], tmp_path)
    internet = [line for line in trace.read_text().splitlines() if "AF_INET" in line]
    assert not [line for line in internet if '"127.0.0.1"' not in line]
