"""What this machine's kernel cannot do. `boot` starts a guest kernel; in any with PPP, `python -m tests.cellular.guest.ppp` is the proof."""
