"""What the assistant does, as ordinary rasa_sdk actions: they speak and ask for effects, and change nothing themselves.

In production they run inside the dialogue's process; `rasa run actions --actions bot.actions` serves the same ones.
"""
