"""Numbering plans: dialed digits become numbers. The only package that knows phonenumbers; it knows no account, no rule and no call."""
