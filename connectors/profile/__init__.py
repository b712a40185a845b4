"""The pages of staff about themselves (/me) and, for administrators, about each other (/people)."""
