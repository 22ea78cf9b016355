"""The settings file of a scenario's device: the base every scenario starts from, and what its SETTINGS add. Knows no device."""

from __future__ import annotations

import json
from typing import Any

Table = dict[str, Any]
HOME = "home"


def merged(added: Table, server: str) -> Table:
    """One account `home` (user alice), and more by `added`; each account without a server is at the scenario's own."""
    tables: Table = {"device": {"country": "KZ"}} | {name: value for name, value in added.items() if name != "account"}
    if "device" in added:
        tables["device"] = {"country": "KZ", **added["device"]}
    own = [each for each in added.get("account", []) if each.get("id") != HOME]
    home = next((each for each in added.get("account", []) if each.get("id") == HOME), {})
    tables["account"] = [_account({"id": HOME, "user": "alice", **home}, server), *(_account(each, server) for each in own)]
    return tables


def users(tables: Table) -> dict[str, str]:
    """User to password, of the accounts."""
    return {each["user"]: each["password"] for each in tables["account"]}


def _account(given: Table, server: str) -> Table:
    user = given.get("user", given["id"])
    return {"server": server, "user": user, "password": f"{user}pw", "codecs": ["PCMA"], **given}


def toml(tables: Table) -> str:
    """As a settings file: plain keys, tables and arrays of tables, no deeper."""
    plain = [f"{name} = {_value(value)}" for name, value in tables.items() if not _is_table(value)]
    parts = ["\n".join(plain)] if plain else []
    for name, value in tables.items():
        if isinstance(value, dict):
            parts.append(_table(f"[{name}]", value))
        elif _is_table(value):
            parts += [_table(f"[[{name}]]", each) for each in value]
    return "\n\n".join(parts) + "\n"


def _table(head: str, keys: Table) -> str:
    return "\n".join([head, *(f"{name} = {_value(value)}" for name, value in keys.items())])


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _value(value: object) -> str:
    """JSON's texts, numbers and lists are TOML's too."""
    return json.dumps(value, ensure_ascii=False)
