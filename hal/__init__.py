"""What can be touched: the phone line, lights and buttons, modems, on a real board or a simulated one.

Nothing here knows calls, SIP or settings; `hal` never imports `firmware`.
"""
