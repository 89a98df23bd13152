"""An advice as one page of HTML: nothing is fetched, everything that came from a table or a person is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from makeup_ai.recommend.fixed import UNIT
from makeup_ai.recommend.reasons import reason
from makeup_ai.recommend.tables import Tables
from makeup_ai.schema import Advice, Caution, Product, Recommendation, SkinReport, Term

STYLE = Path(__file__).parent / "tables" / "page.css"
PARTS = 6  # colours of the style sheet for the terms of a score
POINT = UNIT // 100  # ten-thousandths in one point as it is shown, so that two decimals are exact


def advice_page(advice: Advice, tables: Tables) -> str:
    """Write an advice as a page.

    Args:
        advice: Its products are in the tables' catalogue.
        tables: For phrases, and what the catalogue says of the products.

    Returns:
        A whole HTML document that needs nothing else.

    Raises:
        ValueError: A product is not in the catalogue.
    """
    page = _Page(tables, advice.language)
    title = page.say("page.title")
    body = [
        f"<h1>{title}</h1>",
        f'<p class="answer">{escape(advice.answer)}</p>' if advice.answer else "",
        page.cautions(advice.cautions),
        page.photo(advice.skin),
        page.products(advice.recommendations),
        f"<footer>{page.say('page.footer')}</footer>",
    ]
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{page.say("page.language")}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>{title}</title>",
            f"<style>\n{STYLE.read_text('utf-8')}</style>",
            "</head>",
            "<body>",
            "<main>",
            *filter(None, body),
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


class _Page:
    """The parts of a page in one language; every method returns HTML."""

    def __init__(self, tables: Tables, language: str):
        self.tables, self.language = tables, language
        self.colours = {term: i % PARTS for i, term in enumerate(tables.settings.weights)}

    def say(self, key: str, **fields: str) -> str:
        return escape(self.tables.phrases.render(key, self.language, **fields))

    def cautions(self, cautions: Sequence[Caution]) -> str:
        if not cautions:
            return ""
        items = "\n".join(f"<li>{escape(caution.text)}</li>" for caution in cautions)
        return f'<h2>{self.say("page.cautions")}</h2>\n<ul class="cautions">\n{items}\n</ul>'

    def photo(self, skin: SkinReport | None) -> str:
        if skin is None or skin.tone is None:
            return ""
        tone, phrases = skin.tone, self.tables.phrases
        degrees = {"degrees": f"{tone.ita_degrees:.0f}", "uncertainty": f"{tone.uncertainty_degrees:.0f}"}
        facts = [("page.ita", self.say("page.degrees", **degrees))]
        key = f"tone.{tone.ita_class.replace(' ', '_')}"
        if key in phrases:
            facts.insert(0, ("page.tone", self.say(key)))
        if tone.undertone is not None:
            facts.append(("page.undertone", self.say(f"undertone.{tone.undertone}")))
        rows = "\n".join(f"<div><dt>{self.say(name)}</dt><dd>{value}</dd></div>" for name, value in facts)
        return f'<h2>{self.say("page.photo")}</h2>\n<dl class="photo">\n{rows}\n</dl>'

    def products(self, recommendations: Sequence[Recommendation]) -> str:
        if not recommendations:
            return ""
        widest = max(sum(abs(term.value) for term in r.terms) for r in recommendations)
        cards = "\n".join(self.card(i, r, widest) for i, r in enumerate(recommendations, 1))
        return f'<h2>{self.say("page.products")}</h2>\n<ol class="products">\n{cards}\n</ol>'

    def card(self, place: int, offered: Recommendation, widest: float) -> str:
        row = self.tables.row_of.get(offered.product_id)
        if row is None:
            raise ValueError(f"Expected products of the catalogue. Received: product_id={offered.product_id!r}")
        product = self.tables.products[row]
        price = escape(self.tables.phrases.price(offered.price, offered.currency, self.language))
        return "\n".join(
            filter(
                None,
                [
                    '<li class="product">',
                    f'<div class="head"><span class="place" aria-hidden="true">{place}</span>',
                    f'<div><h3>{escape(offered.name)}</h3><p class="brand">{self.brand(offered)}</p></div>',
                    f'<p class="price">{price} <span class="size">· {escape(product.size)}</span></p></div>',
                    self.description(product),
                    self.shade(offered),
                    self.terms(product, offered, widest),
                    self.ingredients(product),
                    "</li>",
                ],
            )
        )

    def brand(self, offered: Recommendation) -> str:
        paid = f" · {self.say('sponsored')}" if offered.sponsored else ""
        return escape(offered.brand) + paid

    def description(self, product: Product) -> str:
        text = product.description.get(self.language, "")
        return f'<p class="description">{escape(text)}</p>' if text else ""

    def shade(self, offered: Recommendation) -> str:
        if offered.shade is None:
            return ""
        name = offered.shade.name.get(self.language) or next(iter(offered.shade.name.values()))
        swatch = f'<span class="swatch" style="background:{escape(offered.shade.hex)}"></span>'
        return f'<p class="shade">{swatch}{self.say("page.shade", shade=name)}</p>'

    def terms(self, product: Product, offered: Recommendation, widest: float) -> str:
        """The sum, as a bar of what speaks for the product and as a table of everything."""
        if not offered.terms:
            return ""
        pieces = "".join(
            f'<span style="width:{100 * term.value / widest:.2f}%;background:{self.colour(term)}"></span>'
            for term in offered.terms
            if term.value > 0
        )
        lines = [self.line(product, term) for term in offered.terms]
        total = (
            f'<th scope="row">{self.say("page.total")}</th><td></td><td class="points">{_points(offered.score)}</td>'
        )
        heads = "".join(f'<th scope="col">{self.say(key)}</th>' for key in ("page.term", "page.why", "page.points"))
        return "\n".join(
            [
                f'<div class="bar" aria-hidden="true">{pieces}</div>',
                f'<table><caption class="hidden">{self.say("page.terms", product=offered.name)}</caption>',
                f'<thead class="hidden"><tr>{heads}</tr></thead>',
                "<tbody>",
                *lines,
                f"<tr>{total}</tr>",
                "</tbody></table>",
            ]
        )

    def line(self, product: Product, term: Term) -> str:
        dot = f'<span class="dot" style="background:{self.colour(term)}"></span>'
        why = escape(reason(self.tables, product, term, self.language))
        return (
            f'<tr><th scope="row">{dot}{self.say(f"term.{term.name}")}</th><td class="why">{why}</td>'
            f'<td class="points">{_points(term.value)}</td></tr>'
        )

    def colour(self, term: Term) -> str:
        return f"var(--part-{self.colours[term.name]})"

    def ingredients(self, product: Product) -> str:
        if not product.ingredients:
            return ""
        listed = escape(", ".join(product.ingredients))
        return f"<details><summary>{self.say('page.ingredients')}</summary>{listed}</details>"


def _points(value: float) -> str:
    """Write a term in hundredths, with a true minus sign."""
    return f"{round(value * UNIT) / POINT:.2f}".replace("-", "\N{MINUS SIGN}")
