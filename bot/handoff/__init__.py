"""A conversation in the hands of a named human being."""
