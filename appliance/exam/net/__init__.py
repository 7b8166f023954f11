"""The exam network: windows of the line, who is there, what was dropped and what that means."""
