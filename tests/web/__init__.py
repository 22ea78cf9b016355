"""The page as its owner has it: the real device, the page's real process, a real browser."""
