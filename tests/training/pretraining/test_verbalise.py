import re

import pytest

from makeup_ai.knowledge import Knowledge
from makeup_ai.training.pretraining.verbalise import MOST, _phrasings, verbalise


def test_the_graph_is_told_in_its_share_and_the_proportion_of_languages() -> None:
    told = verbalise({"en": 900, "zh": 300, "other": 50}, 0.25, 0)
    count = {lang: sum(len(d.sentences) for d in told if d.language == lang) for lang in ("en", "zh")}
    assert 300 <= count["en"] <= 300 + MOST and 100 <= count["zh"] <= 100 + MOST
    assert verbalise({"zh": 300}, 0.2, 0) and not [d for d in verbalise({"zh": 300}, 0.2, 0) if d.language == "en"]
    assert verbalise({"en": 900}, 0.0, 0) == []
    with pytest.raises(ValueError, match=r"Received: 1\.0"):
        verbalise({"en": 1}, 1.0, 0)


def test_it_is_told_in_many_words_the_same_by_the_same_seed() -> None:
    told = verbalise({"en": 4_000, "zh": 4_000}, 0.5, 0)
    assert told == verbalise({"en": 4_000, "zh": 4_000}, 0.5, 0) != verbalise({"en": 4_000, "zh": 4_000}, 0.5, 1)
    for language in ("en", "zh"):
        lines = [line for d in told if d.language == language for line in d.sentences]
        assert not any("{" in line or ".." in line for line in lines)
        assert all(re.search("[\u4e00-\u9fff]", line) for line in lines) == (language == "zh")
        for phrasings in _phrasings().values():
            for phrase in phrasings[language]:
                words = [re.escape(part) for part in re.split(r"\{\w+\}", phrase)]
                assert any(re.fullmatch(".+".join(words).removeprefix(".+"), line) or
                           re.fullmatch(".*".join(words), line) for line in lines), phrase  # fmt: skip


def test_no_drawback_is_told_as_a_use() -> None:
    knowledge = Knowledge.load()
    bad = [e.names["en"] for e in knowledge.effects.values() if not e.helps]
    assert bad
    lines = [line for d in verbalise({"en": 6_000}, 0.5, 0) for line in d.sentences]
    assert not [
        line for line in lines for name in bad if re.search(rf"(used?|made|there|known) (is )?for {name}", line)
    ]
