"""Everything that is decided: pure, without clock, thread, file, log or third-party library."""
