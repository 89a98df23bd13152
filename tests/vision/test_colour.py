import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.vision.colour import (
    chroma,
    ciede2000,
    hue_degrees,
    ita_degrees,
    lab_from_hex,
    lab_from_srgb,
    linear_from_srgb,
)

# Sharma, Wu & Dalal (2005), table 1: two colours and their difference.
SHARMA = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 3.1571, -77.2803), (50.0, 0.0, -82.7485), 2.8615),
    ((50.0, 2.8361, -74.0200), (50.0, 0.0, -82.7485), 3.4412),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
    ((50.0, -1.1848, -84.8006), (50.0, 0.0, -82.7485), 1.0000),
    ((50.0, -0.9009, -85.5211), (50.0, 0.0, -82.7485), 1.0000),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0009), 7.1792),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0010), 7.1792),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0011), 7.2195),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0012), 7.2195),
    ((50.0, -0.0010, 2.4900), (50.0, 0.0009, -2.4900), 4.8045),
    ((50.0, -0.0010, 2.4900), (50.0, 0.0010, -2.4900), 4.8045),
    ((50.0, -0.0010, 2.4900), (50.0, 0.0011, -2.4900), 4.7461),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (61.0, -5.0, 29.0), 22.8977),
    ((50.0, 2.5, 0.0), (56.0, -27.0, -3.0), 31.9030),
    ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((63.0109, -31.0961, -5.8663), (62.8187, -29.7946, -4.0864), 1.2630),
    ((61.2901, 3.7196, -5.3901), (61.4292, 2.2480, -4.9620), 1.8731),
    ((35.0831, -44.1164, 3.7933), (35.0232, -40.0716, 1.5901), 1.8645),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((36.4612, 47.8580, 18.3852), (36.2715, 50.5065, 21.2231), 1.4146),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
    ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]

colours = st.tuples(st.floats(0, 100), st.floats(-80, 80), st.floats(-80, 80))


def test_ciede2000_gives_the_published_differences_in_one_call():
    first, second, expected = (np.array(column) for column in zip(*SHARMA, strict=True))
    np.testing.assert_allclose(ciede2000(first, second), expected, atol=5e-5)


@given(colours, colours)
def test_ciede2000_is_symmetric_and_zero_only_for_itself(first, second):
    there, back = float(ciede2000(first, second)), float(ciede2000(second, first))
    assert there == pytest.approx(back, abs=1e-9)
    assert there >= 0.0
    assert float(ciede2000(first, first)) == 0.0


@pytest.mark.parametrize(
    ("code", "lab"),
    [
        ("#FF0000", (53.24, 80.09, 67.20)),
        ("#00FF00", (87.73, -86.18, 83.18)),
        ("#0000FF", (32.30, 79.19, -107.86)),
        ("#000000", (0.0, 0.0, 0.0)),
        ("#FFFFFF", (100.0, 0.0, 0.0)),
    ],
)
def test_primaries_have_their_known_lab(code, lab):
    np.testing.assert_allclose(lab_from_hex(code), lab, atol=0.01)


def test_every_grey_is_exactly_neutral():
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    lab = lab_from_srgb(grey)
    assert np.abs(lab[:, 1:]).max() < 1e-9
    assert (np.diff(lab[:, 0]) > 0).all()


def test_bytes_and_floats_agree():
    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    np.testing.assert_allclose(lab_from_srgb(pixels), lab_from_srgb(pixels / 255.0), atol=1e-9)


def test_the_transfer_function_meets_its_straight_part():
    assert linear_from_srgb(0.04045) == pytest.approx(0.04045 / 12.92)
    assert linear_from_srgb(0.0404501) == pytest.approx(0.04045 / 12.92, abs=1e-6)
    assert linear_from_srgb(0.5) == pytest.approx(0.214041, abs=1e-6)


def test_ita_hue_and_chroma_by_hand():
    assert float(ita_degrees([60.0, 12.0, 10.0])) == 45.0
    assert float(ita_degrees([40.0, 12.0, 10.0])) == -45.0
    assert float(ita_degrees([50.0 + 10.0 * np.sqrt(3.0), 12.0, 10.0])) == pytest.approx(60.0)
    assert float(hue_degrees([60.0, 10.0, 10.0])) == pytest.approx(45.0)
    assert float(hue_degrees([60.0, 10.0, -10.0])) == pytest.approx(315.0)
    assert float(chroma([60.0, 3.0, 4.0])) == 5.0


@pytest.mark.parametrize("text", ["FFFFFF", "#FFF", "#GGGGGG", "", "#FFFFFFF"])
def test_a_malformed_hex_is_refused(text):
    with pytest.raises(ValueError, match="#RRGGBB"):
        lab_from_hex(text)


def test_two_channels_are_refused():
    with pytest.raises(ValueError, match="three channels"):
        lab_from_srgb(np.zeros((4, 2)))


def test_it_needs_numpy_only():
    program = "import sys, makeup_ai.vision.colour; sys.exit(any(m in sys.modules for m in ('cv2', 'PIL')))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
