"""People who write by SMS: their phones, what came in, what goes out, and codes to go on elsewhere."""
