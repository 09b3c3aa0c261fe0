"""What is in a file? Answered from its bytes; the name and its extension are not looked at."""

from __future__ import annotations

import io
import re
import zipfile
from enum import Enum

from fpgaflow.frontend.checkpoint_guard import MAX_RECORDS
from fpgaflow.frontend.checkpoint_protobuf import is_onnx


class FileKind(Enum):
    """What a file was found to be; the value completes the sentence "FILE …"."""

    EMPTY = "is empty"
    SAFETENSORS = "is a safetensors file"
    TORCH_ZIP = "is a torch.save archive"
    TORCH_LEGACY = "is a torch.save file of the format before PyTorch 1.6"
    TORCHSCRIPT = "is a TorchScript archive"
    PT2 = "is a torch.export archive"
    PT2_OLD = "is a torch.export archive of a layout before PyTorch 2.8"
    ONNX = "is an ONNX model"
    NPZ = "is a NumPy .npz archive"
    NPY = "is a NumPy .npy array"
    PICKLE = "is a Python pickle that torch.save did not write"
    KERAS = "is a Keras model"
    HDF5 = "is an HDF5 file"
    TFLITE = "is a TensorFlow Lite model"
    GGUF = "is a GGUF model"
    ZIP_TRUNCATED = "is a zip archive without its end: it is truncated"
    ZIP_CROWDED = f"is a zip archive of more than {MAX_RECORDS} records"
    ZIP_OTHER = "is a zip archive that holds no model"
    GZIP = "is gzip-compressed"
    BZIP2 = "is bzip2-compressed"
    XZ = "is xz-compressed"
    SEVEN_ZIP = "is a 7-Zip archive"
    TAR = "is a tar archive"
    GIT_LFS = "is a Git LFS pointer, not the file it points to"
    HTML = "is an HTML page"
    JSON = "is JSON text"
    TEXT = "is text"
    IMAGE = "is an image"
    PROGRAM = "is a compiled program"
    UNKNOWN = "is of no known format"


# Bytes 4 to 13 of every pickle that starts with torch.save's magic number.
_LEGACY_MAGIC = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_MAGICS: tuple[tuple[int, bytes, FileKind], ...] = (
    (0, b"\x89HDF\r\n\x1a\n", FileKind.HDF5),
    (0, b"\x93NUMPY", FileKind.NPY),
    (0, b"GGUF", FileKind.GGUF),
    (0, b"\x1f\x8b", FileKind.GZIP),
    (0, b"BZh", FileKind.BZIP2),
    (0, b"\xfd7zXZ\x00", FileKind.XZ),
    (0, b"7z\xbc\xaf\x27\x1c", FileKind.SEVEN_ZIP),
    (0, b"version https://git-lfs", FileKind.GIT_LFS),
    (0, b"\x89PNG\r\n", FileKind.IMAGE),
    (0, b"\xff\xd8\xff", FileKind.IMAGE),
    (0, b"GIF8", FileKind.IMAGE),
    (0, b"\x7fELF", FileKind.PROGRAM),
    (0, b"MZ", FileKind.PROGRAM),
    (4, b"TFL3", FileKind.TFLITE),
    (257, b"ustar", FileKind.TAR),
)
# The oldest protocol has no mark at its start; these are how its dictionaries, lists and calls do.
_OLD_PICKLE = re.compile(rb"(\(?[cidl]|\(?\]|\}q|\(S'|\(V)[\x20-\x7e\n]*\n")
_ZIP_ENTRY = b"PK\x01\x02"
_JSON = re.compile(r'\{\s*["}]|\[\s*[\[{"\d\]-]')
_ZIP_MEMBERS: tuple[tuple[re.Pattern[str], FileKind], ...] = (
    (re.compile(r"(^|/)(constants\.pkl|code/.*)$"), FileKind.TORCHSCRIPT),
    (re.compile(r"^[^/]+/archive_format$"), FileKind.PT2),
    (re.compile(r"^serialized_exported_program\.json$"), FileKind.PT2_OLD),
    (re.compile(r"(^|/)data\.pkl$"), FileKind.TORCH_ZIP),
    (re.compile(r"^model\.weights\.h5$"), FileKind.KERAS),
)


def sniff(data: bytes) -> FileKind:
    """Classify a whole file's bytes. Nothing is unpacked and nothing raises."""
    if not data:
        return FileKind.EMPTY
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(data)
    return _sniff_magic(data) or _sniff_loose(data)


def _sniff_magic(data: bytes) -> FileKind | None:
    if data[:1] == b"\x80" and _LEGACY_MAGIC in data[:32]:
        return FileKind.TORCH_LEGACY
    if _is_safetensors(data):
        return FileKind.SAFETENSORS
    for offset, magic, kind in _MAGICS:
        if data.startswith(magic, offset):
            return kind
    return None


def _sniff_loose(data: bytes) -> FileKind:
    if data[:1] == b"\x80" and b"\x01" < data[1:2] <= b"\x05":
        return FileKind.PICKLE
    if is_onnx(data):
        return FileKind.ONNX
    if _OLD_PICKLE.match(data[:4096]) and data.rstrip().endswith(b"."):
        return FileKind.PICKLE
    return _sniff_text(data[:4096])


def _is_safetensors(data: bytes) -> bool:
    # The header's length, then the header, which is a JSON object; the length may still be a lie.
    plausible = data[5:8] == b"\x00\x00\x00"
    return plausible and data[8:9] == b"{" and data[9:10] in (b'"', b"}", b" ", b"\n")


def _sniff_text(head: bytes) -> FileKind:
    # A cut in the middle of a character is no reason to call text binary.
    text = head.decode("utf-8", errors="ignore")
    printable = sum(character.isprintable() or character in "\r\n\t\f" for character in text)
    if len(text.encode()) < len(head) - 3 or printable < len(text):
        return FileKind.UNKNOWN
    start = text.lstrip("\ufeff \r\n\t").lower()
    if start.startswith(("<!doctype", "<html", "<?xml", "<head", "<body")):
        return FileKind.HTML
    return FileKind.JSON if _JSON.match(start) else FileKind.TEXT


def _sniff_zip(data: bytes) -> FileKind:
    # A record's entry in the directory takes fifty bytes in the file and ten times that in memory.
    if data.count(_ZIP_ENTRY) > MAX_RECORDS:
        return FileKind.ZIP_CROWDED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return FileKind.ZIP_TRUNCATED
    for pattern, kind in _ZIP_MEMBERS:
        if any(pattern.search(name) for name in names):
            return kind
    if names and all(name.endswith(".npy") for name in names):
        return FileKind.NPZ
    return FileKind.ZIP_OTHER
