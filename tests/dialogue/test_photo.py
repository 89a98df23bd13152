"""A photo in a conversation: what it shows counts until words say more, and is kept as numbers alone."""

from __future__ import annotations

import json

import pytest

from makeup_ai.dialogue import Conversation, State
from makeup_ai.schema import Capture, Cue, SkinReport, Tone

TONE = Tone((73.0, 12.0, 22.0), 46.2, "light", 3.0, "warm")


@pytest.fixture
def shown(assistant, monkeypatch):
    """A conversation whose photos show redness and a light tone."""
    cue = Cue(20.0, "a*", 90.0, {})
    report = SkinReport(None, Capture(True, ()), False, TONE, {}, {"redness": cue})
    monkeypatch.setattr(assistant, "look", lambda photo: report, raising=False)
    return Conversation(assistant)


def test_what_a_photo_shows_counts_until_words_name_a_need(shown):
    turn = shown.say("which moisturizer?", photo=b"...")
    assert "concern:redness" in turn.needs.needs and turn.needs.tone == TONE.lab
    assert turn.needs.sources["concern:redness"] == ("photo",)
    kept = State.from_dict(json.loads(json.dumps(shown.state.to_dict())))
    assert kept.tone == TONE.lab and kept.seen == ("concern:redness",)
    turn = shown.say("something cheaper")
    assert "concern:redness" in turn.needs.needs
    turn = shown.say("for large pores")
    assert turn.needs.needs == ("concern:pores",) and turn.needs.tone == TONE.lab


def test_a_photo_alone_is_an_answer(shown):
    turn = shown.say("", photo=b"...")
    assert turn.recommendations and "concern:redness" in turn.needs.needs
