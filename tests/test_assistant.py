"""One consultation, from words, a profile and a photo to advice: what it gives, and what it makes of nonsense."""

from __future__ import annotations

import io
import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from makeup_ai.assistant import Assistant
from makeup_ai.cli import main
from makeup_ai.errors import BundleError, ModelsMissingError
from makeup_ai.schema import Profile, to_dict


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    data = pytest.importorskip("skimage.data")
    return np.asarray(data.astronaut())


@pytest.fixture(scope="module")
def seeing(tiny_bundle, face_models, monkeypatch_module) -> Path:
    """The tiny bundle's folder, where the cache holds the face models."""
    monkeypatch_module.setenv("MAKEUP_AI_CACHE", str(face_models.parent))
    return tiny_bundle


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def picture(pixels: np.ndarray, kind: str = "JPEG", **options) -> bytes:
    from PIL import Image

    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def told(capsys, *arguments) -> tuple[int, str, str]:
    """Run the command; a traceback would be an exception here."""
    status = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_route_from_words_to_advice(assistant):
    advice = assistant.consult("a matte lipstick under $20")
    assert advice.language == "en"
    assert advice.understanding.intent.label == "recommend"
    assert {(s.slot, s.value) for s in advice.understanding.slots} >= {("category", "lipstick"), ("budget", "20")}
    assert advice.skin is None
    offered = [assistant.tables.products[assistant.tables.row_of[r.product_id]] for r in advice.recommendations]
    assert offered and all(p.category == "lipstick" and p.price <= 20 and p.in_stock for p in offered)
    assert advice.recommendations[0].name in advice.answer


def test_the_answer_is_in_the_language_of_the_question(assistant):
    advice = assistant.consult("我对香精过敏，想要保湿面霜")
    assert advice.language == "zh"
    assert ("avoid", "fragrance") in {(s.slot, s.value) for s in advice.understanding.slots}
    scented = set(assistant.tables.masked_rows["avoid:fragrance"].tolist())
    rows = {assistant.tables.row_of[r.product_id] for r in advice.recommendations}
    assert rows and not rows & scented
    assert sum("\u4e00" <= c <= "\u9fff" for c in advice.answer) > 10


@pytest.mark.parametrize("runtime", ["tflite", "onnx"])
@pytest.mark.parametrize("text", ["a serum for oily skin", "油皮用什么面霜，100元以内"])
def test_both_runtimes_give_the_same_advice(tiny_bundle, assistant, runtime, text):
    expected, received = assistant.consult(text), Assistant.load(tiny_bundle, runtime).consult(text)
    assert received.answer == expected.answer
    assert [r.product_id for r in received.recommendations] == [r.product_id for r in expected.recommendations]
    assert received.understanding.intent.confidence == pytest.approx(expected.understanding.intent.confidence, abs=1e-3)


def test_an_unknown_runtime_and_one_that_is_not_carried_are_named(tiny_bundle, tmp_path):
    with pytest.raises(ValueError, match=r"Unknown runtime. Expected one of \['onnx', 'tflite'\]"):
        Assistant.load(tiny_bundle, "torch")
    folder = Path(shutil.copytree(tiny_bundle, tmp_path / "lean"))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for table in (manifest["files"], manifest["models"]["understanding"]["files"]):
        table.pop("models/understanding.onnx")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "models/understanding.onnx").unlink()
    assert Assistant.load(folder).consult("a serum").recommendations
    with pytest.raises(BundleError, match=r"models/understanding.onnx: not in this bundle"):
        Assistant.load(folder, "onnx")


# --- the JSON contract ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a matte lipstick under $20", "我对香精过敏，想要保湿面霜", "hello", ""])
def test_the_json_of_a_consultation(tiny_bundle, capsys, text):
    status, out, err = told(capsys, "consult", tiny_bundle, "--text", text, "--json")
    assert (status, err) == (0, "")
    advice = json.loads(out)
    assert list(advice) == ["language", "understanding", "skin", "recommendations", "cautions", "answer"]
    assert advice["language"] in {"en", "zh"}
    assert isinstance(advice["answer"], str) and advice["answer"]
    assert advice["skin"] is None
    intent = advice["understanding"]["intent"]
    assert set(intent) == {"label", "confidence"} and 0 <= intent["confidence"] <= 1
    for slot in advice["understanding"]["slots"]:
        assert {"slot", "text", "value", "confidence"} <= set(slot) and 0 <= slot["confidence"] <= 1
        assert text[slot["start"] : slot["end"]] == slot["text"]
    for offered in advice["recommendations"]:
        assert {"product_id", "name", "score", "terms"} <= set(offered)
        assert all(set(term) == {"name", "value", "evidence"} for term in offered["terms"])
        assert sum(round(term["value"] * 10_000) for term in offered["terms"]) == round(offered["score"] * 10_000)
    assert isinstance(advice["cautions"], list)


