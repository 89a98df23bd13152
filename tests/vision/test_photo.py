import io
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from makeup_ai.errors import PhotoError
from makeup_ai.vision import photo
from makeup_ai.vision.photo import MAX_SIDE, MIN_SIDE, read_photo

SIZE = (120, 80)  # columns, rows


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def halves(mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", SIZE, (200, 30, 30))
    image.paste((30, 30, 200), (SIZE[0] // 2, 0, *SIZE))
    return image.convert(mode)


def left_right(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return pixels[40, 10].astype(int), pixels[40, -10].astype(int)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "PPM"])
def test_common_formats_keep_their_colours(kind):
    read = read_photo(encoded(halves("P" if kind == "GIF" else "RGB"), kind))
    assert (read.width, read.height, read.pixels.shape, read.pixels.dtype) == (*SIZE, (80, 120, 3), np.uint8)
    left, right = left_right(read.pixels)
    tolerance = 31 if kind == "GIF" else 12  # a palette of web colours is that far off
    assert np.abs(left - [200, 30, 30]).max() < tolerance
    assert np.abs(right - [30, 30, 200]).max() < tolerance
    assert read.notes == ()


@pytest.mark.parametrize("mode", ["P", "RGBA", "LA", "L", "1", "CMYK", "YCbCr"])
def test_every_mode_becomes_rgb(mode):
    kind = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")
    read = read_photo(encoded(halves(mode), kind))
    assert read.pixels.shape == (80, 120, 3)
    if mode not in {"L", "LA", "1"}:
        left, right = left_right(read.pixels)
        assert left[0] > left[2] + 100
        assert right[2] > right[0] + 100


def test_cmyk_tiff_is_read_by_its_inks():
    read = read_photo(encoded(Image.new("CMYK", SIZE, (0, 0, 0, 0)), "TIFF"))
    assert (read.pixels == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone(orientation):
    upright = np.zeros((80, 120, 3), np.uint8)
    upright[:20, :30] = 255  # a white corner, top left
    turn = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a.transpose(1, 0, 2), 2),
        8: lambda a: np.rot90(a, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    read = read_photo(encoded(Image.fromarray(np.ascontiguousarray(turn(upright))), exif=exif))
    np.testing.assert_array_equal(read.pixels, upright)
    assert (read.width, read.height) == (120, 80)
    assert read.notes == (() if orientation == 1 else ("turned upright",))


def test_transparent_parts_become_white():
    image = Image.new("RGBA", SIZE, (10, 20, 30, 0))
    image.paste((10, 20, 30, 255), (60, 0, 120, 80))
    left, right = left_right(read_photo(encoded(image)).pixels)
    assert left.tolist() == [255, 255, 255]
    assert right.tolist() == [10, 20, 30]


def test_a_palette_with_a_transparent_entry_becomes_white_there():
    image = halves("P")
    left, _ = left_right(read_photo(encoded(image, transparency=image.getpixel((5, 5)))).pixels)
    assert left.tolist() == [255, 255, 255]


def test_sixteen_bits_are_scaled_not_cut():
    ramp = np.linspace(0, 65535, 120).astype(np.uint16)[None].repeat(80, axis=0)
    row = read_photo(encoded(Image.fromarray(ramp))).pixels[40, :, 0].astype(int)
    assert np.abs(row - ramp[0] / 257).max() <= 1


def test_float_tiff_spans_zero_to_one():
    ramp = np.linspace(0, 1, 120, dtype=np.float32)[None].repeat(80, axis=0)
    row = read_photo(encoded(Image.fromarray(ramp), "TIFF")).pixels[40, :, 0].astype(int)
    assert np.abs(row - ramp[0] * 255).max() <= 1


def swapped_profile() -> bytes:
    """An ICC profile like sRGB whose red and blue primaries have changed places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile = profile.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    rows = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * int.from_bytes(profile[128:132]), 12)}
    red, blue = rows[b"rXYZ"], rows[b"bXYZ"]
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_an_icc_profile_is_converted_and_noted(kind):
    read = read_photo(encoded(halves(), kind, icc_profile=swapped_profile()))
    assert read.notes == ("ICC profile converted to sRGB",)
    left, right = left_right(read.pixels)
    assert np.abs(left - [30, 30, 200]).max() < 12
    assert np.abs(right - [200, 30, 30]).max() < 12


def test_a_profile_of_another_colour_space_is_ignored():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    read = read_photo(encoded(halves(), icc_profile=lab))
    assert read.notes == ("unusable ICC profile ignored",)
    assert left_right(read.pixels)[0].tolist() == [200, 30, 30]


def test_an_srgb_profile_changes_nothing():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    read = read_photo(encoded(halves(), icc_profile=srgb))
    assert left_right(read.pixels)[0].tolist() == [200, 30, 30]
    assert read.notes == ()


def test_garbage_for_a_profile_is_ignored_with_a_note():
    read = read_photo(encoded(halves(), icc_profile=b"not a profile"))
    assert read.notes == ("unusable ICC profile ignored",)


def test_an_animation_gives_its_first_frame():
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "blue")]
    read = read_photo(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert read.pixels[40, 60].tolist() == [255, 0, 0]


def test_a_large_photo_is_reduced_and_remembers_its_size():
    read = read_photo(encoded(Image.new("RGB", (3000, 1500), (10, 200, 10)), "JPEG"))
    assert max(read.pixels.shape) == MAX_SIDE
    assert (read.width, read.height) == (3000, 1500)
    assert read.scale == pytest.approx(3000 / 2048)
    assert read.notes == ("reduced from 3000 x 1500",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"this is text, not a photo" * 20, "none of them"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "HEIF"),
        (encoded(halves(), "JPEG")[:-400], "cut short"),
        (encoded(halves())[:120], "cut short"),
        (encoded(Image.new("RGB", (1, 1))), f"at least {MIN_SIDE} x {MIN_SIDE}"),
        (encoded(Image.new("RGB", (4000, 70))), f"at least {MIN_SIDE} x {MIN_SIDE}"),
        (encoded(Image.new("1", (12000, 12000))), "120 megapixels"),
        (encoded(Image.new("1", (20000, 20000))), "120 megapixels"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_words(content, words):
    with pytest.raises(PhotoError, match=words):
        read_photo(content)


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(photo, "MAX_FILE_BYTES", 2**20)
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.truncate(2**20 + 1)
    with pytest.raises(PhotoError, match=r"1 MiB.*large\.jpg"):
        read_photo(path)


def test_paths(tmp_path):
    path = tmp_path / "脸 photo.png"
    path.write_bytes(encoded(halves()))
    assert read_photo(str(path)).width == 120
    assert read_photo(path).width == 120
    for wrong, words in [(tmp_path / "none.jpg", "no photo at"), (tmp_path, "folder"), ("a\0b", "cannot be used")]:
        with pytest.raises(PhotoError, match=words):
            read_photo(wrong)


def test_postscript_is_never_run(tmp_path):
    with pytest.raises(PhotoError):
        read_photo(encoded(Image.new("RGB", SIZE), "EPS"))


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_a_hundred_megapixel_jpeg_is_read_quickly_in_little_memory(tmp_path: Path):
    path = tmp_path / "large.jpg"
    Image.new("L", (10_000, 10_000), 120).convert("RGB").save(path, quality=60)
    program = (
        "import sys; from pathlib import Path; from makeup_ai.vision.photo import read_photo; "
        "p = read_photo(sys.argv[1]); "
        "assert p.pixels.shape == (2048, 2048, 3); "
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    start = time.perf_counter()
    result = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert time.perf_counter() - start < 3.0
    assert int(result.stdout) < 200 * 1024  # kB


@pytest.mark.filterwarnings("ignore:Tag data larger")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_damaged_bytes_never_raise_anything_else(kind):
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (80, 120, 3), dtype=np.uint8))
    whole = encoded(noise, kind)
    for _ in range(60):
        damaged = bytearray(whole)
        for at in rng.integers(0, min(len(whole), 600), 4):
            damaged[at] = rng.integers(0, 256)
        try:
            assert read_photo(bytes(damaged[: rng.integers(1, len(damaged))])).pixels.shape[2] == 3
        except PhotoError as error:
            assert "Received" in str(error)


def test_a_plain_jpeg_reads_as_one_that_has_to_be_converted():
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 121, 3), np.uint8))
    for options in ({"quality": 92}, {"quality": 40, "progressive": True}, {"quality": 80, "subsampling": 0}):
        file = encoded(picture, "JPEG", **options)
        expected = np.asarray(Image.open(io.BytesIO(file)))
        assert np.array_equal(read_photo(file).pixels, expected)
