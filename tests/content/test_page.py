"""The page: self-contained, escaped, and with the whole sum."""

import re
from html.parser import HTMLParser

import pytest

from makeup_ai.content.page import advice_page
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import Advice, Capture, Caution, Intent, SkinReport, Tone, Understanding

EVIL = '<script>alert("x")</script>'


def advice(tables, language="en", **kept):
    needs = Needs(needs=("skin_type:oily", "concern:oiliness"), budget=26.0, tone=(73.0, 12.0, 22.0))
    ranking = recommend(tables, needs, (0.6, 0.8), language)
    understanding = Understanding(language, Intent("recommend", 0.9), ())
    skin = SkinReport(None, Capture(True, ()), False, Tone((73.0, 12.0, 22.0), 46.2, "light", 3.0, "warm"))
    fields = {"recommendations": ranking.recommendations, "cautions": (), "answer": "Yes.", "skin": skin, **kept}
    return Advice(language=language, understanding=understanding, **fields)


class Outline(HTMLParser):
    """Tags that are opened and not closed in order are noticed."""

    VOID = frozenset({"meta", "br", "link"})

    def __init__(self):
        super().__init__()
        self.open, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def outline(page):
    parser = Outline()
    parser.feed(page)
    assert parser.open == []
    return parser.tags


@pytest.mark.parametrize(("language", "code"), [("en", "en"), ("zh", "zh-Hans")])
def test_page_is_whole_and_fetches_nothing(tables, language, code):
    page = advice_page(advice(tables, language), tables)
    tags = outline(page)
    assert dict(tags)["html"]["lang"] == code
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in tags}
    assert not any({"src", "href"} & set(attributes) for _, attributes in tags)
    assert "url(" not in page
    assert "@import" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_everything_from_tables_and_people_is_escaped(dicts):
    product = dicts["catalogue"]["products"][3]
    product.update(name={"en": EVIL, "zh": EVIL}, brand=EVIL, size=EVIL, description={"en": EVIL, "zh": EVIL})
    product.update(ingredients=[EVIL])
    for shade in product["shades"]:
        shade["name"] = {"en": EVIL, "zh": EVIL}
    for words in dicts["names"].values():
        words.update(en=EVIL, zh=EVIL)
    tables = Tables.from_dicts(**dicts)
    page = advice_page(advice(tables, answer=EVIL, cautions=(Caution("masked", EVIL),)), tables)
    assert "script" not in {tag for tag, _ in outline(page)}
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 8


def test_points_add_up_to_the_total(tables):
    asked = advice(tables)
    page = advice_page(asked, tables)
    cards = page.split('<li class="product">')[1:]
    assert len(cards) == len(asked.recommendations)
    for card, offered in zip(cards, asked.recommendations, strict=True):
        written = re.findall(r'class="points">([−\d.]+)<', card)
        points = [round(float(text.replace("−", "-")) * 100) for text in written]
        assert points == [*(round(term.value * 10_000) for term in offered.terms), sum(points[:-1])][: len(points)]
        assert points[-1:] == [round(offered.score * 10_000)] if offered.terms else points == []


def test_nothing_offered_and_no_photo_leave_their_parts_out(tables):
    tags = outline(advice_page(advice(tables, recommendations=(), skin=None), tables))
    assert {tag for tag, _ in tags} & {"ol", "dl", "h2"} == set()


def test_product_of_another_catalogue_is_refused(tables, dicts):
    asked = advice(tables)
    dicts["catalogue"]["products"][0]["product_id"] = "renamed"
    with pytest.raises(ValueError, match="c-serum"):
        advice_page(asked, Tables.from_dicts(**dicts))
