"""The documents: every link leads somewhere, every command and option exists, and quick commands run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from support.skeleton import Shot, kickbacks

from formcheck.cli.app import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "rules/ADDING.md", "rules/README.md")),
    *sorted((ROOT / "formcheck").rglob("README.md")),
]
FOLLOWED = ROOT / "rules" / "ADDING.md"
"""`test_walkthrough` runs this one block by block."""
QUICK = ("exercises", "explain", "history", "measures", "report", "schema")
"""Commands that need neither a network nor the pose model."""
FOREIGN = {"--nthreads"}
"""Options of other programs: a Dask worker's."""

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^()\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
PLACE = re.compile(r"(?:formcheck|rules|samples|\.ci)/[\w./-]*")

each = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def prose(document: Path) -> str:
    return BLOCK.sub("", document.read_text("utf-8"))


def blocks(document: Path, language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(document.read_text("utf-8")) if kind == language]


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives a document's headings."""
    slugs: list[str] = []
    for heading in re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        slugs.append(re.sub(r"[^\w\- ]", "", text).replace(" ", "-"))
    return {
        slug if slug not in slugs[:at] else f"{slug}-{slugs[:at].count(slug)}"
        for at, slug in enumerate(slugs)
    }


def broken_links(document: Path) -> list[str]:
    wrong = []
    for link in LINK.findall(prose(document)):
        place, _, anchor = link.partition("#")
        target = document.parent / place if place else document
        if "://" not in link and (not target.exists() or (anchor and anchor not in anchors(target))):
            wrong.append(link)
    return wrong


def shell_commands(document: Path) -> Iterator[list[str]]:
    """The arguments of every formcheck command in a document's shell blocks."""
    for line in "".join(blocks(document, "sh")).splitlines():
        for part in line.split("&&"):
            words = shlex.split(part, comments=True)
            if words and Path(words[0]).name == "formcheck":
                yield words[1 : words.index(">")] if ">" in words else words[1:]


def spoken_commands(document: Path) -> Iterator[list[str]]:
    """The words of every formcheck command in a document's sentences, with names in place of values."""
    for code in CODE.findall(prose(document)):
        words = code.split()
        if words[0] == "formcheck" and len(words) > 1:
            yield words[1 : words.index(">")] if ">" in words else words[1:]


def command(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command that words begin with, and the words after its name.

    Raises:
        KeyError: There is no such command.
    """
    found: Any = typer.main.get_command(app)
    while words and hasattr(found, "commands") and not words[0].startswith("-"):
        if found.name == "bench" and words[0] not in found.commands:
            return found.commands["clip"], words  # the word may be left out
        found, words = found.commands[words[0]], words[1:]
    return found, words


def options(found: Any) -> set[str]:
    """Every option of a command and of those below it."""
    known = {name for item in found.params for name in (*item.opts, *item.secondary_opts)}
    return known.union({"--help"}, *map(options, getattr(found, "commands", {}).values()))


def test_the_readme_fits() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 220


@each
def test_every_link_leads_somewhere(document: Path) -> None:
    assert broken_links(document) == []


def test_links_that_lead_nowhere_are_found(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(
        "# A (b), `c`\n## Same\n## Same\n[a](#a-b-c) [b](#gone)\n"
        "[c](README.md#same-1) [d](none.md) [e](README.md#same-2)\n"
        "```sh\n[f](in-a-block)\n```\n",
        "utf-8",
    )
    assert broken_links(page) == ["#gone", "none.md", "README.md#same-2"]


@each
def test_every_command_is_taken(document: Path) -> None:
    """Each is parsed as a whole: its name, its options with their values, how many arguments it has."""
    for words in shell_commands(document):
        found, rest = command(words)
        found.make_context(found.name, list(rest))


@each
def test_every_option_exists(document: Path) -> None:
    known = options(typer.main.get_command(app)) | FOREIGN
    assert set(OPTION.findall(prose(document))) <= known
    for words in spoken_commands(document):
        found, rest = command(words)
        assert set(OPTION.findall(" ".join(rest))) <= options(found), words


def test_quick_commands_run(
    formcheck: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kickbacks(Shot(), reps=2).save(tmp_path / "kickback.npz")
    assert formcheck("analyze", "kickback.npz", "--lifter", "Ana", "--out", "out")[0] == 0
    ran = []
    for document in DOCUMENTS:
        for words in shell_commands(document) if document != FOLLOWED else ():
            if words[0] in QUICK:
                sure = ["--yes"] if "--delete-everything" in words else []
                code, out, err = formcheck(*words, *sure)
                assert (code, err) == (0, ""), words
                ran.append(words[0])
                written = [tmp_path / word for word in words if re.fullmatch(r"\w+\.(html|json|csv)", word)]
                assert out or written, words
                assert all(path.stat().st_size for path in written), words
    assert {"exercises", "explain", "history", "measures", "report"} <= set(ran)


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = blocks(ROOT / "README.md", "python")
    assert '"clip.mp4"' in example
    monkeypatch.chdir(tmp_path)
    kickbacks(Shot(), reps=2).save(tmp_path / "clip.npz")
    exec(example.replace("clip.mp4", "clip.npz"), {})
    assert re.findall(r"^(\d) [\d.]+ \[", capsys.readouterr().out, re.MULTILINE) == ["1", "2"]


def test_the_limits_shown_are_limits(formcheck: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    (shown,) = blocks(ROOT / "formcheck" / "exercises" / "README.md", "toml")
    (tmp_path / "my.toml").write_text(shown, "utf-8")
    kickbacks(Shot(), reps=2).save(tmp_path / "clip.npz")
    code, _, err = formcheck("analyze", tmp_path / "clip.npz", "--limits", tmp_path / "my.toml", "--no-log")
    assert (code, err) == (0, "")


@pytest.mark.model
def test_the_readme_shows_what_is_printed(
    formcheck: Callable[..., tuple[int, str, str]], model: Path
) -> None:
    """But for the numbers, which differ a little from one processor to the next."""

    def lines(text: str) -> list[str]:
        return [" ".join(re.sub(r"\d[\d.]*", "0", line).split()) for line in text.splitlines()]

    (shown,) = blocks(ROOT / "README.md", "text")
    code, out, _ = formcheck("analyze", ROOT / "samples" / "kickback.mp4", "--no-log")
    assert code == 0
    assert [line for line in lines(shown) if line not in lines(out)] == []


@each
def test_every_file_named_exists(document: Path) -> None:
    for code in CODE.findall(prose(document)):
        if PLACE.fullmatch(code):
            assert (ROOT / code).exists(), code
        elif re.fullmatch(r"\w+\.py", code):
            assert (document.parent / code).exists(), code


def test_where_to_change_things_is_true() -> None:
    """Each answer's file holds the names that the answer tells."""
    section = (ROOT / "formcheck" / "README.md").read_text("utf-8").split("\n## Where do I change ...?\n")[1]
    rows = [line for line in section.split("\n## ")[0].splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 5
    for row in rows:
        place = ""
        for code in CODE.findall(row):
            if PLACE.fullmatch(code) and code.endswith(".py"):
                place = (ROOT / code).read_text("utf-8")
            elif place and not OPTION.match(code) and re.fullmatch(r"[\w@.(=]+\)?", code):
                assert code.removesuffix("...)") in place, (row, code)
