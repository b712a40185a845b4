"""The citizen's page: works without JavaScript, live with it."""
