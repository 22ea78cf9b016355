"""Small questions that leave by one uplink and by no other: each is async, has a deadline, answers with the round trip or raises NoAnswer.

Every probe takes the LinkState to ask through and an address in numbers; names are resolved through the same uplink (`dns.resolve`).
"""
