"""Where an account is seen from outside: the address of its Contact as the registrar has put it right, which behind a NAT is not our own.

It asks nobody, knows no call, and says nothing while the account is not registered by the uplink in use.
"""

import re

import pjsua2 as pj

from firmware.sip.account import Account

_HOST = re.compile(r"<sips?:(?:[^@>]*@)?(\[[^\]>]+\]|[^:;>]+)")


def outside(account: Account) -> str:
    """The address; empty while nobody has told it."""
    if not account.settings.register or not account.is_registered or account.engine_account is None:
        return ""
    return host_of(pj.keeplineContact(account.engine_id))


def host_of(contact: str) -> str:
    """The host of a Contact, with or without a display name before it; empty where there is none."""
    found = _HOST.search(contact)
    return found.group(1).strip("[]") if found else ""
