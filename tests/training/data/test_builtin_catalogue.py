"""What the built-in catalogue promises: well-formed, varied, and true to its own ingredient lists."""

import json
import math
import re
from collections import Counter
from importlib import resources

import numpy as np
import pytest

from makeup_ai.schema import Product

BEAUTY = resources.files("makeup_ai") / "training/data/builtin/beauty"
DOMAIN = json.loads((BEAUTY / "domain.json").read_text(encoding="utf-8"))
ROWS = json.loads((BEAUTY / "catalogue.json").read_text(encoding="utf-8"))
PRODUCTS = [Product.from_dict(row) for row in ROWS["products"]]

CJK = re.compile(r"[\u3400-\u9fff]")
PRODUCT_ID = re.compile(r"[A-Z]{3}-[A-Z]{3}-\d{3}")
DECLARED = {"skin_type", "concern", "finish", "coverage", "color", "occasion"}
COMPLEXION = {"foundation", "concealer", "powder"}
COLOURED = {"blush", "bronzer", "highlighter", "eyeshadow", "eyeliner", "mascara", "brow", "lipstick", "lip_gloss"}
STAPLES = {"foundation", "lipstick", "serum", "moisturizer", "sunscreen", "cleanser"}

UV_FILTERS = {
    "Bis-Ethylhexyloxyphenol Methoxyphenyl Triazine",
    "Butyl Methoxydibenzoylmethane",
    "Diethylamino Hydroxybenzoyl Hexyl Benzoate",
    "Ethylhexyl Methoxycinnamate",
    "Ethylhexyl Salicylate",
    "Ethylhexyl Triazone",
    "Homosalate",
    "Methylene Bis-Benzotriazolyl Tetramethylbutylphenol",
    "Octocrylene",
    "Phenylbenzimidazole Sulfonic Acid",
    "Titanium Dioxide",
    "Zinc Oxide",
}
SCENT = re.compile(
    r"Parfum|Aroma|Limonene|Linalool|Geraniol|Citronellol|Citral|Coumarin|Hexyl Cinnamal|Benzyl Salicylate|"
    r"Alpha-Isomethyl Ionone|Vanillin|Menthol|(Peel|Flower|Lavandula Angustifolia|Piperita) Oil"
)
ANIMAL = re.compile(r"Cera Alba|Mel|CI 75470|Lanolin|Snail Secretion Filtrate|Propolis Extract|.*Collagen")
SILICONE = re.compile(r".*(methicone|siloxane|siloxysilicate|silsesquioxane|Dimethiconol|Dimethyl Silylate)")
# A claim of absence, in the words of either language, and what the pack must then not hold.
FREE_CLAIMS = [
    (r"fragrance free|without perfume|no perfume|(?:不添加|无)香精", SCENT),
    (r"(?<!non-)vegan|纯素", ANIMAL),
    (r"silicone free|no silicone|without silicone|不含硅油", SILICONE),
    (r"alcohol free|不含酒精", re.compile(r"Alcohol Denat\.")),
    (r"talc free|不含滑石粉", re.compile(r"Talc")),
    (r"without retinol|不含视黄醇", re.compile(r"Retin(ol|al|yl Palmitate)")),
]
# What a name or description boasts of, and what the pack must then hold.
ACTIVE_CLAIMS = {
    r"niacinamide|烟酰胺": r"Niacinamide",
    r"salicylic|水杨酸": r"(Salicylic Acid|Betaine Salicylate)",
    r"glycolic|甘醇酸": r"Glycolic Acid",
    r"(?<!without )\bretinol|(?<!不含)视黄醇(?!酯)": r"Retinol",
    r"vitamin c\b|维C": r".*Ascorb",
    r"hyaluron|透明质酸|玻尿酸": r".*Hyaluron",
    r"ceramide|神经酰胺": r"Ceramide",
    r"peptide|胜肽": r".*peptide",
    r"centella|积雪草": r"Centella Asiatica Extract|Madecassoside",
    r"tea tree|茶树": r"Melaleuca",
    r"squalane|角鲨烷": r"Squalane",
    r"tranexamic|传明酸": r"Tranexamic Acid",
    r"bakuchiol|补骨脂酚": r"Bakuchiol",
    r"caffeine|咖啡因": r"Caffeine",
    r"snail|蜗牛": r"Snail Secretion Filtrate",
    r"azela|壬二酸": r"(Azelaic Acid|Potassium Azeloyl)",
    r"rosehip|蔷薇果": r"Rosa Canina",
    r"zinc oxide|氧化锌": r"Zinc Oxide",
}
# Where a colour word may lie: L*, C* and hue in degrees within (-180, 180].
COLOUR_REGIONS: dict[str, tuple[tuple[float, float], ...]] = {
    "red": ((25, 48), (48, 80), (20, 42)),
    "pink": ((44, 84), (15, 68), (-10, 12)),
    "nude": ((48, 88), (10, 32), (38, 75)),
    "coral": ((50, 70), (44, 68), (28, 43)),
    "orange": ((46, 68), (50, 78), (43, 64)),
    "brown": ((10, 46), (8, 36), (35, 70)),
    "plum": ((15, 37), (18, 42), (-30, 0)),
    "berry": ((25, 47), (34, 60), (-8, 15)),
    "mauve": ((43, 66), (11, 30), (-28, 6)),
    "peach": ((63, 84), (20, 45), (40, 64)),
    "rose": ((40, 75), (17, 48), (3, 34)),
    "gold": ((57, 80), (28, 58), (74, 90)),
    "bronze": ((30, 65), (25, 48), (52, 75)),
    "black": ((0, 20), (0, 10), (-180, 180)),
    "taupe": ((40, 57), (5, 16), (50, 75)),
}


