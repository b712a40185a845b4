"""The action that answers, asked as an action server is asked."""

import asyncio
from typing import Any

import pytest

import bot.assistant.engine  # noqa: F401 (quietens what Rasa's packages say when they are imported)


def said(ranking: dict[str, float], at_hand: str | None = None, **slots: Any) -> list[dict[str, Any]]:
    """The replies to a message that was understood like this, in English, with a topic at hand or none."""
    from rasa_sdk.executor import ActionExecutor

    import bot.actions

    executor = ActionExecutor()
    executor.register_package(bot.actions)
    rows = [{"name": label, "confidence": confidence} for label, confidence in ranking.items()]
    latest = {"text": "x", "intent": rows[0], "intent_ranking": rows, "entities": [], "metadata": {"language": "en"}}
    tracker = {
        "sender_id": "x",
        "slots": {"topic": at_hand, **slots},
        "latest_message": latest,
        "events": [],
        "paused": False,
        "active_loop": {},
    }
    call = {"next_action": "action_explain", "sender_id": "x", "tracker": {**tracker, "latest_action_name": "x"}}
    answer = asyncio.run(executor.run(call))
    return [response["custom"]["reply"] for response in answer["responses"] if "reply" in response["custom"]]


SURE = {"barnevern": 0.8}
UNSURE = {"barnevern": 0.4, "familievern": 0.3}


@pytest.mark.parametrize("ranking", [SURE, UNSURE])
def test_what_may_be_danger_names_the_numbers_whether_a_topic_is_answered_or_offered(ranking: dict) -> None:
    last = said({**ranking, "crisis": 0.1})[-1]
    assert "112" in last["text"]
    assert last["choices"][-1]["id"] == "urgent_human"


def test_topics_that_were_offered_can_still_be_picked_beside_the_numbers() -> None:
    last = said({**UNSURE, "crisis": 0.1})[-1]
    assert [choice["id"] for choice in last["choices"]][:2] == ["barnevern", "familievern"]


@pytest.mark.parametrize("ranking", [SURE, UNSURE])
def test_without_a_sign_of_danger_no_emergency_number_is_named(ranking: dict) -> None:
    replies = said({**ranking, "crisis": 0.01})
    assert len(replies) == 1
    assert "urgent_human" not in [choice["id"] for choice in replies[0]["choices"]]


def test_what_is_unclear_may_be_about_the_topic_at_hand_too() -> None:
    (reply,) = said({**UNSURE, "crisis": 0.01}, at_hand="bostotte")
    assert [choice["id"] for choice in reply["choices"]] == ["barnevern", "familievern", "bostotte", "out_of_scope"]


def test_what_is_unclear_is_not_about_what_the_person_has_put_aside() -> None:
    (reply,) = said({**UNSURE, "crisis": 0.01}, at_hand="bostotte", set_aside=["bostotte"])
    assert "bostotte" not in [choice["id"] for choice in reply["choices"]]
