"""A netlink socket that does not wait."""

import socket

SOL_NETLINK = 270  # linux/socket.h; the option numbers are linux/netlink.h's
BUFFER_BYTES = 65536


def open_socket() -> socket.socket:
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
    made.bind((0, 0))
    return made
