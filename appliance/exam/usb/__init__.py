"""The box's own USB: what is plugged in, what of it may be used, and why."""
