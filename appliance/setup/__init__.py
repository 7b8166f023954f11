"""The technician's first hour without an editor: what is found on the box, and what is written of it.

Nothing here asks anybody anything: the dialogue is the command's, `appliance.cli.setup`.
"""
