"""Answers: facts from the tables, in the language asked, one way for each intent."""

import pytest

from makeup_ai.content.answer import ROUTES, compose
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import Capture, Check, Intent, SkinReport, Slot, Tone, Understanding

TONE = Tone((73.0, 12.0, 22.0), 46.2, "light", 3.0, "warm")
WHY = {"en": "The light is too uneven.", "zh": "光线不均匀。"}


def asked(*values, slot="ingredient"):
    return tuple(Slot(slot, str(value), value, 0, 1, 0.9) for value in values)


@pytest.fixture
def ask(tables, knowledge):
    def ask(
        intent, needs=None, *, language="en", slots=(), skin=None, sentiment=None, confidence=0.9, text="words",
        truncated=False, tables=tables,
    ):  # fmt: skip
        needs = needs or Needs()
        understanding = Understanding(language, Intent(intent, confidence), slots, sentiment, (), truncated)
        ranking = recommend(tables, needs, language=language)
        return compose(
            text=text, understanding=understanding, needs=needs, ranking=ranking, skin=skin, knowledge=knowledge,
            tables=tables, language=language,
        )  # fmt: skip

    return ask


def words(**needs):
    return Needs(**needs, sources={"something": ("words",)})


def seen(tone, because=None, checks=()):
    return SkinReport(None, Capture(tone is not None, checks), False, tone, because or {})


def ids(composed):
    return [r.product_id for r in composed.recommendations]


def test_recommendation_names_product_reason_price_and_what_was_left_out(ask):
    composed = ask("recommend", words(needs=("skin_type:oily",), masks=("avoid:fragrance",), budget=24.0))
    assert composed.answer == (
        "For oily skin, I would start with Clear Serum by Aura ($20). Why: niacinamide → sebum control → oily skin; "
        "$20 stays within your $24. Also worth a look: Dew Serum by Aura ($10). "
        "Left out: 2 with fragrance (for example Night Serum: Parfum); 1 above $24."
    )
    assert ids(composed) == ["c-serum", "b-serum"]
    (masked,) = [caution for caution in composed.cautions if caution.kind == "masked"]
    assert masked.products == ("a-serum", "e-lip")


def test_recommendation_in_chinese(ask):
    needs = words(needs=("skin_type:oily",), masks=("avoid:fragrance",), budget=24.0)
    composed = ask("recommend", needs, language="zh")
    assert composed.answer == (
        "针对油性肌肤，首先推荐 Aura 净颜精华（20 美元）。理由：烟酰胺 → 控油 → 油性肌肤；"
        "20 美元，在你 24 美元的预算之内。"
        "也可以看看：Aura 润泽精华（10 美元）。已排除：2 款含香料（例如 夜间精华：Parfum）；1 款超过 24 美元。"
    )


def test_without_needs_it_answers_and_asks_for_more(ask):
    composed = ask("recommend")
    assert composed.answer.startswith("I would start with Night Serum by Belle ($30).")
    assert composed.answer.endswith("I can be more precise.")
    assert "(serum)" in ask("recommend", words(filters={"category": ("serum",)})).answer


def test_nothing_fits_says_why_and_the_cheapest_that_would(ask):
    needs = words(filters={"category": ("serum",)}, masks=("avoid:glycerin",), budget=15.0)
    composed = ask("recommend", needs)
    assert composed.answer == (
        "Nothing in the catalogue fits. Left out: 1 out of stock; 2 with glycerin (for example Clear Serum: Glycerin); "
        "1 above $15. The least expensive one that fits in every other way is Night Serum by Belle ($30)."
    )
    assert composed.recommendations == ()
    assert ask("recommend", words(filters={"category": ("cleanser",)})).answer == (
        "The catalogue has nothing under cleanser."
    )


def test_empty_catalogue(ask, dicts):
    dicts["catalogue"]["products"] = []
    dicts["needs"]["cells"], dicts["masks"]["masks"], dicts["shades"]["shades"] = [], {}, []
    dicts["embeddings"] = dicts["embeddings"][:0]
    empty = Tables.from_dicts(**dicts)
    for intent in ("recommend", "compare", "product_info", "shade_match", "routine", "feedback"):
        needs = words(filters={"category": ("serum",)}, tone=TONE.lab)
        assert ask(intent, needs, tables=empty, sentiment=0.1).answer


