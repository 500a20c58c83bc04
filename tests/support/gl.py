"""Whether this machine can draw without a screen."""

from __future__ import annotations

import pytest

from formcheck.errors import UsageError
from formcheck.render.gl import check_gl


def needs_gl() -> None:
    """Skip the test where there is no OpenGL; the extra is part of `dev`, so without it the test fails."""
    try:
        check_gl()
    except UsageError as error:
        if "pip install" in str(error):
            raise
        pytest.skip(str(error))
