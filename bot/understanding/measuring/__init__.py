"""How well the understanding understands: honest splits, trials on what was left out, and the figures.

Nothing here is part of what is trained. `trial.py` is the one place that knows how the understanding is taught and asked.
"""
