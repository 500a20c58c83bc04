"""What many tests need: a training log of their own, the command line, the pose model.

pytest's importlib mode does not put their folder on the path, which they need to import `support.skeleton`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from formcheck.cli.app import run
from formcheck.errors import ModelError
from formcheck.vision import models

sys.path.insert(0, str(Path(__file__).parent))

# How long an example takes depends on what else the machine does.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def own_log(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A training log of the test's own, in place of the user's; created with the first set."""
    path = tmp_path_factory.mktemp("log") / "log.sqlite"
    monkeypatch.setenv("FORMCHECK_LOG", str(path))
    return path


@pytest.fixture
def formcheck(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The command line in this process: call it with arguments for exit code, stdout and stderr."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = run([str(item) for item in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture(scope="session")
def model() -> Path:
    """The pose model; the test is skipped where there is none."""
    try:
        return models.resolve("full")
    except ModelError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def connections(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], list[str]]]:
    """Call it for what a process that uses a landmarker has connected to."""
    from support.tracing import traced

    with traced(model, tmp_path_factory.mktemp("strace") / "trace") as found:
        if found is None:
            pytest.skip("strace is missing or not allowed")
        yield found


@pytest.fixture(scope="session", autouse=True)
def _begin_what_takes_a_minute(request: pytest.FixtureRequest) -> None:
    """Begin the trace at once where a test asks for it, so that others run meanwhile."""
    if any("connections" in getattr(item, "fixturenames", ()) for item in request.session.items):
        with suppress(pytest.skip.Exception):
            request.getfixturevalue("connections")
