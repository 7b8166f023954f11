"""Plays a day's script on simulated hardware."""
