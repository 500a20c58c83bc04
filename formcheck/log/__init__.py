"""The training log: every set with its numbers in one SQLite file, and what the sets say over weeks."""
