"""Writes what Python answers, for the ports to be held to: `python tests/mobile/golden.py OUTPUT.json`.

Offsets inside a normalised text are given in UTF-16 units, as JavaScript counts; offsets in a question in code points.
"""

import json
import random
import sys
import tempfile
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

import numpy as np

from makeup_ai.content.phrases import PACKAGED as PHRASES
from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.linking import Linker
from makeup_ai.recommend.needs import gather
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.reasons import why_not
from makeup_ai.recommend.settings import packaged
from makeup_ai.recommend.tables import Tables
from makeup_ai.runtime.signature import Bucket
from makeup_ai.schema import Intent, Slot, Understanding, to_dict
from makeup_ai.text.amounts import Amounts
from makeup_ai.text.calibration import Calibration, HeadCalibration
from makeup_ai.text.decoding import bio_spans
from makeup_ai.text.language import LanguageDetector
from makeup_ai.text.lexicon import Lexicon, decimal
from makeup_ai.text.normalise import normalise
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.text.understander import Understander, add_mentions
from makeup_ai.training.data.vocabulary import train_tokenizer

BEAUTY = files("makeup_ai.training") / "data/builtin/beauty"

CALIBRATION = Calibration({"intent": HeadCalibration(1.7), "slots": HeadCalibration(0.6)})
"""Invented: it makes the intent less sure and the slots surer."""

HAND = [
    "",
    "   ",
    "A matte foundation for oily skin under $40",
    "I'm allergic to fragrance, nuts and parabens — fragrance‑free please",
    "not allergic to silicones, but no retinol",
    "no lipstick or gloss, I want a blush over $50",
    "I'm not oily, more dry; not too matte 😀 please",
    "不要口红和唇蜜，要腮红，200以上",
    "我不是敏感肌，是油皮，超过100元的",
    "sulfate-free & paraben free face wash < 25 bucks",
    "between $15 and $25, or 1.5k, or two hundred and fifty yuan",
    "my budget is like 1,200.50 rmb max",
    "I’m 12 weeks pregnant; is it vegan? unscented!",
    "敏感肌用什么面霜？我对香精过敏",
    "两百以内的哑光红色口红，不要含酒精和香精的",
    "预算三百到五百块，孕妇可以用吗",
    "不是对水杨酸过敏",
    "两百五的粉底液 or 一千二以下",
    "５０元以下　ＳＰＦ５０　防晒",
    "Crème brûlée teint mat, ŒUF ﬁn ẞ ß ss İi ıI Kelvin Å",
    "je cherche une crème pour ma peau",
    "ich suche eine Creme für meine trockene Haut",
    "quiero una base para el acné",
    "私の肌は乾燥です",
    "건성 피부 추천",
    "нужен крем",
    "e\u0301 cafe\u0301 a\u0308\u0323 q\u0307 ﷺ ㎏ ㍿ ½ ²",
    "emoji 💄💋👩🏽‍🦰 in the middle of 口红💄red",
    "𠮷野家 𝐁𝐨𝐥𝐝 𝓼𝓬𝓻𝓲𝓹𝓽 ℌ",
    "tabs\tand\nnew\r\nlines\u00a0nbsp\u2003em\u3000wide\u200bzero\ufeffbom\x1fus",
    "[CLS] typed [SEP] by [MASK] hand ##ing [UNK]",
    "constructor __proto__ toString hasOwnProperty",
    "x" * 150 + " " + "oily " * 60,
    "油皮" * 100,
    "ΣΑΣ ΟΔΟΣ ς",
    "a-b--c - d",
    "$$$ ¥¥ 30$ $30 30 美元 us$ 40",
    "0 元, 零, 万 千 k w 5 hundred 30 k",
    "99999999999999999999 dollars under $0.125 or $2.675",
    "I'm allergic to fragrence and dust mites, what serum can I use?",
    "Allergic to the Balsam-of-Peru; intolerant to some strange-thing - and allergies to lanolin",
    "not allergic to sulfer. I wasn't allergic to balsam, never been allergic to wool, allergic to nothing",
    "allergic to x, allergy to niacinamide and unicorn dust",
    "我对白松香成分过敏，也对香精过敏",
    "不对白松香过敏，没有对羊毛过敏，对羊毛过敏吗？",
    "💄对Ａbc 羊毛不耐受",
    "allergic to pure fragrance extracts, 对天然香精提取物过敏",
    "my budget is 30 to $50 max, 预算在三百到五百块以内",
    "💄 no retinol, fragrance, " * 200 + "allergic to wool",
    "x" * 2_040 + " allergic to wool " + "口" * 1_880 + "对香精过敏",
]
NAMES = [
    "fragrance", "香精", "Niacinimide", "niacinamide (vitamin B3)", "salicilic acid", "retinol/retinal", "nuts",
    "tree nut", "peanut oil", "Parfum (Linalool, Limonene)", "ethylhexylglycerine", "unicorn dust", "", "  ", "酒精",
    "水杨酸", "alcohol denat.", "β-glucan", "BHT", "PEG-40", "hyaluronic acid 2%", "organic shea butter", "ＡＨＡ",
    "水楊酸", "菸鹼醯胺", "對羥基苯甲酸酯",
]  # fmt: skip
PRINTED = ["Aqua", "Parfum", "Retinol", "Prunus Amygdalus Dulcis Oil", "Linalool", "Açaí", "罗勒油"]
SPICE = "　 \t-—’“ﬁßẞ①½é\u0301\u200d💄口红香精$¥元百k0,.A"


