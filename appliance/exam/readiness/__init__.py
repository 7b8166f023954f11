"""Whether the venue can be sealed, what the seal holds, and whether it is in the morning as it was sealed."""
