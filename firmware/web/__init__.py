"""The page, in a process of its own. It talks to the device through the control socket only: a crash or an attack here never touches a call."""
