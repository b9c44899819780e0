"""Survey statistics: arrays in, frozen numbers out. One family per file; ``core`` is the door."""
