"""Turn two bare TensorFlow Lite models into a bundle that MediaPipe Tasks accepts.

Written against the flatbuffer format itself, without MediaPipe's schema: the same input gives the same bytes
whatever versions are installed, so that the result can be pinned by its hash.
"""

from __future__ import annotations

import base64
import io
import struct
import zipfile

# The root table "Model" of TensorFlow Lite's schema: its fields in order.
_VERSION, _BUFFERS, _METADATA = 0, 4, 6
_FIELDS = 8

# A "ModelMetadata" flatbuffer (file identifier M001) that says one thing: the input image is to be
# normalised with mean 0 and standard deviation 255. MediaPipe refuses the model without it.
_NORMALIZATION = base64.b64decode(
    "FAAAAE0wMDEMAAwACAAAAAAABAAMAAAACAAAAMQAAAABAAAAEAAAAAwADAAAAAAACAAEAAwAAAAIAAAANAAAAAUAAAAoAAAAHAAAABQAAAAM"
    "AAAABAAAAPD////0////+P////z///8EAAQABAAAAAEAAAAUAAAAAAAOAAwACAAAAAAAAAAEAA4AAAAIAAAARAAAAAEAAAAMAAAACAAMAAsA"
    "BAAIAAAAEAAAAAAAAAEIAAwACAAEAAgAAAAIAAAADAAAAAEAAAAAAH9DAQAAAAAAAAAFAAAAaW1hZ2UAAAAXAAAAcG9zZV9sYW5kbWFya3Nf"
    "ZGV0ZWN0b3IA"
)


def bundle(detector: bytes, landmarks: bytes) -> bytes:
    """Pack a pose detector and a landmark model into a `.task` bundle.

    Args:
        detector: `pose_detection.tflite`.
        landmarks: `pose_landmark_*.tflite`, without metadata about its input.

    Returns:
        A stored zip with members aligned to 4 bytes, which MediaPipe maps without a warning.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        _put(archive, target.tell(), "pose_detector.tflite", detector)
        _put(archive, target.tell(), "pose_landmarks_detector.tflite", with_normalization(landmarks))
    return target.getvalue()


def with_normalization(model: bytes) -> bytes:
    """Add the metadata that the input image has mean 0 and standard deviation 255.

    Flatbuffer offsets only point forward, so a new root table, and the two vectors that grow by an element,
    go in front of the old file, which follows unchanged.

    Args:
        model: A TensorFlow Lite model.

    Raises:
        ValueError: It is not one.
    """
    if model[4:8] != b"TFL3":
        raise ValueError("not a TensorFlow Lite model")
    root = _u32(model, 0)
    table = root - struct.unpack_from("<i", model, root)[0]
    size = struct.unpack_from("<H", model, table)[0]
    slots = [struct.unpack_from("<H", model, at)[0] for at in range(table + 4, table + size, 2)]
    slots += [0] * (_FIELDS - len(slots))
    children = {f: _follow(model, root + slot) for f, slot in enumerate(slots) if slot and f != _VERSION}
    buffers = _elements(model, children[_BUFFERS])
    metadata = _elements(model, children[_METADATA]) if _METADATA in children else []

    # Layout of the new front, every part on a multiple of 4: header, vtable, root, vectors, new tables.
    vtable_at = 8
    root_at = vtable_at + 4 + 2 * _FIELDS
    buffers_at = root_at + 4 + 4 * _FIELDS
    metadata_at = buffers_at + 4 + 4 * (len(buffers) + 1)
    entry_vtable_at = metadata_at + 4 + 4 * (len(metadata) + 1)
    entry_at = entry_vtable_at + 8
    name_at = entry_at + 12
    buffer_vtable_at = name_at + 4 + 16
    buffer_at = buffer_vtable_at + 8
    data_at = (buffer_at + 8 + 4 + 15) // 16 * 16 - 4  # the schema wants a buffer's bytes on 16
    front = bytearray((data_at + 4 + len(_NORMALIZATION) + 15) // 16 * 16)

    def put(at: int, form: str, *values: int | bytes) -> None:
        struct.pack_into("<" + form, front, at, *values)

    present = sorted({_VERSION, _METADATA, *children})
    put(0, "I4s", root_at, b"TFL3")
    put(vtable_at, "HH", 4 + 2 * _FIELDS, 4 + 4 * _FIELDS)
    for field in present:
        put(vtable_at + 4 + 2 * field, "H", 4 + 4 * field)
    put(root_at, "i", root_at - vtable_at)
    moved = {field: len(front) + at for field, at in children.items()}
    moved |= {_BUFFERS: buffers_at, _METADATA: metadata_at}
    put(root_at + 4, "I", _u32(model, root + slots[_VERSION]))
    for field, at in moved.items():
        here = root_at + 4 + 4 * field
        put(here, "I", at - here)
    for vector_at, old, new in ((buffers_at, buffers, buffer_at), (metadata_at, metadata, entry_at)):
        put(vector_at, "I", len(old) + 1)
        for index, at in enumerate([*(len(front) + at for at in old), new]):
            here = vector_at + 4 + 4 * index
            put(here, "I", at - here)
    put(entry_vtable_at, "HHHH", 8, 12, 4, 8)  # Metadata: name, buffer
    put(entry_at, "iII", entry_at - entry_vtable_at, name_at - (entry_at + 4), len(buffers))
    put(name_at, "I16s", 15, b"TFLITE_METADATA")
    put(buffer_vtable_at, "HHH", 6, 8, 4)  # Buffer: data
    put(buffer_at, "iI", buffer_at - buffer_vtable_at, data_at - (buffer_at + 4))
    put(data_at, "I", len(_NORMALIZATION))
    front[data_at + 4 : data_at + 4 + len(_NORMALIZATION)] = _NORMALIZATION
    return bytes(front) + model


def _u32(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])


def _follow(data: bytes, at: int) -> int:
    return at + _u32(data, at)


def _elements(data: bytes, vector: int) -> list[int]:
    """Give the places a vector of offsets points to."""
    return [_follow(data, vector + 4 + 4 * index) for index in range(_u32(data, vector))]


def _put(archive: zipfile.ZipFile, at: int, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.create_system = 3  # else it depends on the platform
    padding = -(at + 30 + len(name)) % 4
    if padding:
        entry.extra = struct.pack("<HH", 0xFFFF, padding) + bytes(padding)
    archive.writestr(entry, data)
