"""Take out what could tell who somebody is, before anything is kept."""

from bot.needs.masking.masking import mask

__all__ = ["mask"]
