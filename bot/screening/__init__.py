"""The screening: one question at a time, answers in one's own words, shown back; and what comes of it."""
