"""Capture, bundle, seal, publish, verify, restore: exam data to the province alone, whole or not at all."""