def units(text: str, at: int) -> int:
    """Turn an offset in code points into one in UTF-16 units."""
    return len(text[:at].encode("utf-16-le")) // 2


def texts(dice: random.Random) -> list[str]:
    """Give the handmade questions, those of the built-in data, and mangled copies of both."""
    lines = (BEAUTY / "handwritten.jsonl").read_text("utf-8").splitlines()
    found = HAND + dice.sample([json.loads(line)["text"] for line in lines], 120)
    for text in dice.sample(found, 120):
        characters = list(text)
        for _ in range(dice.randint(1, 4)):
            characters.insert(dice.randint(0, len(characters)), dice.choice(SPICE))
        found.append("".join(characters))
    return found


def normalised(text: str) -> dict:
    """Give the normalised text with one offset a UTF-16 unit."""
    plain, offsets = normalise(text)
    each = [offset for character, offset in zip(plain, offsets, strict=False) for _ in range(units(character, 1))]
    return {"text": text, "plain": plain, "offsets": [*each, offsets[-1]]}


def amounts(text: str, reader: Amounts) -> dict:
    """Give numbers, marks and the amount read in each language."""
    plain = normalise(text)[0]
    return {
        "plain": plain,
        "numbers": [[units(plain, n.start), units(plain, n.end), n.value] for n in reader.numbers(plain)],
        "marks": [[units(plain, start), units(plain, end), code] for start, end, code in reader.marks(plain)],
        "read": {language: reader.read(plain, language) for language in ("en", "zh")},
    }


def bio(dice: random.Random) -> list[dict]:
    """Give random logits with the spans in them."""
    labels, cases = ["O", "B-a", "I-a", "B-b", "I-b"], []
    for _ in range(60):
        n = dice.randint(1, 9)
        logits = np.array([[round(dice.uniform(-3, 3), 3) for _ in labels] for _ in range(n)], np.float32)
        offsets = [(0, 0) if dice.random() < 0.15 else (2 * i, 2 * i + 2) for i in range(n)]
        spans = bio_spans(logits, labels, np.array(offsets, np.int32))
        cases.append({"logits": logits.tolist(), "offsets": offsets, "spans": [asdict(span) for span in spans]})
    return [{"labels": labels, **case} for case in cases]


