"""How well questions are understood, for people and machines to read: as a table, as JSON, as a page."""
