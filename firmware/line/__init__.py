"""One telephone line: its machines on the clock, its bell, its card that carries out what they order. It knows no account."""
