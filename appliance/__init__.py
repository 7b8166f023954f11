"""Venue Appliance (考场守护): the box at the venue of a paperless exam."""

__version__ = "0.1.0"