def test_the_best_comes_first_and_the_list_is_cut_to_what_was_asked_for(assistant):
    whole = assistant.consult("a serum for oily skin", top=1000).recommendations
    assert len(whole) > 10 and len({r.product_id for r in whole}) == len(whole)
    assert whole[0].score == max(r.score for r in whole)
    most = assistant.tables.settings.diversity.weight  # what likeness to those above may cost a place
    assert all(after.score - before.score <= most for before, after in pairwise(whole))
    assert assistant.consult("a serum for oily skin", top=3).recommendations == whole[:3]
    with pytest.raises(ValueError, match="top=0"):
        assistant.consult("a serum", top=0)


def test_consulting_twice_gives_the_same(assistant):
    first, second = (to_dict(assistant.consult("a serum for oily skin")) for _ in range(2))
    assert first == second


# --- the profile ------------------------------------------------------------------------------------------------------


def rows_of(assistant, advice) -> set[int]:
    return {assistant.tables.row_of[r.product_id] for r in advice.recommendations}


@pytest.mark.parametrize(
    ("need", "spellings"),
    [
        ("avoid:fragrance", ["fragrance", "Fragrances", "PARFUM", "perfume", "香精", "香料"]),
        ("avoid:paraben", ["parabens", "paraben", "尼泊金酯"]),
        ("avoid:nut", ["nuts", "nut", "坚果"]),
        ("avoid:niacinamide", ["niacinamide", "Niacinamide", "vitamin B3", "烟酰胺"]),
    ],
)
def test_an_allergy_masks_in_every_spelling(assistant, need, spellings):
    masked = set(assistant.tables.masked_rows[need].tolist())
    assert masked
    for spelling in spellings:
        advice = assistant.consult("recommend me something", profile=Profile(allergies=(spelling,)), top=10_000)
        assert rows_of(assistant, advice) and not rows_of(assistant, advice) & masked, spelling
        assert not [c for c in advice.cautions if c.kind == "unknown_allergen"], spelling


def test_an_allergy_nobody_knows_is_said_and_searched_for_as_written(assistant):
    advice = assistant.consult("recommend me something", profile=Profile(allergies=("Xanthan",)), top=10_000)
    products = [assistant.tables.products[row] for row in rows_of(assistant, advice)]
    assert not any("xanthan" in name.lower() for product in products for name in product.ingredients)
    made_up = assistant.consult("recommend me something", profile=Profile(allergies=("qqqzzz",)))
    assert any(c.kind == "unknown_allergen" and "qqqzzz" in c.text for c in made_up.cautions)


@pytest.mark.parametrize("word", ["pregnancy", "pregnant", "怀孕", "孕妇"])
def test_a_condition_protects_in_every_word_for_it(assistant, word):
    masked = set(assistant.tables.masked_rows["condition:pregnancy"].tolist())
    advice = assistant.consult("recommend me something", profile=Profile(conditions=(word,)), top=10_000)
    assert masked and not rows_of(assistant, advice) & masked
    assert any(caution.kind == "pregnancy" for caution in advice.cautions)


def test_a_skin_type_and_a_concern_are_heard_in_any_word_for_them(assistant):
    canonical = assistant.consult("a serum", profile=Profile(skin_type="oily", concerns=("acne",)))
    spoken = assistant.consult("a serum", profile=Profile(skin_type="油皮", concerns=("Pimples",)))
    assert spoken.recommendations == canonical.recommendations != assistant.consult("a serum").recommendations


