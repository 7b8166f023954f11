"""The words of the readiness check, the seal and the morning check."""
