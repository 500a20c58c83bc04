"""The commands that tell how right formcheck is: `evaluate`, and `label` to say what a clip truly shows."""

from __future__ import annotations

import itertools
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from formcheck.cli import options as opt
from formcheck.cli.terminal import bar, check_clip, check_names, complain, is_dash, note, say
from formcheck.errors import UsageError

if TYPE_CHECKING:
    from formcheck.evaluation.evaluate import Case


def evaluate(
    folder: opt.ClipFolder,
    *,
    exercise: opt.TrueOrAuto = None,
    json: opt.Json = None,
    html: opt.GalleryPage = None,
    blur_face: opt.BlurFace = False,
    markdown: opt.Markdown = False,
    curves: opt.Curves = None,
    tracks: opt.Tracks = None,
    profile: opt.Profile = "standard",
    limits: opt.Limits = None,
    model: opt.Model = "full",
    rules: opt.Rules = None,
) -> int:
    """Compare the analysis of clips with what they truly show: by truth files, or by labels made by eye.

    Exits with 2 where a label was left out because it does not fit.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}; name one with clips and their truth files or labels")
    judged_by = check_names(None, profile, rules, limits=limits)
    from formcheck.evaluation import evaluate as evaluation
    from formcheck.evaluation.gallery import Gallery
    from formcheck.evaluation.sensitivity import draw
    from formcheck.files.writing import check_apart, check_writable, make_folder, write_text

    found, problems = _cases(folder, tracks)
    outputs = [path for path in (json, html, curves) if path and not is_dash(path)]
    check_apart(outputs, [read for case in found for read in (case.clip, case.file)])
    for path in outputs:
        check_writable(path)
    if tracks:
        make_folder(tracks)
    gallery = Gallery(html or folder / "gallery.html", blur_faces=blur_face)
    count = itertools.count()
    with bar("evaluating", len(found), "clips") as advance:
        result = evaluation.compare_cases(
            found,
            model=model,
            profile=judged_by,
            tracks=tracks,
            recognise=None if exercise is None else exercise is opt.Told.AUTO,
            progress=lambda name: advance(next(count)),
            look=gallery.look if html else None,
        )
    if json and not is_dash(json):
        write_text(json, result.to_json())
    if html:
        write_text(html, gallery.html(result.agreement))
    if curves:
        draw(result.rows, curves)
    printed = result.agreement.markdown() if markdown else result.table()
    say((result.to_json() if is_dash(json) else printed).rstrip("\n") + "\n")
    return 2 if problems else 0


def _cases(folder: Path, tracks: Path | None) -> tuple[list[Case], list[str]]:
    """Return the clips to compare, and say what is wrong with labels that are left out."""
    from formcheck.evaluation.evaluate import cases, refuse

    found, problems = cases(folder, tracks)
    if not found and not problems:
        refuse(folder)
    for problem in problems:
        complain(f"{problem}; it is left out")
    if not found:
        raise typer.Exit(2)
    return found, problems


def label(
    clip: opt.Clip,
    *,
    labels: opt.LabelFile = None,
    port: opt.Port = 0,
    no_browser: opt.NoBrowser = False,
    profile: opt.Profile = "standard",
    model: opt.Model = "full",
    rules: opt.Rules = None,
) -> None:
    """Open a page on which you say what a clip shows, and are then told what formcheck thinks.

    It writes CLIP.labels.json, which `evaluate` compares with. The page is for this machine only.
    """
    check_clip(clip)
    judged_by = check_names(None, profile, rules)
    from formcheck.evaluation import eye_labels
    from formcheck.evaluation.label_server import LabelServer
    from formcheck.evaluation.labelling import Desk
    from formcheck.files.writing import check_apart, check_writable
    from formcheck.judging.settings import Settings

    place = labels or eye_labels.place_for(clip)
    check_apart([place], [clip])
    check_writable(place)
    desk = Desk(clip, place, Settings.of(profile=judged_by, model=model))
    try:
        server = LabelServer(desk, port)
        try:
            say(f"{server.address}\n")
            note("Open this address in a browser of this machine; Close on the page, or Ctrl-C, ends it.")
            if not no_browser:
                webbrowser.open(server.address)
            while not server.done.wait(0.5):
                pass
        finally:
            server.close()
    finally:
        desk.close()
    there = eye_labels.read(place, clip.name) is not None
    say(f"The label is in {place}\n" if there else "Nothing was labelled\n")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(evaluate)
    app.command()(label)
