"""Template filters, by subject."""
