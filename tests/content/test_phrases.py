"""The phrases table: complete in both languages, and strict about its holders."""

import copy
import json

import pytest

from makeup_ai.content.answer import ROUTES
from makeup_ai.content.phrases import PACKAGED, Phrases
from makeup_ai.errors import BundleError
from makeup_ai.recommend.settings import Settings, packaged

TABLE = json.loads(PACKAGED.read_text("utf-8"))
CATEGORIES = [
    "cleanser",
    "makeup_remover",
    "toner",
    "essence",
    "serum",
    "moisturizer",
    "eye_cream",
    "face_mask",
    "face_oil",
    "exfoliant",
    "spot_treatment",
    "sunscreen",
    "lip_balm",
    "primer",
    "foundation",
    "concealer",
    "powder",
    "blush",
    "bronzer",
    "highlighter",
    "eyeshadow",
    "eyeliner",
    "mascara",
    "brow",
    "lipstick",
    "lip_gloss",
    "setting_spray",
]
MEDICAL = ("cure", "treats", "heal", "diagnos", "治疗", "治愈", "疗效", "诊断")


def test_packaged_table_is_complete():
    phrases = Phrases.packaged()
    settings = Settings.from_dict(packaged())
    for key in [
        *(f"how_to.{category}" for category in CATEGORIES),
        *(f"term.{term}" for term in settings.weights),
        *(f"shade.{word}" for _, word in settings.closeness),
        *(f"compat.{kind}" for kind in ("avoid_together", "alternate", "fine", "unknown")),
        *(f"mask.{kind}" for kind in ("need", "text", "price", "stock", "owned", "category", "brand")),
        *(f"excluded.{kind}" for kind in ("avoid", "condition", "text", "price", "stock", "owned")),
    ]:
        assert key in phrases, key
    assert len(ROUTES) == 14  # the twelve intents, asking back, and an empty text


def test_sentences_are_written_in_their_own_language():
    for key, template in TABLE["zh"].items():
        bare = template
        for holder in ("amount", "currency", "items", "count"):
            bare = bare.replace(f"{{{holder}}}", "")
        if "." in key and not key.startswith(("path.", "page.degrees", "reason.path", "sentence.", "price.other")):
            letters = [c for c in bare if c >= "\u3000"]
            assert letters or key == "page.language", key
    assert not any(c >= "\u3000" for template in TABLE["en"].values() for c in template)


def test_no_medical_claims():
    for language in TABLE.values():
        for key, template in language.items():
            assert not any(word in template.lower() for word in MEDICAL), key


def test_lists_are_joined_as_the_language_does():
    phrases = Phrases.packaged()
    assert [phrases.join(items, "en") for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip
    assert phrases.join(["甲", "乙", "丙"], "zh") == "甲、乙和丙"
    assert phrases.text(["One.", "", "Two."], "en") == "One. Two."


@pytest.mark.parametrize(
    ("amount", "written"), [(20.0, "$20"), (12.5, "$12.50"), (10.1 - 9.9, "$0.20"), (0.125, "$0.13"), (1e6, "$1000000")]
)
def test_prices_have_cents_only_where_there_are_any(amount, written):
    assert Phrases.packaged().price(amount, "USD", "en") == written


def test_currency_without_a_phrase_is_named():
    assert Phrases.packaged().price(3.0, "JPY", "en") == "3 JPY"


def test_what_stands_in_a_field_is_not_filled_in_again():
    phrases = Phrases.packaged()
    assert phrases.render("mask.text", "en", printed="{need}") == "its ingredient list names {need}"


def test_other_languages_are_answered_in_english():
    phrases = Phrases.packaged()
    assert phrases.render("answer.thanks", "other") == phrases.render("answer.thanks", "en")


def test_missing_field_and_unknown_key_are_refused():
    phrases = Phrases.packaged()
    with pytest.raises(ValueError, match=r"Missing: \['printed'\]"):
        phrases.render("mask.text", "en")
    with pytest.raises(ValueError, match=r"no\.such"):
        phrases.render("no.such", "en")


@pytest.mark.parametrize(
    ("language", "key", "template"),
    [
        ("zh", "answer.thanks", "{name}"),  # a holder English has not
        ("zh", "mask.text", "有"),  # a holder lost
        ("en", "extra.key", "Hello"),  # a key of one language
        ("en", "mask.text", "{printed!r}"),
        ("en", "mask.text", "{printed} {"),
        ("en", "mask.text", "{Printed}"),
        ("en", "mask.text", 3),
    ],
)
def test_unequal_or_unusual_templates_are_refused(language, key, template):
    table = copy.deepcopy(TABLE)
    table[language][key] = template
    with pytest.raises(BundleError, match=r"phrases\.json"):
        Phrases.from_dict(table)


def test_missing_language_is_refused():
    with pytest.raises(BundleError, match="languages"):
        Phrases.from_dict({"en": TABLE["en"]})