def test_budget_and_what_is_owned_are_kept_to(assistant):
    free = assistant.consult("a serum for oily skin")
    owned = free.recommendations[0].product_id
    limit = sorted(r.price for r in free.recommendations)[2]
    advice = assistant.consult("a serum for oily skin", profile=Profile(budget=limit, owned=(owned, "not in the shop")))
    assert advice.recommendations and all(r.price <= limit for r in advice.recommendations)
    assert owned not in {r.product_id for r in advice.recommendations}
    words_win = assistant.consult("a serum for oily skin under $1000", profile=Profile(budget=limit))
    assert any(r.price > limit for r in words_win.recommendations)


def test_a_tone_chooses_the_shade(assistant):
    light = assistant.consult("a foundation for me please", profile=Profile(tone=(85.0, 5.0, 12.0)))
    deep = assistant.consult("a foundation for me please", profile=Profile(tone=(30.0, 12.0, 18.0)))
    brightness = [
        np.mean([sum(int(r.shade.hex[i : i + 2], 16) for i in (1, 3, 5)) for r in advice.recommendations if r.shade])
        for advice in (light, deep)
    ]
    assert brightness[0] > brightness[1]


@pytest.mark.parametrize(
    "fields",
    [
        {"allergies": "nuts"},  # would be read letter by letter
        {"allergies": [1]},
        {"allergies": None},
        {"owned": "x"},
        {"skin_type": 5},
        {"skin_type": "purple"},
        {"concerns": ["nothing of ours"]},
        {"conditions": ["diabetes"]},  # nothing stands behind it, so it is not promised
        {"budget": "20"},
        {"budget": True},
        {"budget": -1},
        {"budget": 0},
        {"budget": float("nan")},
        {"budget": float("inf")},
        {"tone": "abc"},
        {"tone": [1, 2]},
        {"tone": [1, 2, None]},
        {"age": 30.5},
        {"shoe_size": 40},
        {"history": ["P1"]},
        {"history": [{"product_id": "P1", "rating": 9}]},
        [],
        "text",
        None,
    ],
)
def test_a_profile_that_cannot_be_used_is_refused_in_one_line(tiny_bundle, tmp_path, capsys, fields):
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(fields), encoding="utf-8")
    status, out, err = told(capsys, "consult", tiny_bundle, "--text", "a serum", "--profile", path)
    assert (status, out) == (2, "")
    assert err.startswith("makeup-ai: ") and err.count("\n") == 1


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000])
def test_a_profile_that_is_no_json_is_refused_in_one_line(tiny_bundle, tmp_path, capsys, content):
    (tmp_path / "profile.json").write_bytes(content)
    status, _, err = told(capsys, "consult", tiny_bundle, "--text", "x", "--profile", tmp_path / "profile.json")
    assert status == 2 and err.count("\n") == 1


def test_a_profile_from_a_file_is_used(tiny_bundle, tmp_path, capsys):
    path = tmp_path / "profile.json"
    path.write_text(json.dumps({"allergies": ["香精"], "budget": 15, "conditions": ["pregnancy"]}), encoding="utf-8")
    status, out, _ = told(capsys, "consult", tiny_bundle, "--text", "a serum", "--profile", path, "--json")
    advice = json.loads(out)
    assert status == 0 and all(r["price"] <= 15 for r in advice["recommendations"])
    assert {"pregnancy"} <= {c["kind"] for c in advice["cautions"]}


# --- words that are no question ---------------------------------------------------------------------------------------

ODD = {
    "empty": "",
    "blanks": " \t\n\u3000\u200b ",
    "long": "a serum for oily skin " * 4600,
    "long list": "nuts, " * 16_700,
    "one long word": "a" * 100_000,
    "long Chinese": "对香精过敏" * 20_000,
    "French": "je cherche une crème pour ma peau",
    "Japanese": "乾燥肌におすすめのクリームはどれですか",
    "Arabic": "أريد أحمر شفاه",
    "Thai": "อยากได้ลิปสติก",
    "control characters": "\x00\x01lip\x07stick\x1b[31m\x7f under $20",
    "emoji": "💄💋👩🏽‍🦰",
    "lone surrogates": "lipstick \udc80 no \ud800 under $20",
    "right to left": "\u202elipstick\u202c",
    "combining": "l" + "\u0301" * 5000,
    "special pieces": "[SEP] [CLS] [PAD] [MASK] [UNK]",
    "braces": "{product} {0} %s {{}} <script>alert(1)</script>",
    "punctuation": "?!?!?!...,,,",
    "numbers": "99999999999999999999999999999999 $1e999 -5 ∞ ½",
    "a huge number": "under $" + "9" * 400,
}


