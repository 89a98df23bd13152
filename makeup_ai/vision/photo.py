"""Any photo a person may hand over, to upright 8-bit sRGB pixels of a bounded size. Nothing is ever written."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, UnidentifiedImageError

from makeup_ai.errors import PhotoError

MAX_FILE_BYTES = 64 * 2**20  # 64 MiB
MAX_PIXELS = 120_000_000  # 120 megapixels, before anything is decoded
MAX_SIDE = 2048  # pixels of the longest side that is kept
_ENOUGH = 1536  # pixels of the longest side that a reduced JPEG may come out with
MIN_SIDE = 64  # pixels of the shortest side; below it no face can be measured

# Formats that hold photos. Others stay closed: some run programs (EPS) or have seen no attention for years.
_COMMON = ("JPEG", "PNG", "GIF", "BMP", "PPM")  # MPO comes through the JPEG reader
_OTHER = ("MPO", "WEBP", "TIFF", "AVIF", "JPEG2000")
# What Pillow's decoders raise on broken files, over and above `OSError`.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError, struct.error, zlib.error)
_ORIENTATION_TAG = 0x0112  # EXIF 2.32, tag 274
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_JPEG_END = b"\xff\xd9"
_REDUCIBLE = {"L", "RGB", "RGBX", "CMYK", "YCbCr", "La", "RGBa", "F", "I"}


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """An upright photo, ready to be measured.

    Args:
        pixels: `(rows, columns, 3)` uint8 sRGB, longest side at most `MAX_SIDE`.
        width: Of the upright photo before it was reduced, in pixels.
        height: Of the upright photo before it was reduced, in pixels.
        notes: What was done to it while reading (`"turned upright"`), in the order it was done.
    """

    pixels: npt.NDArray[np.uint8]
    width: int
    height: int
    notes: tuple[str, ...] = ()

    @property
    def scale(self) -> float:
        """Pixels of the upright photo per pixel kept, 1 or more."""
        return float(max(self.width, self.height) / max(self.pixels.shape[:2]))


def read_photo(source: str | Path | bytes) -> Photo:
    """Decode a photo, turn it upright, convert it to sRGB and reduce it.

    Transparent parts become white, 16-bit and palette images 8-bit RGB, an animation its first frame, and an
    embedded ICC profile is converted to sRGB.

    Args:
        source: Path of a file, or the bytes of one.

    Raises:
        PhotoError: Empty, truncated, not an image, smaller than `MIN_SIDE`, over `MAX_FILE_BYTES` or `MAX_PIXELS`,
            or not readable at that path.

    Examples:
        >>> import io
        >>> from PIL import Image
        >>> file = io.BytesIO()
        >>> Image.new("L", (100, 80), 128).save(file, "PNG")
        >>> photo = read_photo(file.getvalue())
        >>> photo.pixels.shape, photo.pixels.dtype.name, photo.width
        ((80, 100, 3), 'uint8', 100)
    """
    if isinstance(source, bytes | bytearray | memoryview):
        name = "the photo"
        _check_bytes(len(source), name)
        return _decode(io.BytesIO(source), name)
    path = Path(source)
    name = f"{path.name!r}"
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise PhotoError(
                f"A photo is a file. Received: {name}, which is a folder or a device. Give the file's path."
            )
        _check_bytes(status.st_size, name)
        with path.open("rb") as file:
            return _decode(file, name)
    except FileNotFoundError as error:
        raise PhotoError(f"There is no photo at {str(path)!r}. Check the path.") from error
    except PermissionError as error:
        raise PhotoError(f"The photo {str(path)!r} may not be read. Check its permissions.") from error
    except (OSError, ValueError) as error:
        if isinstance(error, PhotoError):
            raise
        raise PhotoError(f"The path of a photo cannot be used: {str(path)[:200]!r}. Check the path.") from error


def _check_bytes(size: int, name: str) -> None:
    if size == 0:
        raise PhotoError(f"A photo needs content. Received: {name}, which is empty. Choose another file.")
    if size > MAX_FILE_BYTES:
        raise PhotoError(
            f"A photo may have {MAX_FILE_BYTES // 2**20} MiB. Received: {name} with {size / 2**20:.1f} MiB. "
            "Save it as a JPEG first."
        )


def _decode(file: IO[bytes], name: str) -> Photo:
    notes: list[str] = []
    image = _open(file, name)
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PhotoError(_too_many(name, f"{width} x {height} pixels"))
    _check_side(width, height, name)
    profile = image.info.get("icc_profile")
    orientation = _orientation(image, notes)
    try:
        if image.format in {"JPEG", "MPO"}:
            # Decodes at 1/2, 1/4 or 1/8, never below the size asked for: 12 megapixels take a quarter of the memory.
            image.draft(None, (_ENOUGH, _ENOUGH))
        whole = image.size == (width, height) and max(image.size) <= MAX_SIDE
        plain = image.format == "JPEG" and image.mode == "RGB" and not profile and orientation not in _UPRIGHT
        pixels = _decode_plain(file) if plain and whole else None
        if pixels is None:
            pixels = _pixels(image, profile, orientation, notes)
        if orientation in _UPRIGHT and orientation >= 5:
            width, height = height, width
    except MemoryError as error:
        raise PhotoError(_too_many(name, f"{width} x {height} pixels, more than the memory holds")) from error
    except _BROKEN as error:
        raise PhotoError(
            f"A photo is a whole image file. Received: {name}, which is cut short or damaged ({error}). Copy it again."
        ) from error
    if max(pixels.shape) < max(width, height):
        notes.append(f"reduced from {width} x {height}")
    _check_side(pixels.shape[1], pixels.shape[0], name)
    return Photo(pixels=pixels, width=width, height=height, notes=tuple(notes))


def _pixels(image: Image.Image, profile: bytes | None, orientation: int, notes: list[str]) -> npt.NDArray[np.uint8]:
    image.load()
    image = _to_srgb(_flatten(_reduce(image)), profile, notes)
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
        notes.append("turned upright")
    if max(image.size) > MAX_SIDE:
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BILINEAR)
    return np.asarray(image)


def _decode_plain(file: IO[bytes]) -> npt.NDArray[np.uint8] | None:
    """Decode a JPEG that needs nothing else: by the same library, without a copy; `None` where it may be cut short."""
    file.seek(0)
    data = file.read()
    if not data.rstrip(b"\0").endswith(_JPEG_END):
        return None
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    return None if pixels is None else np.asarray(pixels, np.uint8)


def _open(file: IO[bytes], name: str) -> Image.Image:
    head = file.read(32)
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # our own limit is stricter than Pillow's warning, and worded
        try:
            try:
                return Image.open(file, formats=_COMMON)
            except UnidentifiedImageError:
                Image.init()
                file.seek(0)
                return Image.open(file, formats=[name for name in _OTHER if name in Image.OPEN])
        except Image.DecompressionBombError as error:
            raise PhotoError(_too_many(name, "more pixels than that")) from error
        except _BROKEN as error:
            if head[4:8] == b"ftyp":
                raise PhotoError(
                    f"A photo is a JPEG, PNG, WebP or TIFF file. Received: {name}, a HEIF picture or a video. "
                    "Save it as a JPEG first."
                ) from error
            raise PhotoError(
                f"A photo is a JPEG, PNG, WebP or TIFF file. Received: {name}, which is none of them or is cut short. "
                "Choose another file."
            ) from error


def _too_many(name: str, received: str) -> str:
    limit = MAX_PIXELS // 1_000_000
    return f"A photo may have {limit} megapixels. Received: {name} with {received}. Save it smaller first."


def _check_side(width: int, height: int, name: str) -> None:
    if min(width, height) < MIN_SIDE:
        raise PhotoError(
            f"A photo needs at least {MIN_SIDE} x {MIN_SIDE} pixels, and at most {MAX_SIDE // MIN_SIDE} times as many "
            f"on one side as on the other. Received: {name} with {width} x {height}. Take a larger photo."
        )


def _orientation(image: Image.Image, notes: list[str]) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except _BROKEN:
        notes.append("unreadable EXIF ignored")
        return 1


def _reduce(image: Image.Image) -> Image.Image:
    """Shrink by a whole factor in the image's own mode, so that conversions never hold a large copy."""
    factor = max(image.size) // MAX_SIDE
    if factor < 2:
        return image
    columns, rows = max(1, image.width // factor), max(1, image.height // factor)
    if image.mode in {"LA", "RGBA"}:  # Pillow copies these whole to weigh colour by alpha: go by strips
        small = Image.new(image.mode, (columns, rows))
        for top in range(0, rows, 64):
            strip = image.crop((0, top * factor, columns * factor, min(rows, top + 64) * factor))
            small.paste(strip.reduce(factor), (0, top))
        small.info = image.info
        return small
    if image.mode in _REDUCIBLE:
        return image.reduce(factor)
    return image.resize((columns, rows), Image.Resampling.NEAREST)  # palette and 16-bit modes cannot be averaged


def _flatten(image: Image.Image) -> Image.Image:
    """Bring palette, transparent and 16-bit modes to `L`, `RGB`, `CMYK` or `LAB`."""
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        return Image.fromarray(_eight_bits(np.asarray(image)))
    if image.mode in {"LA", "La", "PA", "RGBA", "RGBa"} or "transparency" in image.info:
        # La and RGBa carry premultiplied colour and only convert to their straight twins.
        straight = image.convert({"La": "LA", "RGBa": "RGBA"}.get(image.mode, image.mode)).convert("RGBA")
        white = Image.new("RGBA", straight.size, "white")
        return Image.alpha_composite(white, straight).convert("RGB")
    return image if image.mode in {"L", "RGB", "CMYK", "LAB"} else image.convert("RGB")


def _eight_bits(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    numbers = np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)
    top = float(numbers.max(initial=0.0))
    # Integers span 16 bits (or 32 where they go beyond); floats in TIFF files span 0 to 1 by custom.
    full = next((limit for limit in (1.0, 255.0, 65535.0) if top <= limit), 4294967295.0)
    if values.dtype.kind in "iu":
        full = max(full, 65535.0)
    scaled: npt.NDArray[np.uint8] = np.clip(numbers * (255.0 / full) + 0.5, 0, 255).astype(np.uint8)
    return scaled


def _to_srgb(image: Image.Image, profile: bytes | None, notes: list[str]) -> Image.Image:
    if image.mode == "LAB":
        lab: Any = ImageCms.createProfile("LAB")
        return _converted(image, lab)
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "srgb" in ImageCms.getProfileDescription(source).lower():
                return image if image.mode == "RGB" else image.convert("RGB")
            image = _converted(image, source)
            notes.append("ICC profile converted to sRGB")
        except (ImageCms.PyCMSError, *_BROKEN):
            notes.append("unusable ICC profile ignored")
    return image if image.mode == "RGB" else image.convert("RGB")


def _converted(image: Image.Image, source: Any) -> Image.Image:
    converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    if converted is None:  # only where asked to work in place
        raise ValueError("the colour conversion gave no image")
    return converted