def lab(hex_colour: str) -> tuple[float, float, float]:
    """CIELAB (D65) of `#RRGGBB`, by IEC 61966-2-1 and CIE 15."""
    rgb = np.array([int(hex_colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    ratio = xyz / [0.95047, 1.0, 1.08883]
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return float(116 * y - 16), float(500 * (x - y)), float(200 * (y - z))


def ita(hex_colour: str) -> float:
    lightness, _, b = lab(hex_colour)
    return math.degrees(math.atan2(lightness - 50, b))


def in_region(hex_colour: str, region: tuple[tuple[float, float], ...]) -> bool:
    lightness, a, b = lab(hex_colour)
    measured = (lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)))
    return all(low <= value <= high for value, (low, high) in zip(measured, region, strict=True))


def words(product: Product, language: str) -> str:
    return f"{product.name[language]} {product.description[language]}"


def test_every_category_has_a_choice_and_staples_have_more() -> None:
    count = Counter(p.category for p in PRODUCTS)
    assert ROWS["schema"] == 1
    assert len(PRODUCTS) >= 256
    assert set(count) == set(DOMAIN["values"]["category"])
    assert min(count.values()) >= 6
    assert min(count[c] for c in STAPLES) >= 14
    assert 14 <= len({p.brand for p in PRODUCTS}) <= 18


def test_nothing_is_listed_twice() -> None:
    for key in (
        lambda p: p.product_id,
        lambda p: p.name["en"].casefold(),
        lambda p: p.name["zh"],
        lambda p: p.description["en"],
        lambda p: p.description["zh"],
        lambda p: frozenset(p.ingredients),
    ):
        repeated = [k for k, n in Counter(map(key, PRODUCTS)).items() if n > 1]
        assert not repeated


def test_some_products_are_out_of_stock_and_most_are_not() -> None:
    missing = [p for p in PRODUCTS if not p.in_stock]
    assert 5 <= len(missing) <= len(PRODUCTS) // 10


def test_one_spelling_for_each_ingredient() -> None:
    names = {i for p in PRODUCTS for i in p.ingredients}
    assert len({re.sub(r"[^a-z0-9]", "", n.casefold()) for n in names}) == len(names)
    assert not [n for n in names if n != n.strip() or "," in n.replace("1,2-", "") or "(" in n]
    assert {"Aqua", "Parfum"} <= names
    assert not names & {"Water", "Fragrance", "Aqua/Water", "Mica (CI 77019)"}


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda p: p.product_id)
def test_a_product_is_well_formed(product: Product) -> None:
    assert PRODUCT_ID.fullmatch(product.product_id)
    assert 6 <= product.price <= 120
    assert product.currency == DOMAIN["currency"]
    assert re.fullmatch(r"\d+(\.\d+)? (ml|g|ea)", product.size)
    assert 10 <= len(product.ingredients) <= 35
    assert len(set(product.ingredients)) == len(product.ingredients)
    # A pack lists by weight: the base comes first, preservatives and perfume never do.
    assert "Aqua" not in product.ingredients[4:]
    assert not {"Phenoxyethanol", "Parfum", "Ethylhexylglycerin", "Disodium EDTA"} & set(product.ingredients[:4])

    assert set(product.name) == set(product.description) == set(DOMAIN["languages"])
    assert not CJK.search(words(product, "en"))
    assert CJK.search(product.name["zh"])
    assert CJK.search(product.description["zh"])
    assert product.description["en"].endswith(".")
    assert product.description["zh"].endswith("。")

    assert product.attributes
    assert set(product.attributes) <= DECLARED
    for slot, values in product.attributes.items():
        assert values
        assert len(set(values)) == len(values)
        assert set(values) <= set(DOMAIN["values"][slot])


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda p: p.product_id)
def test_what_a_product_says_is_on_its_pack(product: Product) -> None:
    for language in DOMAIN["languages"]:
        said = words(product, language)
        for claim, forbidden in FREE_CLAIMS:
            if re.search(claim, said, re.IGNORECASE):
                assert not [i for i in product.ingredients if forbidden.match(i)], claim
        for claim, needed in ACTIVE_CLAIMS.items():
            if re.search(claim, said, re.IGNORECASE):
                assert [i for i in product.ingredients if re.match(needed, i)], claim
    filters = UV_FILTERS & set(product.ingredients)
    says_spf = "SPF" in product.name["en"]
    assert says_spf == ("SPF" in product.name["zh"])
    assert says_spf == ("sun_protection" in product.attributes.get("concern", ()))
    assert says_spf or product.category != "sunscreen"
    assert not says_spf or filters


