"""The statements that a restore adds to a backup: numbers, open work, and the epoch."""
