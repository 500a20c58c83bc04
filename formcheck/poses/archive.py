"""Reads arrays from a NumPy archive (`.npz`) of unknown origin: checks come before unpacking.

The directory of an archive and the header of each array declare a size, and both may be wrong. An array is
read only if type, shape and declared size are as expected, and the file can hold that much.
"""

from __future__ import annotations

import math
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from formcheck.errors import brief
from formcheck.files.reading import MOST

MOST_FRAMES = 1_000_000
"""Nine hours at 30 frames per second: no recording is longer."""
_MOST_TEXT = 4096  # characters of a text in an archive
_DENSEST = 1032  # largest ratio of unpacked to packed bytes (DEFLATE)
_WIDEST = 32  # bytes of a number of any type
_HEADER = 1 << 12  # bytes of an array's header at most
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what NumPy writes


class ArchiveError(ValueError):
    """An archive that does not hold what it must; the text says which array, and why."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header of an array."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]


class Archive:
    """An open archive.

    Args:
        file: The file, open for reading in binary.

    Raises:
        ArchiveError: It is no archive.
    """

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except Exception as error:  # a damaged directory makes zipfile raise errors of any kind
            raise ArchiveError("it is no archive of arrays") from error
        names = [info.filename for info in self._zip.infolist()]
        if len(set(names)) < len(names):
            raise ArchiveError("it holds an array twice")

    def __contains__(self, name: str) -> bool:
        return f"{name}.npy" in self._zip.NameToInfo

    def names(self) -> set[str]:
        """Return the names of its arrays."""
        return {name.removesuffix(".npy") for name in self._zip.namelist() if name.endswith(".npy")}

    def text(self, name: str) -> str:
        """Return a text.

        Raises:
            ArchiveError: It is none, or cannot be read.
        """
        found = self._array(name, (), kinds="U", most_bytes=4 * _MOST_TEXT)
        return str(found[()])

    def numbers(self, name: str, shape: Sequence[int | None], *, nan: bool = True) -> np.ndarray:
        """Return an array of numbers as 64-bit floats.

        Args:
            name: Its name.
            shape: Its shape; None stands for the number of frames, at most `MOST_FRAMES`.
            nan: Whether NaN may be in it; what is infinite or beyond all sense never may.

        Raises:
            ArchiveError: It is none of these, or cannot be read.
        """
        most = _WIDEST * math.prod(MOST_FRAMES if length is None else length for length in shape)
        with np.errstate(all="ignore"):  # what does not fit into a 64-bit float is infinite, and refused
            found: np.ndarray = self._array(name, shape, kinds="fiu", most_bytes=most).astype(np.float64)
            found[np.isnan(found)] = np.nan  # one kind of NaN
        bad = np.isinf(found) | (np.abs(found) > MOST)
        if not nan:
            bad |= np.isnan(found)
        if bad.any():
            value = found[bad].flat[0]
            raise ArchiveError(f"its {name} holds {value:g}, where numbers are finite and below {MOST:g}")
        return found

    def _array(self, name: str, shape: Sequence[int | None], *, kinds: str, most_bytes: int) -> np.ndarray:
        info = self._zip.NameToInfo[f"{name}.npy"]
        if info.flag_bits & 0x1:
            raise ArchiveError(f"its {name} is encrypted")
        if info.compress_type not in _PACKED:
            raise ArchiveError(f"its {name} is packed in an unknown way")
        if info.file_size > most_bytes + _HEADER or info.file_size > _DENSEST * (info.compress_size + 64):
            raise ArchiveError(f"its {name} declares {info.file_size} bytes, more than it can hold")
        try:
            with self._zip.open(info) as member:
                head = _header(member)
                _check(name, head, shape, kinds)
                count = math.prod(head.shape)
                data = member.read(count * head.dtype.itemsize + 1)
        except ArchiveError:
            raise
        except Exception as error:  # as above: zipfile, zlib and NumPy on damaged bytes
            raise ArchiveError(f"its {name} cannot be read ({brief(error)})") from error
        if len(data) != count * head.dtype.itemsize:
            raise ArchiveError(f"its {name} holds {len(data)} bytes, which its shape {head.shape} is not")
        flat = np.frombuffer(data, head.dtype, count)
        return flat.reshape(head.shape, order="F" if head.fortran else "C")


def _header(member: IO[bytes]) -> Header:
    version = np.lib.format.read_magic(member)
    reader = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in reader:
        raise ArchiveError(f"it has an array of the unknown format {version}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a header that NumPy only guesses at is none
        return Header(*reader[version](member, max_header_size=_HEADER))


def _check(name: str, head: Header, shape: Sequence[int | None], kinds: str) -> None:
    """Compare the header of an array with the type and shape it must have."""
    if head.dtype.kind not in kinds or head.dtype.hasobject:
        raise ArchiveError(
            f"its {name} is of the type {head.dtype}, not {'text' if kinds == 'U' else 'numbers'}"
        )
    given, wanted = head.shape, tuple(shape)
    fits = len(given) == len(wanted) and all(
        0 <= one <= MOST_FRAMES and two in (None, one) for one, two in zip(given, wanted, strict=True)
    )
    if not fits:
        said = f"({', '.join('frames' if length is None else str(length) for length in wanted)})"
        raise ArchiveError(f"its {name} has the shape {given}, not {said}")


def lengths(archive: Archive, wanted: Mapping[str, tuple[int, ...]], frames: int) -> dict[str, np.ndarray]:
    """Return those of the wanted arrays that are there, each with a row a frame.

    Raises:
        ArchiveError: One of them does not fit.
    """
    return {name: archive.numbers(name, (frames, *tail)) for name, tail in wanted.items() if name in archive}
