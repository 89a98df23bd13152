import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from makeup_ai.knowledge import Knowledge, Statements
from makeup_ai.knowledge.drawing import draw
from makeup_ai.knowledge.neighbourhood import around, find_node
from makeup_ai.knowledge.showing import lines, page, values

NODES = ["niacinamide", "retinal", "aha", "eu_allergen", "sebum control", "oiliness", "dry skin", "water", "香精"]


@pytest.fixture(scope="module")
def facts(knowledge):
    return Statements.of(knowledge)


@pytest.fixture
def tables():
    """One product that helps fine lines by its retinol, and one that only says so."""
    rows = [
        {"product_id": "P1", "name": {"en": "Night <b>serum", "zh": "晚霜"}},
        {"product_id": "P2", "name": {"en": "Other", "zh": "其他"}},
    ]
    paths = [
        {"kind": "path", "nodes": ["ingredient:retinol", "effect:renewal", "concern:fine_lines"]},
        {"kind": "declared", "nodes": ["concern:fine_lines"]},
    ]
    cells = [[0, 0, 5000, 0], [0, 1, 9000, 1]]
    needs = {"schema": 1, "needs": ["concern:fine_lines"], "cells": cells, "paths": paths}
    return {"catalogue": {"schema": 1, "products": rows}, "needs": needs}


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("VITAMIN B3", "ingredient:niacinamide"),
        ("Niacinimide", "ingredient:niacinamide"),
        ("retinoids", "group:retinoid"),
        ("retinoid", "group:retinoid"),
        ("欧盟致敏香料", "group:eu_allergen"),
        ("控油", "effect:sebum_control"),
        ("dark_spots", "concern:dark_spots"),
        ("油性肌肤", "skin_type:oily"),
    ],
)
def test_nodes_are_found_by_any_of_their_names(knowledge, name, node):
    assert find_node(knowledge, name) == node


def test_a_stranger_is_no_node(knowledge):
    with pytest.raises(ValueError, match="Received: 'moon dust'"):
        find_node(knowledge, "moon dust")


def test_paths_multiply_their_weights(tiny, tables):
    shown = around(tiny, "ingredient:retinol", Statements.of(tiny), tables)
    assert shown.paths() == [
        (("ingredient:retinol", "effect:renewal", "concern:fine_lines", "product:P1"), 0.5),
        (("ingredient:retinol", "effect:renewal", "skin_type:dry"), -0.25),
    ]
    assert shown.columns == (
        ("ingredient:glycerin",),  # a rule of the group
        ("group:retinoid",),
        ("ingredient:retinol",),
        ("effect:renewal",),
        ("concern:fine_lines", "skin_type:dry"),
        ("product:P1",),
    )
    kinds = {(edge.start, edge.end): edge.kind for edge in shown.edges}
    assert kinds["ingredient:glycerin", "group:retinoid"] == "fine"
    assert kinds["group:retinoid", "ingredient:retinol"] == "side"
    assert kinds["effect:renewal", "skin_type:dry"] == "hurts"


def test_a_need_shows_what_helps_it_before_what_hurts(knowledge, facts):
    shown = around(knowledge, "concern:oiliness", facts)
    assert "ingredient:niacinamide" in shown.columns[0] and "ingredient:petrolatum" not in shown.columns[0]
    assert shown.columns[-1] == ("concern:oiliness",)


def test_a_group_shows_partners_and_members(knowledge, facts):
    shown = around(knowledge, "group:aha", facts)
    assert shown.columns[1] == ("group:aha",) and "ingredient:glycolic_acid" in shown.columns[2]
    assert {"group:retinoid", "ingredient:niacinamide"} <= set(shown.columns[0])
    assert {e.kind for e in shown.edges if e.start == "group:retinoid"} == {"apart"}


@pytest.mark.parametrize("name", NODES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_of_node_is_drawn_and_told(knowledge, facts, name, language):
    shown = around(knowledge, find_node(knowledge, name), facts)
    svg = ElementTree.fromstring(draw(shown, language))
    boxes = [g for g in svg if g.tag.endswith("}g")]
    assert len(boxes) == sum(map(len, shown.columns)) == len(shown.names)
    assert sum("centre" in g.get("class") for g in boxes) == 1
    assert len([p for p in svg if p.tag.endswith("}path")]) == len(shown.edges)
    _, _, width, height = map(float, svg.get("viewBox").split())
    for rect in svg.iter("{http://www.w3.org/2000/svg}rect"):
        x, y, w, h = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
        assert x >= 0 and y >= 0 and x + w <= width + 0.1 and y + h <= height + 0.1
    told = "\n".join(lines(shown, language))
    assert shown.node in told and all(s.text[language] in told for s in shown.statements)
    assert json.loads(json.dumps(values(shown)))["node"] == shown.node


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "path", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("path", "rect"):
            assert self.open.pop() == tag


def test_the_page_is_whole_escaped_and_fetches_nothing(tiny, tables):
    html = page(around(tiny, "ingredient:retinol", Statements.of(tiny), tables), "en")
    tags = Tags()
    tags.feed(html)
    assert tags.open == [] and "Night &lt;b&gt;serum" in html and "<b>" not in html
    assert not {tag for tag, _ in tags.seen} & {"script", "link", "img", "iframe"}
    assert not re.search(r"(?:src|href)=|url\(|@import", html)
    assert page(around(tiny, "ingredient:retinol", Statements.of(tiny)), "zh").count('lang="zh-Hans"') == 1


def test_statements_of_a_node_stand_under_headings_once(knowledge, facts):
    shown = around(knowledge, "ingredient:salicylic_acid", facts)
    ids = re.findall(r'<li id="([^"]+)"', page(shown, "en"))
    assert sorted(ids) == sorted(s.id for s in shown.statements) and len(set(ids)) == len(ids)


def test_older_tables_are_shown_too(tiny):
    old = Knowledge.from_table(tiny.to_table())
    assert next(lines(around(old, "skin_type:dry", Statements.of(old)), "en")) == "Dry  [skin_type:dry]"
