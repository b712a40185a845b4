"""The people who work with Rettvis: who they are, when they are at work, how they sign in."""
