import pytest

from makeup_ai.knowledge import Knowledge, Linker
from makeup_ai.schema import Product


def entry(inci, en, zh, effects=(), **more):
    """One row of the compact table; every statement has confidence 1."""
    return {
        "inci": inci,
        "names": {"en": en, "zh": zh},
        "synonyms": {"en": [], "zh": [], "inci": []},
        "summary": {"en": f"{en}.", "zh": f"{zh}。"},
        "functions": [],
        "groups": [],
        "effects": [list(effect) for effect in effects],
        "evidence": [[1.0, "cosmetic-science consensus"] for _ in effects],
        "irritancy": 0,
        "comedogenic": 0,
        "pregnancy": "ok",
        **more,
    }


@pytest.fixture
def table():
    """Three ingredients, three effects: small enough to work by hand."""
    return {
        "ingredients": {
            "glycerin": entry("Glycerin", "glycerin", "甘油", [("hydration", 0.8)]),
            "retinol": entry(
                "Retinol",
                "retinol",
                "视黄醇",
                [("renewal", 1.0)],
                groups=["retinoid"],
                pregnancy="avoid",
                low_dose=True,
            ),
            "retinyl_palmitate": entry(
                "Retinyl Palmitate",
                "retinyl palmitate",
                "视黄醇棕榈酸酯",
                groups=["retinoid"],
                pregnancy="avoid",
                family="retinol",
            ),
            "resin": entry("Trimethylsiloxysilicate", "resin", "硅树脂", [("film", 0.5)]),
        },
        "effects": {
            "hydration": {
                "en": "hydration",
                "zh": "保湿",
                "helps": {"skin_type:dry": 0.5},
                "hurts": {},
                "categories": [],
            },
            "renewal": {
                "en": "renewal",
                "zh": "焕新",
                "helps": {"concern:fine_lines": 1.0},
                "hurts": {"skin_type:dry": 0.25},
                "categories": [],
            },
            "film": {
                "en": "film",
                "zh": "成膜",
                "helps": {"concern:longwear": 1.0},
                "hurts": {},
                "categories": ["mascara"],
            },
        },
        "groups": {
            "retinoid": {
                "en": "retinoids",
                "zh": "维A类",
                "synonyms": {"en": ["retinol family"], "zh": []},
                "members_by": "Vitamin A and its esters.",
                "patterns": [r"\bretin(?:ol|yl)\b"],
                "conditions": ["pregnancy"],
            }
        },
        "conflicts": [
            {
                "a": "retinoid",
                "b": "glycerin",
                "kind": "fine",
                "why": {"en": "It helps.", "zh": "有帮助。"},
                "source": "cosmetic-science consensus",
                "confidence": 0.7,
            }
        ],
        "steps": {
            "serum": {"order": 2, "when": ["am", "pm"], "contact": 1.0},
            "cleanser": {"order": 1, "when": ["am", "pm"], "contact": 0.25},
            "mascara": {"order": 3, "when": ["am"], "contact": 0.0},
        },
    }


@pytest.fixture
def tiny(table):
    return Knowledge.from_table(table)


@pytest.fixture(scope="session")
def knowledge():
    return Knowledge.load()


@pytest.fixture(scope="session")
def linker(knowledge):
    return Linker(knowledge)


@pytest.fixture(scope="session")
def product():
    """A function from category, ingredients and attributes to a product."""

    def build(*ingredients, category="serum", **attributes):
        return Product.from_dict(
            {
                "product_id": "P1",
                "brand": "Brand",
                "name": {"en": "Product", "zh": "产品"},
                "category": category,
                "price": 10.0,
                "currency": "USD",
                "size": "30 ml",
                "ingredients": ingredients,
                "attributes": attributes,
                "description": {"en": "", "zh": ""},
            }
        )

    return build