@pytest.mark.parametrize("text", ODD.values(), ids=list(ODD))
def test_whatever_is_written_is_answered(assistant, tiny_bundle, text, capsys):
    advice = assistant.consult(text)
    assert advice.answer.strip()
    json.dumps(to_dict(advice), ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert "{" not in advice.answer.replace(text, "")


def test_nothing_to_read_is_said(assistant):
    for text in (ODD["empty"], "   ", "\n"):
        advice = assistant.consult(text)
        assert "nothing to read" in advice.answer and not advice.recommendations


def test_a_long_text_is_said_to_be_cut_but_protects_to_its_end(assistant):
    advice = assistant.consult("a serum for oily skin. " * 4000 + "I am allergic to fragrance.", top=10_000)
    assert "truncated" in {caution.kind for caution in advice.cautions}
    assert ("avoid", "fragrance") in {(s.slot, s.value) for s in advice.understanding.slots}
    assert not rows_of(assistant, advice) & set(assistant.tables.masked_rows["avoid:fragrance"].tolist())


@pytest.mark.parametrize("name", ["French", "Japanese", "Arabic", "Thai"])
def test_another_language_is_answered_in_english_with_a_word(assistant, name):
    advice = assistant.consult(ODD[name])
    assert (advice.language, advice.understanding.language) == ("en", "other")
    assert "language" in {caution.kind for caution in advice.cautions}


@pytest.mark.parametrize("text", [None, 5, b"a serum", ["a serum"]])
def test_what_is_no_string_is_refused(assistant, text):
    with pytest.raises(TypeError, match="Expected the question as a string"):
        assistant.consult(text)


@pytest.mark.parametrize("name", ["lone surrogates", "control characters", "braces", "empty"])
@pytest.mark.parametrize("flag", [[], ["--json"]])
def test_the_command_prints_whatever_was_written(tiny_bundle, capsys, name, flag):
    status, out, err = told(capsys, "consult", tiny_bundle, "--text", ODD[name], *flag)
    assert (status, err) == (0, "") and out.strip()


def test_a_page_of_odd_words_is_written_whole(assistant, tmp_path):
    advice = assistant.consult(ODD["braces"] + ODD["lone surrogates"], profile=Profile(allergies=("<b>\ud800",)), top=2)
    assistant.write_page(advice, tmp_path / "advice.html")
    page = (tmp_path / "advice.html").read_text("utf-8")
    assert page.rstrip().endswith("</html>") and "<script>alert" not in page and "<b>" not in page
    assert [p.name for p in tmp_path.iterdir()] == ["advice.html"]


def test_a_page_that_cannot_be_written_leaves_nothing(tiny_bundle, tmp_path, capsys):
    page = tmp_path / "no such folder" / "advice.html"
    status, _, err = told(capsys, "consult", tiny_bundle, "--text", "hello", "--html", page)
    assert status == 2 and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


# --- photos -----------------------------------------------------------------------------------------------------------


def test_a_photo_adds_what_was_seen(seeing, astronaut, tmp_path, capsys):
    path = tmp_path / "face.jpg"
    path.write_bytes(picture(astronaut, quality=95))
    status, out, _ = told(capsys, "consult", seeing, "--text", "a serum please", "--photo", path, "--json")
    skin = json.loads(out)["skin"]
    assert status == int(not skin["capture"]["accepted"])
    assert skin["face"]["count"] == 1 and skin["face"]["box"][2] > 50
    assert {check["name"] for check in skin["capture"]["checks"]} and "tone" in skin and "cues" in skin


def test_a_photo_may_come_in_any_usual_form(seeing, astronaut):
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    face = Image.fromarray(astronaut)
    forms = {
        "PNG": picture(face, "PNG"),
        "CMYK": picture(face.convert("CMYK"), "JPEG", quality=95),
        "alpha": picture(face.convert("RGBA"), "PNG"),
        "turned": picture(face.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95, exif=exif),
        "16-bit": picture(Image.fromarray(np.asarray(face.convert("L")).astype(np.uint16) * 257), "PNG"),
        "grey": picture(face.convert("L"), "PNG"),
    }
    assistant = Assistant.load(seeing)
    skins = {name: assistant.look(content) for name, content in forms.items()}
    assert all(skin.face is not None for skin in skins.values()), skins
    for name in ("CMYK", "alpha", "turned"):
        assert skins[name].face.box == pytest.approx(skins["PNG"].face.box, abs=8), name
    assert skins["16-bit"].greyscale and skins["grey"].greyscale and skins["grey"].tone is None


def broken(name: str, folder: Path, astronaut: np.ndarray) -> Path:
    path = folder / name
    content = {
        "empty.jpg": b"",
        "truncated.jpg": picture(astronaut)[:3000],
        "truncated.png": picture(astronaut, "PNG")[:3000],
        "tiny.png": picture(astronaut[:1, :1], "PNG"),
        "words.jpg": b"these are words, not a picture" * 100,
        "page.html": b"<html><body>no</body></html>",
        "script.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\nshowpage\n",
    }
    if name == "folder":
        path.mkdir()
    elif name != "missing.jpg":
        path.write_bytes(content[name])
    return path


@pytest.mark.parametrize(
    "name",
    [
        "empty.jpg",
        "truncated.jpg",
        "truncated.png",
        "tiny.png",
        "words.jpg",
        "page.html",
        "script.eps",
        "folder",
        "missing.jpg",
    ],
)
@pytest.mark.parametrize("flag", [[], ["--json"]])
def test_what_is_no_photo_is_refused_in_one_line(seeing, astronaut, tmp_path, capsys, name, flag):
    path = broken(name, tmp_path, astronaut)
    status, out, err = told(capsys, "consult", seeing, "--text", "a serum", "--photo", path, *flag)
    assert (status, out) == (2, "")
    assert err.startswith("makeup-ai: ") and err.count("\n") == 1 and "Traceback" not in err


def test_a_photo_without_a_face_is_answered_and_told(seeing, tmp_path, capsys):
    grass = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    path = tmp_path / "grass.png"
    path.write_bytes(picture(grass, "PNG"))
    status, out, err = told(capsys, "consult", seeing, "--text", "a serum please", "--photo", path, "--json")
    advice = json.loads(out)
    assert (status, err) == (1, "")  # the capture was refused
    assert advice["skin"]["face"] is None and advice["skin"]["tone"] is None
    assert {"photo_withheld", "photo_quality"} & {c["kind"] for c in advice["cautions"]}
    assert advice["recommendations"] and advice["answer"]


def test_without_the_face_models_a_photo_is_refused_with_the_remedy(tiny_bundle, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MAKEUP_AI_CACHE", str(tmp_path / "empty"))
    photo = tmp_path / "face.png"
    photo.write_bytes(picture(np.zeros((100, 100, 3), np.uint8), "PNG"))
    with pytest.raises(ModelsMissingError, match="This bundle was made without them"):
        Assistant.load(tiny_bundle).consult("a serum", photo=photo)
    status, _, err = told(capsys, "consult", tiny_bundle, "--text", "a serum", "--photo", photo)
    assert status == 2 and "makeup-ai models pull" in err and err.count("\n") == 1


def test_photos_of_the_same_person_are_opened_once(seeing, astronaut):
    assistant = Assistant.load(seeing)
    first, second = (assistant.look(picture(astronaut, "PNG")) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("text", "protected"),
    [
        ("我对坚果和榴莲过敏，想要唇膏", {"nut"}),
        ("对榴莲、坚果和香精都过敏", {"nut", "fragrance"}),
        ("I'm allergic to latex and nuts", {"nut"}),
        ("allergic to nuts, latex and parabens, show me a serum", {"nut", "paraben"}),
        ("I'm not allergic to latex and nuts", set()),
        ("我对坚果不过敏", set()),
    ],
)
def test_an_allergen_is_heard_beside_a_word_nobody_knows(assistant, text, protected):
    found = {slot.value for slot in assistant.consult(text).understanding.slots if slot.slot == "avoid"}
    assert protected <= found and (protected or not found & {"nut"})
