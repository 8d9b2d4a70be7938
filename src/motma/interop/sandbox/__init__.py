"""People to develop with: thirty stories, made through the ordinary registration; no tables."""
