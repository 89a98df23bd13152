import json
from importlib.resources import files

import pytest

from makeup_ai.text.language import MAX_CHARACTERS, LanguageDetector


@pytest.fixture(scope="module")
def detect() -> LanguageDetector:
    return LanguageDetector(json.loads((files("makeup_ai.text") / "tables/languages.json").read_text("utf-8")))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("matte lipstick", "en"),
        ("Which moisturizer is best for dry skin?", "en"),
        ("crème brûlée blush", "en"),  # borrowed words alone do not make a text French
        ("L'Oréal ou Lancôme", "en"),
        ("", "en"),
        ("??? 123 😍", "en"),
        ("油皮用什么粉底", "zh"),
        ("SPF50防晒霜推荐", "zh"),
        ("推荐一款 Estée Lauder 粉底液", "zh"),
        ("niacinamide 和 retinol 能一起用吗", "zh"),
        ("臺灣的乾性肌膚", "zh"),
        ("𠮷", "zh"),
        ("the 'fu' 福 collection by that brand is good", "en"),
        ("私の肌は乾燥しています", "other"),
        ("건성 피부", "other"),
        ("жирная кожа", "other"),
        ("بشرة جافة", "other"),
        ("ผิวแห้ง", "other"),
        ("je cherche une crème pour ma peau", "other"),
        ("una base para mi piel grasa", "other"),
        ("ich brauche eine Creme für meine Haut", "other"),
    ],
)
def test_tells_languages_apart(detect: LanguageDetector, text: str, language: str) -> None:
    assert detect(text) == language


def test_case_does_not_matter(detect: LanguageDetector) -> None:
    assert detect("JE CHERCHE UNE CRÈME POUR MA PEAU") == "other"
    assert detect("WHICH SERUM IS BEST FOR MY SKIN") == "en"


def test_only_the_beginning_of_a_long_text_is_read(detect: LanguageDetector) -> None:
    assert detect("油" * MAX_CHARACTERS + "a" * 100_000) == "zh"
    assert detect("oily " * MAX_CHARACTERS + "油" * 100_000) == "en"
