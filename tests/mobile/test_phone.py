"""The phone in airplane mode gives the assistant's answers: the same products, in order, with the same sums."""

import json
import os
import re
import shutil
from urllib.parse import urlsplit

import pytest

from makeup_ai.assistant import Assistant
from makeup_ai.content.answer import route_of
from makeup_ai.recommend.fixed import UNIT
from makeup_ai.recommend.needs import gather
from makeup_ai.recommend.rank import recommend
from makeup_ai.schema import LANGUAGES, to_dict

pytestmark = pytest.mark.browser

QUESTIONS = [
    "A matte foundation for oily skin under $40",
    "I'm allergic to fragrance. Which moisturizer is good for dry sensitive skin?",
    "I'm pregnant, which serum helps with dark spots?",
    "recommend a red lipstick for a party",
    "sunscreen without alcohol and silicones, less than 30 dollars",
    "敏感肌用什么面霜？我对香精过敏",
    "怀孕可以用的祛痘精华",
    "两百以内的哑光红色口红",
    "油皮想要控油的粉底液，预算300元",
    "推荐一款 niacinamide 精华 for 毛孔粗大 💧",
    "qwrt zxcv plmk",
    "",
]

# Eight-bit models: a sum that differs in its last bit can tip an activation over a step. Of 200 questions to the demo's
# bundle all gave the same products in the same order, 195 with equal scores; the farthest score was 3 off.
TIPPED = 5  # ten-thousandths


BROWSERS_OWN = (".google.com", ".googleapis.com", ".gvt1.com")
"""Where Chromium looks for updates, accounts and form predictions, whatever page is open."""


@pytest.fixture(scope="module")
def assistant(bundle):
    return Assistant.load(bundle)


@pytest.fixture(scope="module")
def visit(built, chromium, run):
    """A function that visits the page once, stops its server, cuts the network, asks, and returns what happened."""

    def go(bundle, profile, questions):
        task = {
            "bundle": str(bundle),
            "chromium": chromium,
            "profile": str(profile),
            "questions": questions,
            "screenshots": os.environ.get("MAKEUP_AI_SCREENSHOTS"),
        }
        return json.loads(run(["node", "tests/phone.mjs"], input=json.dumps(task), timeout=240))

    return go


