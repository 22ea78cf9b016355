"""Real SIP peers for tests, demos and benches: each is a child process on loopback, awaited by its events, gone with its context.

Must not import the product: what they prove must not come from what they test.
"""
