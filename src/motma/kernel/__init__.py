"""What every context may use: errors, clock, ids, names, dates, units; standard library only."""
