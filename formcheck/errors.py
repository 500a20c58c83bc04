"""Everything formcheck raises on purpose.

FormcheckError                 exit code 2: used wrongly
├── UsageError                 an argument, name or file that does not fit (RuleFileError: a rule file)
├── OutputError                an output that cannot be written
├── ModelError                 the pose model cannot be had
├── LogError                   the training log cannot be read or written
└── ClipError                  exit code 3: the clip could not be analysed
    ├── VideoError             cannot be opened, decoded, or holds no frame
    ├── TrackError             a recorded track that is not one
    └── NoPersonError          nobody was seen in any frame

Each message is one sentence that says what is wrong and what to do about it.
"""


class FormcheckError(Exception):
    """Base of all errors that a user can act on; `exit_code` is what the command line returns."""

    exit_code = 2


class UsageError(FormcheckError):
    """An argument, a name or a file does not fit."""


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


class NoPersonError(ClipError):
    """No person was seen in any frame."""
