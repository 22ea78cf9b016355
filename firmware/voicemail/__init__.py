"""Voicemail on the box: joins the tables of `core`, a desk in the audio bridge, spoken prompts and the stored messages. It knows no SIP and no line."""
