"""SQL that a restore runs after loading a backup: numbers, open work, and the epoch."""
