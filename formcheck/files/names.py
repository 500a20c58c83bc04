r"""Names of files and people as they are shown and written: none can harm a terminal, a page or a file.

A file's own path is only ever used to open it. Whatever else is made of it, or of text that came with a file,
goes through here: control characters, those that turn the direction of writing, and bytes that are no UTF-8
become visible, such as `\x1b`, `\u202e` and `\xff`.
"""

from __future__ import annotations

import os
import re
import secrets
from hashlib import sha256
from pathlib import Path, PurePath

# C0, DEL, C1; marks and turns of direction; line separators; byte order mark; lone surrogates; tag characters
_ODD = (
    "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f"
)
_IN_NAMES = re.compile(f"[{_ODD}]")
_IN_TEXT = re.compile(f"[{_ODD}]".replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))  # tabs and line breaks stay
_LOGIN = re.compile(r"://[^/?#]*@")
_BYTE = range(0xDC80, 0xDD00)
"""What Python makes of single bytes of a file's name that are no UTF-8."""
_MOST_BYTES = 240
"""Of the part of a file's name that is made of another one: file systems take 255 with the rest."""
_HASH = 8


def shown(name: str | PurePath) -> str:
    """Return a name on one line, with everything visible that is not."""
    text = str(name)
    return text if text.isprintable() else _IN_NAMES.sub(_visible, text)


def cleaned(text: str) -> str:
    """Return text with everything visible that is not, but for its line breaks and tabs."""
    return text if text.isprintable() else _IN_TEXT.sub(_visible, text)


def key(address: str) -> str:
    """Return what tells a clip's address from all others, and can be written: `shown`, but one to one."""
    return shown(address.replace("\\", "\\\\"))


def without_login(address: str) -> str:
    """Return an address without the name and password that may stand before its `@`; a path as it is."""
    return _LOGIN.sub("://", address)


def file_stem(name: str, most_bytes: int = _MOST_BYTES) -> str:
    """Return what files that are made of a clip are called, by the clip's name without its suffix.

    A name that no file should have, or that is too long, is changed; a hash then keeps it apart from others.
    """
    text = _IN_NAMES.sub("_", name).replace("\\", "_")
    if text == name and len(text.encode()) <= most_bytes:
        return text
    return f"{_cut(text, most_bytes - _HASH - 1)}-{short_hash(name)}"


def short_hash(text: str) -> str:
    """Return enough of a hash that few names share one."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]


def part_beside(path: Path) -> Path:
    """Return a hidden file beside another one, to be written and then given its name."""
    return path.with_name(f".{file_stem(path.stem, 80)}-{os.getpid()}-{secrets.token_hex(4)}.part")


def _visible(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code in _BYTE:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")
