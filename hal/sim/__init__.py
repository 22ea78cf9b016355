"""The simulated board: the same pins, bytes and samples in memory, and the person and network at their far end."""
