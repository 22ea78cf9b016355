"""`make bench-failover`: how long a call is silent when its uplink dies, in the laboratory of `tests.lab`, and what watching costs."""
