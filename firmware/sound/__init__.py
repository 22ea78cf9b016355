"""Tones by country, DTMF and caller ID on 8 kHz samples. The only package that knows spandsp; it knows no call and no SIP."""
