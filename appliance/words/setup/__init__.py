"""Setting a box up, handing it over, asking for help: what the technician reads."""
