"""What is said about backups: their sources, their room, their copies, their drills."""
