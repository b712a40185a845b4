"""Measurements of the project itself. Ratios within one run are what counts: machines differ and are noisy."""
