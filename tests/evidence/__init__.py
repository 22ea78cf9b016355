"""The evidence of calls: pure readers, and what is drawn from them."""
