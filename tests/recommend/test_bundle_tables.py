"""Tables: each file that does not fit is refused by name."""

import json

import numpy as np
import pytest

from makeup_ai.errors import BundleError
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import recommend
from makeup_ai.recommend.tables import FILES, Tables


def write(dicts, folder):
    for name in FILES:
        (folder / f"{name}.json").write_text(json.dumps(dicts[name]), "utf-8")
    (folder / "embeddings.bin").write_bytes(dicts["embeddings"].tobytes())


def test_load_reads_what_from_dicts_reads(dicts, tables, tmp_path):
    write(dicts, tmp_path)
    loaded = Tables.load(tmp_path)
    needs = Needs(needs=("skin_type:oily",))
    assert recommend(loaded, needs, (0.6, 0.8)).recommendations == recommend(tables, needs, (0.6, 0.8)).recommendations


@pytest.mark.parametrize("name", [*(f"{name}.json" for name in FILES), "embeddings.bin"])
def test_missing_file_is_named(dicts, tmp_path, name):
    write(dicts, tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(BundleError, match=name):
        Tables.load(tmp_path)


def test_file_that_is_not_json_is_named(dicts, tmp_path):
    write(dicts, tmp_path)
    (tmp_path / "masks.json").write_text("{", "utf-8")
    with pytest.raises(BundleError, match="masks"):
        Tables.load(tmp_path)


def set_in(path, value):
    def change(dicts):
        at = dicts
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value

    return change


BROKEN = {
    "row out of range": ("needs.json", set_in(["needs", "cells", 0], [0, 6, 1, 0])),
    "need out of range": ("needs.json", set_in(["needs", "cells", 0], [5, 0, 1, 0])),
    "negative row": ("needs.json", set_in(["needs", "cells", 0], [0, -1, 1, 0])),
    "value over one": ("needs.json", set_in(["needs", "cells", 0], [0, 0, 10001, 0])),
    "path out of range": ("needs.json", set_in(["needs", "cells", 0], [0, 0, 1, 5])),
    "fraction in a cell": ("needs.json", set_in(["needs", "cells", 0], [0, 0, 0.5, 0])),
    "three numbers": ("needs.json", set_in(["needs", "cells", 0], [0, 0, 1])),
    "cell twice": ("needs.json", set_in(["needs", "cells", 1], [0, 0, 1, 0])),
    "need twice": ("needs.json", set_in(["needs", "needs", 1], "skin_type:oily")),
    "unknown slot": ("needs.json", set_in(["needs", "needs", 0], "planet:mars")),
    "need without a value": ("needs.json", set_in(["needs", "needs", 0], "skin_type")),
    "mask as a need": ("needs.json", set_in(["needs", "needs", 0], "avoid:fragrance")),
    "need as a mask": ("masks.json", set_in(["masks", "masks", "skin_type:oily"], {})),
    "masked row out of range": ("masks.json", set_in(["masks", "masks", "avoid:parfum", "6"], ["a", "b"])),
    "masked row not a number": ("masks.json", set_in(["masks", "masks", "avoid:parfum", "x"], ["a", "b"])),
    "mask without evidence": ("masks.json", set_in(["masks", "masks", "avoid:parfum", "1"], ["a"])),
    "shade of another product": ("shades.json", set_in(["shades", "shades", 0, "row"], 0)),
    "shade row out of range": ("shades.json", set_in(["shades", "shades", 0, "row"], 9)),
    "shade without colour": ("shades.json", set_in(["shades", "shades", 0, "lab"], [1, 2])),
    "embeddings too short": ("embeddings.bin", set_in(["embeddings"], np.zeros(11, np.int8))),
    "embeddings of floats": ("embeddings.bin", set_in(["embeddings"], np.zeros((6, 2)))),
    "product twice": ("catalogue.json", set_in(["catalogue", "products", 1, "product_id"], "c-serum")),
    "price of zero": ("catalogue.json", set_in(["catalogue", "products", 1, "price"], 0)),
    "another schema": ("catalogue.json", set_in(["catalogue", "schema"], 2)),
    "node without a name": ("names.json", set_in(["needs", "paths", 0, "nodes"], ["ingredient:nameless"])),
    "name in one language": ("names.json", set_in(["names", "skin_type:oily"], {"en": "oily skin"})),
    "path of unknown kind": ("phrases.json", set_in(["needs", "paths", 0, "kind"], "rumour")),
    "unknown role": ("domain.json", set_in(["domain", "slots", "finish", "role"], "wish")),
    "need without a term": ("domain.json", set_in(["domain", "slots", "finish"], {"role": "need"})),
    "term without a weight": ("ranking.json", set_in(["domain", "slots", "finish", "term"], "whim")),
    "negative weight": ("ranking.json", set_in(["ranking", "weights", "price"], -0.1)),
    "weight NaN": ("ranking.json", set_in(["ranking", "weights", "price"], float("nan"))),
    "infinite weight": ("ranking.json", set_in(["ranking", "weights", "price"], float("inf"))),
    "weight in words": ("ranking.json", set_in(["ranking", "weights", "price"], "1")),
    "NaN slot weight": ("domain.json", set_in(["domain", "slots", "finish", "weight"], float("nan"))),
    "another unit": ("ranking.json", set_in(["ranking", "unit"], 1000)),
    "no distance": ("ranking.json", set_in(["ranking", "shade", "max_delta_e"], 0)),
    "words short of the limit": ("ranking.json", set_in(["ranking", "shade", "words"], [[2.0, "close"]])),
    "cue of no need": ("ranking.json", set_in(["ranking", "cues", "shine", "need"], "avoid:fragrance")),
    "top of zero": ("ranking.json", set_in(["ranking", "top"], 0)),
    "confidence over one": ("ranking.json", set_in(["ranking", "min_confidence", "intent"], 1.1)),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_table_is_refused_by_name(dicts, case):
    file, change = BROKEN[case]
    change(dicts)
    with pytest.raises(BundleError, match=file):
        Tables.from_dicts(**dicts)


def test_names_of_needs(tables):
    assert tables.name("avoid:fragrance", "en") == "fragrance"
    assert tables.name("avoid:niacinamide", "zh") == "烟酰胺"
    assert tables.name("ingredient:not_named", "en") == "not named"
