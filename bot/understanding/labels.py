"""What a message can be about: a topic of topics.yml, or one of these."""

SYSTEM = (
    "out_of_scope",
    "human",
    "crisis",
    "greet",
    "thanks",
    "change_language",
    "delete_my_data",
    "not_helped",
    "who_are_you",
)

FOLLOW_UPS = {
    "ask_apply": "apply",
    "ask_amount": "what",
    "ask_who": "who",
    "ask_documents": "documents",
    "ask_deadlines": "deadlines",
    "ask_processing": "processing",
    "ask_complaint": "complaint",
    "ask_discretion": "discretion",
    "ask_family": "family",
    "ask_source": "source",
    "ask_more": "more",
}
"""A question about the topic at hand, and the part of the entry that answers it."""

GOES_ON = "ask_on"
"""What only makes sense when the topic at hand is known, and is no question about a part of its entry ("and if I move?",
"my son is 19"). It is learned beside the others, and no message is about it where no topic is at hand."""

CRISIS_KINDS = ("violence", "suicide", "child", "medical", "fire")
