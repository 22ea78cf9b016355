"""The figures beside the peers': each module measures one thing from outside, as a person or the network would meet it.

It may not import the product's inside: what is measured is the running device, over its control socket, its line and the wire.
"""
