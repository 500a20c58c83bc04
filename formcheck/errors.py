"""Everything formcheck raises on purpose.

FormcheckError                 exit code 2: used wrongly
├── UsageError                 an argument, name or file that does not fit (RuleFileError: a rule file)
├── OutputError                an output that cannot be written
├── ModelError                 the pose model cannot be had
├── LogError                   the training log cannot be read or written
└── ClipError                  exit code 3: the clip could not be analysed
    ├── VideoError             cannot be opened, decoded, or holds no frame
    ├── TrackError             a recorded track that is not one
    ├── ReportError            a report that is damaged
    └── NoPersonError          nobody was seen in any frame

Each message is one sentence that says what is wrong and what to do about it.
"""

from __future__ import annotations

from pathlib import Path

_LONGEST = 180  # characters of what a library says


class FormcheckError(Exception):
    """Base of all errors that a user can act on; `exit_code` is what the command line returns."""

    exit_code = 2


class UsageError(FormcheckError):
    """An argument, a name or a file does not fit."""


class RuleFileError(UsageError):
    """A rule file that cannot be used.

    Attributes:
        path: The file.
        line: Where in it, counted from 1; None where that is not known.
        says: What is wrong, without the place.
    """

    def __init__(self, path: Path, says: str, line: int | None = None) -> None:
        self.path, self.line, self.says = path, line, says
        super().__init__(f"the rule file {path}{f':{line}' if line else ''}: {says}")

    def __reduce__(self) -> tuple[type[RuleFileError], tuple[Path, str, int | None]]:
        return type(self), (self.path, self.says, self.line)  # it travels from worker processes


class OutputError(FormcheckError):
    """An output file cannot be written."""


class ModelError(FormcheckError):
    """The pose model is missing, damaged, or cannot be fetched."""


class LogError(FormcheckError):
    """The training log cannot be read or written."""


class ClipError(FormcheckError):
    """This clip could not be analysed."""

    exit_code = 3


class VideoError(ClipError):
    """The video cannot be opened or decoded, or holds no frame."""


class TrackError(ClipError):
    """The recorded track is missing, damaged, or of another version."""


class ReportError(ClipError):
    """The saved report is damaged: what it holds does not fit together."""


class NoPersonError(ClipError):
    """No person was seen in any frame."""


def brief(error: object) -> str:
    """Return what an error says in one line that is not too long."""
    text = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
