"""Who may use the box: pure rules, and what is kept of them."""
