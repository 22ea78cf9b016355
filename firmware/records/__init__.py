"""What the device remembers between starts: the call log. The only package that knows SQLite; it knows no line and no SIP."""
