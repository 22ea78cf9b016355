"""What the page costs and how soon it shows: measured in Chromium, at the processes and in the sound of a call, as its users would meet it.

It knows the page's outside only: its address, its cookies, its stream of events.
"""
