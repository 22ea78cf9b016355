"""Routes and rules as netlink messages, and the kernel's news: the only package that knows pyroute2. Knows no uplink.

pyroute2 writes and reads the messages; the sockets are our own, because rtnetlink carries out a change within the send and has the answer ready
when that returns. So a move is one short call on the deciding thread, neither a wait nor a round through an event loop. News come by a second
socket that is one of asyncio's readers.
"""
