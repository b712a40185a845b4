"""Which action comes next: Rasa's rules, without what it does at every step for nothing here."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT

Rulebook = dict[str, str]
"""Rasa's own: the states a rule asks for, as JSON, and the action that follows."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class Rules(RulePolicy):  # type: ignore[misc]  # Rasa's classes are untyped for mypy
    """Looks for the rule that applies among those of the message's intent, where upstream goes through every one of them;
    and for none written in a person's own words, of which there are none here and upstream always looks for first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by_intent: dict[int, dict[str | None, Rulebook]] = {}

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> "Rules":
        """Upstream's, with its rules in order; while it is trained they still change."""
        loaded: Rules = super().load(*args, **kwargs)
        for book in (loaded.lookup.get(RULES), loaded.lookup.get(RULES_FOR_LOOP_UNHAPPY_PATH)):
            if book is not None:
                loaded._by_intent[id(book)] = _by_intent(book)
        return loaded

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> Any:
        if use_text_for_last_user_input:
            return None, None, False
        return super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)

    def _get_possible_keys(self, lookup: Rulebook, states: list[State]) -> set[str]:
        ordered = self._by_intent.get(id(lookup))
        if ordered is not None and states:
            intent = states[-1].get(USER, {}).get(INTENT)
            lookup = {**ordered.get(None, {}), **ordered.get(intent, {})}
        found: set[str] = super()._get_possible_keys(lookup, states)
        return found


def _by_intent(book: Mapping[str, str]) -> dict[str | None, Rulebook]:
    """The rules by the intent their last state asks for; under None those that ask for none."""
    ordered: dict[str | None, Rulebook] = defaultdict(dict)
    for key, action in book.items():
        ordered[json.loads(key)[-1].get(USER, {}).get(INTENT)][key] = action
    return dict(ordered)
