"""Each page as its owner uses it, on a box that is really set up, with a real registrar and far end behind it."""
