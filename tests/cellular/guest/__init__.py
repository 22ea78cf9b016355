"""What this machine's kernel cannot do. In a guest whose kernel has PPP: `python -m tests.cellular.guest.ppp` ends with 0 if data went both ways."""
