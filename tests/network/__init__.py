"""The network room against real interfaces, real netlink and real packets, in namespaces of its own."""