def invented_spans(dice: random.Random, count: int, confidence: float | None = None) -> list[Slot]:
    """Invent spans on a short text, of slots that score, filter and protect; some tie in all that orders them."""
    spans = []
    for _ in range(count):
        start = dice.randint(0, 12)
        slot = dice.choice(["avoid", "brand", "budget", "color", "concern", "finish"])
        probability = dice.choice([0.06, 0.25, 0.5]) if confidence is None else confidence
        spans.append(Slot(slot, "", dice.choice("xyz"), start, start + dice.randint(1, 6), probability))
    return spans


def joined(dice: random.Random, lexicon: Lexicon) -> list[dict]:
    """Give tagged spans and mentions, and what is kept of both."""
    cases = []
    for _ in range(120):
        tagged = sorted(invented_spans(dice, dice.randint(0, 4), 0.9), key=lambda slot: slot.start)
        apart = [slot for i, slot in enumerate(tagged) if i == 0 or slot.start >= max(s.end for s in tagged[:i])]
        mentions = invented_spans(dice, dice.randint(0, 6))
        kept = add_mentions(apart, mentions, protected=lexicon.protects)
        cases.append({"tagged": to_dict(apart), "mentions": to_dict(mentions), "slots": to_dict(kept)})
    return cases


class InventedModel:
    """Stands for a model: gives one text logits that were drawn for it."""

    def __init__(self, slots: np.ndarray):
        self.slots = slots

    def bucket(self, length: int) -> Bucket:
        return Bucket("tokens", length)

    def run(self, inputs: dict[str, np.ndarray], signature: str | None = None) -> dict[str, np.ndarray]:
        return {"intent": np.array([[0.0, 1.0]], np.float32), "slots": self.slots[None]}


def readings(
    dice: random.Random, cases: list[str], tokenizer: Tokenizer, lexicon: Lexicon, detect: LanguageDetector
) -> dict:
    """Give the slots of each text under invented logits: some words tagged, some all but overlooked."""
    labels = ["O", *(f"{prefix}-{slot}" for slot in lexicon.domain["slots"] for prefix in "BI")]
    found = []
    for text in cases:
        width = dice.choice([0.5, 1.5, 3.0])
        means = [dice.choice([0, 3]), *[0] * (len(labels) - 1)]  # tagging everything would leave no mention to add
        logits = [[round(dice.gauss(m, width), 3) for m in means] for _ in tokenizer.encode(text, 64).token_ids]
        model = InventedModel(np.array(logits, np.float32))
        names = {"intent": ["greeting", "recommend"], "slots": labels}
        reader = Understander(
            model, tokenizer, names, lexicon=lexicon, detect=detect, max_length=64, calibration=CALIBRATION
        )
        read = reader.understand(text)
        row = {"intent": read.intent.confidence, "slots": to_dict(read.slots)}
        found.append({"text": text, "logits": [x for row in logits for x in row], **row})
    return {"labels": labels, "max_length": 64, "calibration": CALIBRATION.to_dict(), "texts": found}


def tokens(cases: list[str], tokenizer: Tokenizer) -> list[dict]:
    """Give ids and offsets of each text, in a short and a long bucket."""
    found = []
    for text in cases:
        for length in (16, 128):
            encoding = tokenizer.encode(text, length)
            found.append(
                {
                    "text": text,
                    "max_length": length,
                    "ids": encoding.token_ids.tolist(),
                    "offsets": encoding.offsets.tolist(),
                    "truncated": encoding.truncated,
                }
            )
    return found


