"""Drivers: readings in, levels out; they know no exams, no events and no config files."""
