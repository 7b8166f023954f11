"""Sentences about power, Chinese and English."""
