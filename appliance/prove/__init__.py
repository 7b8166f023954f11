"""The ghost machine: fires at the line as a seat would, and counts what comes out."""
