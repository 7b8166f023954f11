"""The domain, pure: no clock, no file, no hardware; time is an argument."""
