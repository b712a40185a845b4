"""The editors' pages: translations beside their source, corrected and signed."""
