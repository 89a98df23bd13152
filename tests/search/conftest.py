"""The tiny bundle's answers, with the FAQ of the invented shop and by words alone, so that no model decides a test."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def answering(assistant, tiny):
    from makeup_ai.search.answering import Answering
    from makeup_ai.search.kinds import Asking

    return Answering(tiny.world.knowledge, assistant.tables, Asking.packaged(), tiny.world.faq())


@pytest.fixture(scope="session")
def ask(assistant, answering):
    """A question in, its answer out."""

    def one(text: str, language: str | None = None):
        text, language, _, needs = assistant._read(text, language)
        return answering.ask(text, language, needs)

    return one
