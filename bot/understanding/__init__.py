"""From a messy sentence to the right topic, and knowing when not to answer."""
