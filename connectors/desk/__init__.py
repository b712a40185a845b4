"""The desk: where contacts take over conversations."""