def test_unsure_intent_recommends_if_needs_were_named_else_asks(ask):
    assert ask("greeting", words(needs=("skin_type:oily",)), confidence=0.2).answer.startswith("For oily skin")
    from_profile = Needs(needs=("skin_type:oily",), sources={"skin_type:oily": ("profile",)})
    for needs in (from_profile, Needs()):
        unsure = ask("greeting", needs, confidence=0.2)
        assert unsure.answer.startswith("Tell me a little more")
        assert unsure.recommendations == ()


def test_blank_text_is_said_to_be(ask):
    assert ask("recommend", text=" \n").answer.startswith("There was nothing to read")


def test_compare_takes_the_best_of_two_brands(ask):
    needs = words(needs=("skin_type:oily",), filters={"brand": ("Belle", "Aura")})
    composed = ask("compare", needs)
    assert ids(composed) == ["d-base", "c-serum"]
    assert composed.answer == (
        "Clear Serum by Aura ($20) or Soft Base by Belle ($25)? "
        "For Clear Serum: niacinamide → sebum control → oily skin. "
        "Nothing in what you asked for speaks especially for Soft Base. Clear Serum costs $5 less. "
        "For oily skin, Clear Serum comes out ahead."
    )
    assert ask("compare", words(filters={"category": ("lipstick",)})).answer.startswith("I need two products")
    assert ask("compare", words(filters={"category": ("serum",)})).answer.endswith("come out level.")


def test_ingredient_facts_and_unknown_ones(ask):
    known = ask("ingredient_info", slots=asked("retinol")).answer
    assert known == (
        "Retinol (INCI: Retinol): Retinol in short. It is used for skin renewal. People look for it for fine lines. "
        "It can feel strong on the skin: start slowly and patch-test first. "
        "It is usually left out during pregnancy; please ask your doctor. "
        "Products in this catalogue with retinol: 1, for example Night Serum."
    )
    unknown = (Slot("ingredient", "unobtainium", None, 0, 1, 0.9),)
    assert "“unobtainium”" in ask("ingredient_info", slots=unknown).answer
    assert ask("ingredient_info").answer == "Which ingredient would you like to know about?"
    masked = ask("ingredient_info", words(masks=("avoid:retinol",)), slots=asked("retinol")).answer
    assert masked.endswith("none of them fits what you told me.")


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (("retinol", "niacinamide"), "go together. They balance each other."),
        (("glycerin", "retinol"), "better not in the same routine. Made up."),
        (("retinoid", "niacinamide"), "use them at different times"),
        (("niacinamide", "glycerin"), "so I do not know"),
        (("niacinamide",), "Tell me two ingredients"),
    ],
)
def test_compatibility(ask, pair, said):
    assert said in ask("compatibility", slots=asked(*pair)).answer


def test_routine_lists_steps_and_offers_their_products(ask):
    needs = words(needs=("skin_type:oily",), filters={"category": ("foundation", "serum", "cleanser")})
    composed = ask("routine", needs)
    assert composed.answer == (
        "A routine for oily skin: Morning: 1. serum: Clear Serum by Aura ($20); "
        "2. foundation: Soft Base by Belle ($25). "
        "Evening: 1. serum: Clear Serum by Aura ($20). Nothing suitable for these steps: cleanser. "
        "To buy: 2, $45 in all."
    )
    assert ids(composed) == ["c-serum", "d-base"]
    assert ask("routine", words(filters={"category": ("cleanser",)})).answer.startswith("I could not put a routine")


def test_how_to_goes_by_kind(ask):
    assert ask("how_to", words(filters={"category": ("serum",)})).answer.startswith("Serum: press two")
    assert ask("how_to", words(filters={"category": ("spaceship",)})).answer.startswith("Which kind")


def test_shade_match_needs_a_tone(ask):
    needs = Needs(tone=TONE.lab, sources={"tone": ("photo",)})
    composed = ask("shade_match", needs, skin=seen(TONE))
    assert composed.answer.startswith("Shades are matched to the light skin tone with a warm undertone in your photo.")
    assert "shade Sand of Soft Base by Belle ($25), very close to your skin tone" in composed.answer
    assert ids(composed) == ["d-base"]
    assert "need a photo" in ask("shade_match").answer
    assert ask("shade_match", Needs(tone=(15.0, 3.0, 3.0))).answer.startswith("No shade in the catalogue")


def test_withheld_tone_is_told_with_its_reason(ask):
    check = Check("blur", 1.0, "px", 2.0, False, {"en": "Hold still.", "zh": "拿稳手机。"})
    composed = ask("shade_match", skin=seen(None, WHY, (check,)))
    assert composed.answer.startswith("I did not judge your skin tone from this photo. The light is too uneven.")
    assert [c.text for c in composed.cautions] == [
        "Your skin tone was not read from the photo. The light is too uneven.",
        "The photo could be better: Hold still.",
    ]


