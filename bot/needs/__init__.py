"""Unmet needs: what people lacked, stored without identity, so that the programme can change things."""
