"""The page on which a person says what a clip shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formcheck.report.page.render import fill_template


def label_page(about: Mapping[str, Any]) -> str:
    """Return the page.

    Args:
        about: Of the clip: its `name`, the `file` of its label, and what the page's script needs.
    """
    return fill_template(
        "label.html.j2", scripts=("assets/label.js",), name=about["name"], file=about["file"], data=about
    )
