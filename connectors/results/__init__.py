"""The result of a screening to read, to print and to take along: a page, a PDF, and JSON for other systems."""
