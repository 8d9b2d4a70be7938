"""Technical requirements, each of which is a check with a permanent code; no tables."""