def invented_tables(dice: random.Random, domain: dict) -> dict:
    """Invent forty products, with ties, negative cells and masks, as the files of a bundle's tables."""
    needs = [f"{slot}:{v}" for slot in ("skin_type", "concern", "finish", "color") for v in domain["values"][slot]]
    products = [
        {
            "product_id": f"P-{dice.randint(0, 9)}-{row:02d}",
            "brand": dice.choice(["Aster", "Björk", "花间"]),
            "name": {"en": f"Product {row}", "zh": f"产品{row}"} if row % 7 else {"en": f"Product {row}"},
            "category": dice.choice(["serum", "lipstick", "foundation"]),
            "price": dice.choice([9.99, 14.0, 25.5, 38.0, 60.25]),
            "currency": "USD",
            "size": "30 ml",
            "ingredients": dice.sample(PRINTED, 3),
            "attributes": {},
            "description": {"en": "", "zh": ""},
            "shades": [],
            "in_stock": dice.random() > 0.1,
            "line": dice.choice(["", "Dew", "Velvet"]),
            "min_age": dice.choice([None, None, None, 3, 18]),
            "sponsored": dice.random() < 0.2,
        }
        for row in range(40)
    ]
    paths = [{"kind": "declared", "nodes": [need]} for need in needs]
    paths += [{"kind": "path", "nodes": ["ingredient:retinol", need]} for need in needs]
    cells = [
        [i, row, dice.choice([10_000, 5_000, dice.randint(-10_000, 10_000)]), i + dice.choice([0, len(needs)])]
        for i in range(len(needs))
        for row in dice.sample(range(40), 25)
    ]
    masks: dict[str, dict] = {"avoid:fragrance": {}, "avoid:retinol": {}, "condition:pregnancy": {}}
    for row, product in enumerate(products):
        for printed, node, hidden in (
            ("Parfum", "ingredient:parfum", ["avoid:fragrance"]),
            ("Retinol", "ingredient:retinol", ["avoid:retinol", "condition:pregnancy"]),
        ):
            for need in hidden if printed in product["ingredients"] else []:
                masks[need][str(row)] = [node, printed]
    names = {
        "ingredient:retinol": {"en": "retinol", "zh": "视黄醇"},
        "group:fragrance": {"en": "fragrance", "zh": "香精"},
    }
    return {
        "catalogue": {"schema": 1, "products": products},
        "domain": domain,
        "needs": {"schema": 1, "needs": needs, "cells": cells, "paths": paths},
        "masks": {"schema": 1, "masks": masks},
        "ranking": packaged(),
        "names": names,
        "phrases": json.loads(PHRASES.read_text("utf-8")),
    }


def invented_slots(dice: random.Random, tables: dict) -> list[Slot]:
    """Invent what a tagger and the patterns may have found."""
    choices = [tuple(need.split(":")) for need in tables["needs"]["needs"]] * 2
    choices += [("avoid", "fragrance"), ("avoid", "retinol"), ("condition", "pregnancy"), ("budget", "30")]
    choices += [("avoid", None), ("condition", None), ("budget", None), ("category", None), ("brand", "björk")]
    choices += [("category", "serum"), ("category", "lipstick")] * 3
    free = ["linalool ", "Amýgdalus", "unicorn dust", "20 美元", "15-25", " ", "羅勒", "ＤＵＬＣＩＳ-oil", "--"]
    return [
        Slot(slot, dice.choice(free), value, 2 * i, 2 * i + 1, dice.choice([0.39, 0.41, 1.0]))
        for i, (slot, value) in enumerate(dice.sample(choices, dice.randint(0, 5)))
    ]


def rankings(dice: random.Random, files_: dict, count: int = 80) -> list[dict]:
    """Give needs, products, terms, reasons and masks for invented slots and embeddings."""
    vectors = np.array([[dice.randint(-127, 127) for _ in range(8)] for _ in range(40)], np.int8)
    tables = Tables.from_dicts(**files_, shades={"schema": 1, "shades": []}, embeddings=vectors)
    lexicon, cases = Lexicon(files_["domain"]), []
    for _ in range(count):
        language = dice.choice(["en", "zh"])
        embedding = np.array([dice.gauss(0, 1) for _ in range(8)])
        embedding = tuple((embedding / np.linalg.norm(embedding)).astype(np.float32).astype(float).tolist())
        slots = tuple(invented_slots(dice, files_))
        understood = Understanding(language, Intent("recommend", 0.9), slots, 0.5, embedding)
        needs = gather(understood, None, None, lexicon, tables, resolve_avoid=lambda name: ())
        ranking = recommend(tables, needs, embedding, language)
        cases.append(
            {
                "understanding": to_dict(understood),
                "needs": list(needs.needs),
                "masks": list(needs.masks),
                "budget": needs.budget,
                "considered": ranking.considered,
                "recommendations": [
                    {key: value for key, value in to_dict(offer).items() if key != "shade"}
                    for offer in ranking.recommendations
                ],
                "hidden": [
                    {
                        "kind": rule.kind,
                        "subject": rule.subject,
                        "rows": rows.tolist(),
                        "why": why_not(tables, ranking.masked.mask(rule, int(rows[0])), language),
                    }
                    for rule, rows in ranking.masked.counted()
                ],
            }
        )
    return [{"embeddings": vectors.ravel().tolist()}, *cases]


