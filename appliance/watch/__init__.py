"""Threads that read hardware or kernel and post what they read; they judge nothing."""
