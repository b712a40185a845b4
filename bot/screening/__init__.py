"""The screening as a conversation: one question at a time, answers in people's own words, shown back before the result."""
