"""Many clips: found, scored by worker processes or a cluster, kept whole, put into tables."""
