"""A catalogue of six products that every sum can be worked out for by hand."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest

from makeup_ai.content.phrases import PACKAGED as PHRASES
from makeup_ai.recommend.settings import packaged
from makeup_ai.recommend.tables import Tables

TINY = json.loads((Path(__file__).parent / "tiny.json").read_text("utf-8"))


@pytest.fixture
def dicts():
    tables = copy.deepcopy(TINY)
    del tables["knowledge"]
    tables["embeddings"] = np.array(tables["embeddings"], np.int8)
    return {**tables, "ranking": packaged(), "phrases": json.loads(PHRASES.read_text("utf-8"))}


@pytest.fixture
def tables(dicts):
    return Tables.from_dicts(**dicts)


@pytest.fixture
def knowledge():
    return copy.deepcopy(TINY["knowledge"])


@pytest.fixture(scope="session")
def shelf():
    """The tables once for all, for properties: nothing may be changed in them."""
    dicts = {name: table for name, table in TINY.items() if name != "knowledge"}
    dicts["embeddings"] = np.array(dicts["embeddings"], np.int8)
    return Tables.from_dicts(**dicts, ranking=packaged(), phrases=json.loads(PHRASES.read_text("utf-8")))
