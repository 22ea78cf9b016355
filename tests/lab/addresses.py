"""Who lives where in the laboratory's internet: documentation networks (RFC 5737, RFC 3849), and the public hosts that devices like to ask."""

from __future__ import annotations

GATEWAY_HERE = "203.0.113.1"
SERVER, SERVER6 = "203.0.113.10", "2001:db8:ff::10"
"""The provider: registrar and proxy."""
FAR, FAR6 = "203.0.113.20", "2001:db8:ff::20"
"""Far ends and the PBX, all on one address, which is also the one that sockets bound to none send from."""
WEB, WEB6 = "203.0.113.80", "2001:db8:ff::80"
"""The web and STUN; every name the houses do not know is here."""
PUBLIC = ("1.1.1.1", "1.0.0.1", "208.67.222.222", "208.67.220.220", "8.8.8.8", "8.8.4.4", "9.9.9.9")
PUBLIC6 = (
    "2606:4700:4700::1111",
    "2606:4700:4700::1001",
    "2620:0:ccc::2",
    "2620:0:ccd::2",
    "2001:4860:4860::8888",
    "2001:4860:4860::8844",
    "2620:fe::fe",
)
"""Resolvers that everyone pings; in here they are only addresses of the cloud."""
ALL = (SERVER, FAR, WEB, *PUBLIC)
ALL6 = (SERVER6, FAR6, WEB6, *PUBLIC6)
PORTAL_PORT = 8080
PROVIDER_NAME = "sip.provider.test"
"""The provider's name as the houses' DNS knows it."""
