"""Power: what a UPS says and hides, how long a server holds, and when the box ends in good order."""
