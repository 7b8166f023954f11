"""What a technician sends when something is wrong: one file that holds no secret and nothing of a candidate.

Each part names what it lets through; what it does not name stays out. A part that cannot be taken says so and keeps no
other part away.
"""