def golden() -> dict:
    """Everything, as one JSON object."""
    dice = random.Random(20)
    cases = texts(dice)
    domain = json.loads((BEAUTY / "domain.json").read_text("utf-8"))
    knowledge = Knowledge.load()
    domain["values"]["avoid"] |= {i: s for i, s in knowledge.surfaces().items() if i not in domain["values"]["avoid"]}
    domain["values"]["ingredient"] = knowledge.surfaces()
    lexicon, reader, linker = Lexicon(domain), Amounts(domain["budget"]), Linker(knowledge)
    languages = json.loads((files("makeup_ai.text") / "tables/languages.json").read_text("utf-8"))
    detect = LanguageDetector(languages)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tokenizer.json"
        tokenizer = train_tokenizer([text for text in cases if len(text) < 120], path, 1_500)
        tokenizer_file = json.loads(path.read_text("utf-8"))
    surfaces = [
        (slot, s)
        for slot, table in domain["values"].items()
        for by in table.values()
        for names in by.values()
        for s in names
    ]
    asked = [
        (slot, f"{dice.choice(['', 'my ', '很'])}{s}{dice.choice(['', ' skin', '的'])}")
        for slot, s in dice.sample(surfaces, 300)
    ]
    asked += [("avoid", "an Unscented one"), ("avoid", "全素的"), ("avoid", "unicorn dust"), ("finish", "unscented")]
    ranked = invented_tables(dice, domain)
    eighths = [i / 8 for i in range(24)] + [dice.uniform(0, 500) for _ in range(40)] + [2.675, 1.005, 1e6 / 7]
    return {
        "domain": domain,
        "languages": languages,
        "tokenizer": tokenizer_file,
        "knowledge": knowledge.to_table(),
        "tables": {name: table for name, table in ranked.items() if name != "domain"},
        "normalise": [normalised(text) for text in cases],
        "language": [{"text": text, "language": detect(text)} for text in cases],
        "amounts": [amounts(text, reader) for text in cases],
        "hundredths": [{"amount": x, "rounded": round(x, 2), "decimal": decimal(round(x, 2))} for x in eighths],
        "values": [{"slot": slot, "surface": s, "value": lexicon.value(slot, s)} for slot, s in asked],
        "patterns": [{"text": text, "slots": to_dict(lexicon.find_patterns(text))} for text in cases],
        "mentions": [{"text": text, "slots": to_dict(lexicon.mentions(text))} for text in cases],
        "negated": [{"text": text, "slots": to_dict(lexicon.negated(text))} for text in cases],
        "floors": [{"text": text, "slots": to_dict(lexicon.floors(text))} for text in cases],
        "bio": bio(dice),
        "joined": joined(dice, lexicon),
        "readings": readings(dice, cases[:: len(cases) // 120], tokenizer, lexicon, detect),
        "tokens": tokens(cases, tokenizer),
        "linking": [{"name": name, "needs": linker.resolve_avoid(name)} for name in NAMES],
        "rankings": rankings(dice, ranked),
    }


def write(path: Path) -> None:
    """Write the vectors, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(json.dumps(golden(), ensure_ascii=False), "utf-8")
    unfinished.replace(path)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
