"""One function per posture key: make it so, read it back; they decide nothing."""
