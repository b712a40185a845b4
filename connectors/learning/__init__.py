"""Learning: what people lacked, for the programme team."""
