"""Who may use the box from the page: password, lock-out, API tokens, the code on the label, the page's certificate; sealing of backups.

The only package that knows argon2 and cryptography. It knows no page and no call.
"""
