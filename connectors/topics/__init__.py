"""The knowledge base for everyone to read: pages to link to and print at /topics, the same as JSON in the API."""
