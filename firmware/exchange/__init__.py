"""The exchange: calls and lines brought together, numbers routed, callers let in, features by star codes. It knows no SIP message and no sample."""