def test_product_info_tells_the_catalogue(ask):
    needs = words(filters={"category": ("foundation",)})
    assert ask("product_info", needs).answer == (
        "Soft Base by Belle ($25), 30 ml. Soft Base in one line. "
        "First on the ingredient list: Aqua and Dimethicone. Shades to choose from: 2."
    )
    assert ask("product_info").answer.startswith("I could not tell which product")


def test_feedback_goes_by_sentiment(ask):
    needs = words(filters={"category": ("serum",)})
    assert "glad" in ask("feedback", needs, sentiment=0.9).answer
    sad = ask("feedback", needs, sentiment=0.1)
    assert "sorry" in sad.answer
    assert "instead" in sad.answer
    assert sad.recommendations
    assert ask("feedback", sentiment=0.1).answer.endswith("look for something else.")
    assert ask("feedback").answer == "Thank you for telling me."


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("my lips are swollen after this balm", "lips are swollen"),
        ("I can't breathe well", "can't breathe"),
        ("用完之后脸突然肿起来", "脸突然肿起来"),
        ("湿疹可以用吗", "湿疹"),
        ("puffy eyes in the morning", None),
        ("眼睛浮肿用什么眼霜", None),
    ],
)
def test_what_is_for_a_doctor_is_said_first(ask, text, flagged):
    cautions = [c for c in ask("recommend", text=text).cautions if c.kind == "medical"]
    assert [f"“{flagged}”" in c.text for c in cautions] == ([True] if flagged else [])


def test_cautions_of_a_question(ask):
    needs = Needs(masks=("condition:pregnancy",), unknown_avoid=("bee venom",), unknown_condition=("itch",), sources={})
    kinds = [c.kind for c in ask("recommend", needs, truncated=True).cautions]
    assert kinds == ["medical", "unknown_allergen", "pregnancy", "masked", "truncated"]
    patch = ask("recommend", words(filters={"category": ("serum",)})).cautions
    assert [(c.kind, c.products) for c in patch] == [("patch_test", ("a-serum",))]
    # What is said of a person's safety is said beside every answer.
    assert [c.kind for c in ask("greeting", needs).cautions] == ["medical", "unknown_allergen"]


def test_words_that_name_a_need_are_no_small_talk(ask):
    assert ask("thanks", words(filters={"category": ("serum",)})).recommendations
    assert not ask("thanks").recommendations


@pytest.mark.parametrize("text", ["I have a rash and swelling", "this gave me swelling and a red rash"])
def test_rash_and_swelling_are_for_a_doctor(ask, text):
    assert "medical" in [c.kind for c in ask("out_of_scope", text=text).cautions]


def test_other_languages_are_answered_in_english_with_a_word_about_it(ask):
    composed = ask("recommend", language="other")
    assert composed.answer.startswith("I would start")
    assert [c.kind for c in composed.cautions if c.kind == "language"] == ["language"]


def test_chinese_answers_hold_no_english_sentence(ask, tables):
    """Latin letters may only come from brands, printed names and units."""
    allowed = {
        "Aura",
        "Belle",
        "Parfum",
        "Retinol",
        "Niacinamide",
        "INCI",
        "ml",
        "ΔE",
        "Aqua",
        "Dimethicone",
        "Glycerin",
    }
    needs = words(
        needs=("skin_type:oily", "finish:matte"), masks=("avoid:fragrance", "condition:pregnancy"), budget=26.0,
        filters={"category": ("serum", "foundation", "lipstick")}, tone=TONE.lab, unknown_avoid=("蜂毒",),
    )  # fmt: skip
    for intent in ROUTES:
        composed = ask(
            intent, needs, language="zh", slots=asked("retinol", "niacinamide", "glycerin"), skin=seen(TONE),
            sentiment=0.1, truncated=True,
        )  # fmt: skip
        for text in (composed.answer, *(c.text for c in composed.cautions)):
            for latin in allowed:
                text = text.replace(latin, "")  # noqa: PLW2901
            assert not any(c.isascii() and c.isalpha() for c in text), (intent, text)
            assert text


@pytest.mark.parametrize("text", ["this cream broke me out", "it stings", "这个面霜让我过敏了", "用完就爆痘"])
def test_skin_that_took_it_badly_is_never_praise(ask, text):
    praised = ask("feedback", text="i love it", sentiment=0.9).answer
    assert ask("feedback", text=text, sentiment=0.9).answer != praised
