"""The site: tasks are handed over by form, and what is said there is read there."""
