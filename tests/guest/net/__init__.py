"""Networks of the guest under the installed device: wires, a radio, a modem on the USB, and calls that go on over them.

Each proof is a program of its own and ends with a line of JSON, its figures.
"""