@pytest.fixture(scope="module")
def vectors(bundle):
    """What the bundle's maker saw it answer."""
    return json.loads((bundle / "vectors/consultations.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def phone(visit, bundle, vectors, tmp_path_factory):
    """What the page answered with the network cut, from one visit before."""
    questions = [*QUESTIONS, *(vector["text"] for vector in vectors)]
    return visit(bundle, tmp_path_factory.mktemp("profile"), questions)


def expected(assistant, text, embedding=None):
    """Give route, ranking and understanding of the assistant, with the phone's embedding where one is given."""
    understood = assistant.understander.understand(text)
    language = understood.language if understood.language in LANGUAGES else LANGUAGES[0]
    needs = gather(understood, None, None, assistant.lexicon, assistant.tables, resolve_avoid=assistant.resolve_avoid)
    ranking = recommend(assistant.tables, needs, embedding or understood.embedding, language)
    return route_of(text, understood, needs, assistant.tables), ranking, understood


def tenths(score):
    return round(score * UNIT)


def without_relevance(offer):
    return [(t["name"], tenths(t["value"]), t["evidence"]) for t in offer["terms"] if t["name"] != "relevance"]


def test_it_opens_and_opens_again_without_a_network(phone):
    assert phone["first"]["state"] == "ready", phone["first"]["status"]
    assert phone["second"]["state"] == "ready", phone["second"]["status"]
    assert "works offline" in phone["second"]["status"]
    assert len(phone["answers"]) >= len(QUESTIONS)


def test_no_request_leaves_the_machine(phone):
    hosts = {urlsplit(url).hostname for url in phone["requests"] if not url.startswith(("blob:", "data:"))}
    assert hosts == {"127.0.0.1"}
    # What reached the proxy that leads nowhere: a browser looks for its own maker; the page for nobody.
    wanted = {urlsplit(re.sub(r"^CONNECT ", "//", line).split()[-2]).hostname for line in phone["outside"]}
    assert {host for host in wanted if not host.endswith(BROWSERS_OWN)} == set()


def test_nothing_goes_wrong_in_the_browser(phone):
    # LiteRT prints its log as errors; what it says of itself begins with its level.
    told = [line for line in phone["told"] if not re.match(r"(?:INFO|WARNING|VERBOSE): ", line)]
    assert told == []


@pytest.mark.parametrize("at", range(len(QUESTIONS)), ids=QUESTIONS)
class TestAnswers:
    def test_the_question_is_understood_alike(self, phone, assistant, at):
        answer = phone["answers"][at]
        route, _, understood = expected(assistant, QUESTIONS[at])
        read = answer["understanding"]
        assert (read["language"], read["intent"]["label"]) == (understood.language, understood.intent.label)
        assert answer["route"] == route
        fields = ("slot", "text", "value", "start", "end")
        slots = [tuple(slot[field] for field in fields) for slot in to_dict(understood.slots)]
        assert [tuple(slot[field] for field in fields) for slot in read["slots"]] == slots

    def test_tables_give_the_same_sum_to_the_ten_thousandth(self, phone, assistant, at):
        """One embedding into both: everything after the graph is tables and whole numbers, and must be equal."""
        answer = phone["answers"][at]
        _, ranking, _ = expected(assistant, QUESTIONS[at], tuple(answer["understanding"]["embedding"]))
        offers = [{k: v for k, v in to_dict(offer).items() if k != "shade"} for offer in ranking.recommendations]
        assert answer["recommendations"] == offers
        hidden = [(r.kind, r.subject, int(rows.size)) for r, rows in ranking.masked.counted()]
        if answer["kind"] != "spoken":
            assert [(m["kind"], m["subject"], m["count"]) for m in answer["masks"]] == hidden

    def test_the_answer_is_the_assistants(self, phone, assistant, at):
        answer, offers = phone["answers"][at], assistant.consult(QUESTIONS[at]).recommendations
        if answer["kind"] == "beyond":
            pytest.skip(f"The page does not word answers to {answer['route']!r}.")
        if answer["kind"] == "spoken":
            assert offers == () and answer["shown"] == []
            return
        ours, theirs = answer["recommendations"], to_dict(offers)
        scores = {offer["product_id"]: tenths(offer["score"]) for offer in theirs}
        for place, (mine, its) in enumerate(zip(ours, theirs, strict=True)):
            if mine["product_id"] != its["product_id"]:  # only where the scores leave it open
                assert abs(tenths(mine["score"]) - tenths(its["score"])) <= TIPPED, f"place {place + 1}"
                continue
            assert abs(tenths(mine["score"]) - scores[mine["product_id"]]) <= TIPPED
            assert without_relevance(mine) == without_relevance(its)

    def test_the_page_shows_what_was_computed(self, phone, at):
        answer = phone["answers"][at]
        if answer["kind"] == "spoken":
            assert answer["shown"] == []
            return
        offers = answer["recommendations"]
        assert [item["product_id"] for item in answer["shown"]] == [offer["product_id"] for offer in offers]
        assert [item["score"] for item in answer["shown"]] == [f"{offer['score']:.4f}" for offer in offers]
        assert [item["reasons"] for item in answer["shown"]] == [offer["reasons"] for offer in offers]
        slots = [slot["text"] for slot in answer["understanding"]["slots"]]
        assert [mark for mark in answer["marked"] if mark not in slots] == []


def test_what_must_never_be_offered_is_not(phone, assistant):
    rows, masks = assistant.tables.row_of, assistant.tables.masks
    for question, need in (
        ("I'm allergic to fragrance. Which moisturizer is good for dry sensitive skin?", "avoid:fragrance"),
        ("I'm pregnant, which serum helps with dark spots?", "condition:pregnancy"),
        ("怀孕可以用的祛痘精华", "condition:pregnancy"),
    ):
        answer = phone["answers"][QUESTIONS.index(question)]
        assert all(rows[offer["product_id"]] not in masks[need] for offer in answer["recommendations"])


def test_the_phone_answers_the_bundles_own_vectors(phone, vectors):
    for vector, answer in zip(vectors, phone["answers"][len(QUESTIONS) :], strict=True):
        read = answer["understanding"]
        slots = [[slot["slot"], slot["value"], slot["start"], slot["end"]] for slot in read["slots"]]
        got = (read["language"], read["intent"]["label"], slots)
        assert got == (vector["language"], vector["intent"], vector["slots"])
        if answer["kind"] == "ranked":
            scores = [tenths(offer["score"]) for offer in answer["recommendations"]]
            assert scores == pytest.approx([tenths(score) for score in vector["scores"]], abs=TIPPED)


def test_enough_was_asked(phone):
    """Products in both languages, however the intents were read, and an answer without any."""
    offered = [answer for answer in phone["answers"][: len(QUESTIONS)] if answer["shown"]]
    assert len(offered) >= 8 and {answer["language"] for answer in offered} == {"en", "zh"}
    assert any(answer["kind"] == "spoken" for answer in phone["answers"])


def test_a_changed_bundle_is_refused_by_name(visit, bundle, tmp_path):
    changed = tmp_path / "bundle"
    shutil.copytree(bundle, changed)
    path = changed / "tables/masks.json"
    path.write_bytes(path.read_bytes().replace(b"avoid:fragrance", b"avoid:fragrancf"))
    told = visit(changed, tmp_path / "profile", [])
    assert told["first"]["state"] == "failed"
    assert "tables/masks.json: changed since the bundle was made" in told["first"]["status"]
