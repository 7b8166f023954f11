"""Enrolment: the venue file that the province makes and the box takes, and what of it is in place at a venue."""
