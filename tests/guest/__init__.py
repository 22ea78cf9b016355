"""The bench: the device on a real kernel with the kernel's own simulators for its wires. `make bench-guest` runs it; docs/guest.md tells how."""
