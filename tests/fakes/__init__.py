"""Stand-ins that behave: a clock that is set, a venue that is stepped."""