def test_both_languages_make_the_same_claims() -> None:
    for product in PRODUCTS:
        for claim, _ in FREE_CLAIMS[:3]:
            english, chinese = (bool(re.search(claim, words(product, x), re.IGNORECASE)) for x in ("en", "zh"))
            assert english == chinese, (product.product_id, claim)


def test_brands_differ_in_what_they_leave_out() -> None:
    def share(forbidden: re.Pattern[str]) -> float:
        return sum(any(forbidden.match(i) for i in p.ingredients) for p in PRODUCTS) / len(PRODUCTS)

    for forbidden in (SCENT, SILICONE, ANIMAL, re.compile(r"(Methyl|Propyl)paraben"), re.compile(r"Alcohol Denat\.")):
        assert 0.03 < share(forbidden) < 0.8


@pytest.mark.parametrize("product", [p for p in PRODUCTS if p.shades], ids=lambda p: p.product_id)
def test_shades_are_distinct_and_named_in_both_languages(product: Product) -> None:
    for values in (
        {s.shade_id for s in product.shades},
        {s.name["en"] for s in product.shades},
        {s.name["zh"] for s in product.shades},
        {s.hex for s in product.shades},
    ):
        assert len(values) == len(product.shades)
    for shade in product.shades:
        assert not CJK.search(shade.name["en"])
        assert CJK.search(shade.name["zh"])
        assert shade.undertone in {"cool", "neutral", "warm", None}
    assert [i for i in product.ingredients if i.startswith("CI ")]


def test_shades_come_where_colour_is_sold() -> None:
    for product in PRODUCTS:
        if product.category in COMPLEXION:
            assert 8 <= len(product.shades) <= 24
        elif product.category in COLOURED - {"mascara"}:
            assert 4 <= len(product.shades) <= 10
        assert not product.shades or product.category in COMPLEXION | COLOURED | {"lip_balm"}
        assert product.shades or "color" not in product.attributes


@pytest.mark.parametrize("product", [p for p in PRODUCTS if p.category in COMPLEXION], ids=lambda p: p.product_id)
def test_complexion_runs_from_very_light_to_dark(product: Product) -> None:
    angles = [ita(s.hex) for s in product.shades]
    # ITA classes of Del Bino & Bernerd (2013): every class of skin finds a shade.
    for low, high in ((55, 90), (41, 55), (28, 41), (10, 28), (-30, 10), (-90, -30)):
        assert [x for x in angles if low < x <= high], (low, high)
    assert {s.undertone for s in product.shades} == {"cool", "neutral", "warm"}


def test_warm_shades_are_yellower_than_cool_ones() -> None:
    hues: dict[str | None, list[float]] = {"cool": [], "neutral": [], "warm": []}
    for product in PRODUCTS:
        if product.category in COMPLEXION:
            for shade in product.shades:
                _, a, b = lab(shade.hex)
                hues[shade.undertone].append(math.degrees(math.atan2(b, a)))
    cool, neutral, warm = (float(np.mean(hues[u])) for u in ("cool", "neutral", "warm"))
    assert cool + 3 < neutral < warm - 3


@pytest.mark.parametrize("product", [p for p in PRODUCTS if "color" in p.attributes], ids=lambda p: p.product_id)
def test_declared_colours_are_among_the_shades(product: Product) -> None:
    for colour in product.attributes["color"]:
        assert [s for s in product.shades if in_region(s.hex, COLOUR_REGIONS[colour])], colour
    for shade in product.shades:
        assert [c for c in product.attributes["color"] if in_region(shade.hex, COLOUR_REGIONS[c])], shade.name
