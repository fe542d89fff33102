"""REST: tasks are handed over by another program."""
