"""The uplinks at work: watched, asked, chosen by `firmware.core.uplink`, and told to the SIP agent and the routes."""
