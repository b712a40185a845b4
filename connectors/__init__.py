"""The edges: the citizen's page and the API, the desk, the learning pages, the command line."""
