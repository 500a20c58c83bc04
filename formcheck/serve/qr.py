"""The address with its token as a QR code, for the terminal and for a page."""

from __future__ import annotations

import io

import segno


def terminal(link: str) -> str:
    """Return a QR code of half blocks, two modules a line."""
    buffer = io.StringIO()
    segno.make(link, error="m", micro=False).terminal(buffer, border=2, compact=True)
    return buffer.getvalue()


def svg_uri(link: str) -> str:
    """Return a QR code as an address of an SVG picture, black on white in any colour scheme."""
    code = segno.make(link, error="m", micro=False)
    uri: str = code.svg_data_uri(scale=8, border=4, dark="#000", light="#fff")
    return uri
