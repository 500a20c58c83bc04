"""The options and arguments of the command line, with their help."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

if TYPE_CHECKING:
    from formcheck.judging.settings import Settings


class Leg(str, Enum):
    """Values of `--side`."""

    LEFT = "left"
    RIGHT = "right"


class Held(str, Enum):
    """Values of `--posture`."""

    STANDING = "standing"
    PRONE = "prone"
    SUPINE = "supine"
    SIDE = "side"
    SEATED = "seated"
    HANGING = "hanging"


class Turn(str, Enum):
    """Values of `--rotate`."""

    RIGHT = "90"
    OVER = "180"
    LEFT = "270"


class Told(str, Enum):
    """Values of `evaluate --exercise`."""

    AUTO = "auto"
    TOLD = "told"


class FailOn(str, Enum):
    """Values of `--fail-on`."""

    WARN = "warn"
    FAULT = "fault"


def _file(help: str, *, name: str | None = None, metavar: str = "FILE") -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = Option(
        *([name] if name else []), metavar=metavar, help=help, show_default=False
    )
    return option


Clip = Annotated[
    Path, Argument(metavar="CLIP", help="A video, or a recorded track (.npz).", show_default=False)
]
ClipOrLandmarks = Annotated[
    Path,
    Argument(
        metavar="CLIP",
        help="A video, a recorded track (.npz), or another tool's landmarks: OpenPose, MMPose or AlphaPose "
        "JSON, .trc, .csv, or a folder with a JSON file a frame.",
        show_default=False,
    ),
]
Size = Annotated[
    str | None,
    Option(
        "--size",
        metavar="WxH",
        help="Of another tool's landmarks: width and height of the picture, such as 1920x1080.",
        show_default=False,
    ),
]
Fps = Annotated[
    float | None,
    Option(
        "--fps",
        metavar="NUMBER",
        help="Of another tool's landmarks: frames a second, where their file does not say.",
        show_default=False,
    ),
]
ClipFolder = Annotated[
    Path,
    Argument(
        metavar="DIR",
        help="Clips with truth files beside them, or labelled by eye (labels.json, CLIP.labels.json).",
        show_default=False,
    ),
]
Topic = Annotated[
    str, Argument(metavar="NAME", help="An exercise, a rule's code or a fault.", show_default=False)
]

ExerciseName = Annotated[
    str,
    Option("--exercise", metavar="NAME", help="See `formcheck exercises`; auto recognises it, set by set."),
]
Pause = Annotated[
    float | None,
    Option("--pause", metavar="SECONDS", help="Pause repetitions: how long to hold.", show_default=False),
]
Deficit = Annotated[bool, Option("--deficit", help="The working foot stands on a platform.")]
Plate = Annotated[
    float | None,
    Option(
        "--plate",
        metavar="MM",
        help="Diameter of the plate on the bar, for its speed in m/s: 450 for an Olympic one.",
        show_default=False,
    ),
]
OneExercise = Annotated[
    str | None, Option("--exercise", metavar="NAME", help="Only this one.", show_default="all of them")
]
TrueOrAuto = Annotated[
    Told | None,
    Option(
        "--exercise",
        help="Recognise the exercise (auto), or take that of the label or truth file (told).",
        show_default="auto for labels by eye, told for truth files",
    ),
]
WorkingLeg = Annotated[
    Leg | None, Option("--side", help="The working leg, the person's own.", show_default="the one that moves")
]
Person = Annotated[
    str | None,
    Option(
        "--person",
        metavar="WHO",
        help="Whom to judge among several: left, middle, right, a number from the left, or X,Y in pixels.",
        show_default="the one who seems to train",
    ),
]
Rotate = Annotated[
    Turn | None,
    Option("--rotate", help="Turn the picture clockwise by so many degrees first.", show_default=False),
]
Mirrored = Annotated[
    bool, Option("--mirrored", help="The picture shows the person as a mirror does: exchange left and right.")
]
OutFolder = Annotated[
    Path | None,
    _file(
        "Write everything into this folder: CLIP.report.json and .html, .reps.csv, .frames.csv, .track.npz, "
        ".trc, .mot, .annotated.mp4 and .stills/.",
        name="--out",
        metavar="DIR",
    ),
]
Json = Annotated[
    Path | None, _file("Write the result as JSON; - prints it instead of the table.", name="--json")
]
Annotate = Annotated[
    Path | None, _file("Write the clip with what was seen drawn in (MP4).", name="--annotated")
]
Record = Annotated[Path | None, _file("Record the landmarks, to judge them again later.", name="--track")]
Trc = Annotated[
    Path | None,
    _file("Write the landmarks as markers in metres, for OpenSim and Pose2Sim.", name="--trc"),
]
Mot = Annotated[
    Path | None, _file("Write the angles of both legs and the body as a motion, for OpenSim.", name="--mot")
]
Html = Annotated[Path | None, _file("Write a page to look at and to send (one HTML file).", name="--html")]
LabelFile = Annotated[
    Path | None,
    Option(
        "--labels",
        metavar="FILE",
        help="The file of the label: NAME.labels.json for one clip, any other name for many.",
        show_default="CLIP.labels.json, or the labels.json that has the clip",
    ),
]
Port = Annotated[
    int, Option("--port", metavar="NUMBER", min=0, max=65535, help="Where to listen.", show_default="any")
]
NoBrowser = Annotated[bool, Option("--no-browser", help="Only print the address, do not open it.")]
Markdown = Annotated[
    bool, Option("--markdown", help="Print repetitions, exercises and legs as Markdown, for documents.")
]
GalleryPage = Annotated[
    Path | None,
    _file(
        "Write a page with a picture of everything that the eye and formcheck say differently.", name="--html"
    ),
]
Csv = Annotated[Path | None, _file("Write a table with a row for each repetition.", name="--csv")]
CsvFrames = Annotated[Path | None, _file("Write a table with a row for each frame.", name="--csv-frames")]
Stills = Annotated[
    Path | None,
    _file("Write pictures of the faults and of every repetition.", name="--stills", metavar="DIR"),
]
StillsFrom = Annotated[
    Path | None,
    _file("Where the stills are, if not where the report says.", name="--stills", metavar="DIR"),
]
BlurFace = Annotated[bool, Option("--blur-face", help="Blur faces in page, stills and annotated video.")]
EmbedVideo = Annotated[
    bool, Option("--embed-video", help="Put the annotated video into the page: one large file.")
]
ReportFile = Annotated[
    Path,
    Argument(metavar="REPORT", help="A report that analyze --json wrote.", show_default=False),
]
Compared = Annotated[
    list[Path],
    Argument(metavar="A B...", help="Clips, tracks (.npz) or reports (.json).", show_default=False),
]
Tracks = Annotated[
    Path | None,
    _file("Reuse tracks recorded in this folder; record the others.", name="--tracks", metavar="DIR"),
]
Curves = Annotated[
    Path | None,
    _file("Draw how often each fault is found as it grows and as the camera turns (PNG).", name="--curves"),
]
Rules = Annotated[
    Path | None,
    _file(
        "A rule file, or a folder of them, with more exercises. They are Python code, and it is run: use "
        "those you trust.",
        name="--rules",
        metavar="PATH",
    ),
]
RulesChecked = Annotated[
    Path,
    Argument(
        metavar="PATH",
        help="A rule file, or a folder of them, perhaps with clips and their truth files beside. They are "
        "Python code, and it is run: check those you trust.",
        show_default=False,
    ),
]
NewName = Annotated[
    str,
    Argument(
        metavar="NAME", help="Lower case words joined by hyphens, such as leg-raise.", show_default=False
    ),
]
RuleFolder = Annotated[
    Path, Option("--dir", metavar="DIR", help="Where to write the file.", show_default="this folder")
]
Like = Annotated[
    str | None, _file("Start from this exercise's file instead.", name="--like", metavar="EXERCISE")
]
NewHold = Annotated[bool, Option("--hold", help="Write one whose position is held, in place of repetitions.")]
MeasuredClip = Annotated[
    Path | None,
    Argument(metavar="CLIP", help="A video or track to measure in, of any exercise.", show_default=False),
]
SlowMotion = Annotated[
    float | None,
    Option(
        "--slow-motion",
        metavar="TIMES",
        help="How many times slower the clip plays than the person moved, such as 8. (Some files say it.)",
        show_default=False,
    ),
]
BodyPosture = Annotated[
    Held | None, Option("--posture", help="How the person holds the trunk, where it is not as taken.")
]
Fetch = Annotated[str | None, _file("Fetch this model: lite, full or heavy.", name="--fetch", metavar="NAME")]
Profile = Annotated[str, Option(metavar="NAME", help="How strict: standard, strict or beginner.")]
Limits = Annotated[
    Path | None,
    _file("Own limits (TOML), on top of the profile; see `explain NAME --limits`.", name="--limits"),
]
Baseline = Annotated[
    Path | None,
    _file(
        "A clip, track or report of a few clean repetitions of the same person, to compare with.",
        name="--baseline",
    ),
]
AsToml = Annotated[bool, Option("--limits", help="Print the limits as a file for `analyze --limits`.")]
Model = Annotated[str, Option(metavar="NAME|PATH", help="Pose model: lite, full, heavy, or a .task file.")]
Fail = Annotated[
    FailOn | None,
    Option(
        "--fail-on", help="Exit with 1 where a repetition has a fault (or a warning).", show_default=False
    ),
]
Verbose = Annotated[bool, Option("--verbose", help="Show what the libraries say, and tracebacks.")]
Version = Annotated[bool, Option("--version", help="Print the version.", is_eager=True)]


def settings(
    exercise: str | None, *, side: Leg | None = None, rotate: Turn | None = None, **options: Any
) -> Settings:
    """Return the settings that options stand for; the others as for `Settings.of`.

    Raises:
        UsageError: As for `Settings.of`.
    """
    from formcheck.judging.settings import Settings

    options["rotate"] = int(rotate.value) if rotate else 0
    return Settings.of(exercise, side=side and side.value, **options)
