"""Links, routes and probes: the only package that knows netifaces and pyroute2. It reports and carries out; which uplink to trust is not decided here."""
