"""Filters of the templates, by subject."""
