"""Sentences about USB, Chinese and English."""
