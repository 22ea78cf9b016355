"""Settings read again in the middle of things: no call is lost, no message, and what was taken away is gone once nobody uses it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.exchange.conftest import Acts

HELD = """
PEERS kamailio 601 602 603
SETTINGS
[[account]]
id = "home"
[[account]]
id = "shop"
END
FAR 601 SAYS tone 1004
FAR 602 SAYS tone 1300
FAR 603 CALLS shop
EXPECT ringing
LIFT
FAR 603 TALKS
FLASH
HEAR stutter
DIAL 601#
FAR 601 ANSWERS
HEAR tone 1004
"""

RECORDING = """
PEERS kamailio 601
SETTINGS
[[account]]
id = "home"
mailbox = "main"
[[mailbox]]
name = "main"
after_s = 5
END
FAR 601 SAYS tone 700
FAR 601 CALLS alice
FAR 601 TALKS WITHIN 15
FAR 601 HEARS tone 1000 WITHIN 30
"""


def without_mailbox(tables: dict[str, Any]) -> None:
    del tables["mailbox"]
    for account in tables["account"]:
        account.pop("mailbox", None)


def test_a_call_on_hold_and_one_that_is_heard_outlive_other_settings(acts: Callable[[str], Acts]) -> None:
    on_stage = acts(HELD)

    def change(tables: dict[str, Any]) -> None:
        tables["device"]["country"] = "GB"
        tables["line"] = [{"inter_digit_s": 2, "flash_style": "bellcore"}]
        tables["dial_plan"] = {"block": ["602"], "longest_call_min": 1}

    assert "device.country" in on_stage.reload(change)["changed"]
    on_stage.then("HEAR tone 1004\nSAY tone 700\nFAR 601 HEARS tone 700\nFAR 603 HEARS music")
    on_stage.then("FAR 603 SAYS tone 1300\nFLASH\nHEAR tone 1300\nFAR 601 HANGS UP\nREPLACE\nFAR 603 HAS NO CALL")


def test_an_account_that_is_removed_ends_nobodys_talk(acts: Callable[[str], Acts]) -> None:
    """The held caller came by it: it stays on hold, and can be talked to until somebody hangs up."""
    on_stage = acts(HELD)

    def change(tables: dict[str, Any]) -> None:
        tables["account"] = [account for account in tables["account"] if account["id"] == "home"]

    on_stage.reload(change)
    on_stage.then("HEAR tone 1004\nFAR 603 SAYS tone 1300\nFLASH\nHEAR tone 1300\nSAY tone 700\nFAR 603 HEARS tone 700")
    on_stage.then(
        "FAR 603 HANGS UP\nHEAR busy\nFLASH\nHEAR tone 1004\nREPLACE\nFAR 601 HAS NO CALL\nBOX STATUS accounts 1\nBOX STATUS calls 0"
    )
    on_stage.then("BOX HAS ROW number=603 outcome=answered\nBOX HAS ROW number=601 outcome=answered")


def test_a_mailbox_that_is_removed_keeps_what_is_being_said(acts: Callable[[str], Acts]) -> None:
    on_stage = acts(RECORDING)
    on_stage.reload(without_mailbox)
    on_stage.then("WAIT 3\nFAR 601 HANGS UP\nBOX HAS ROW number=601 outcome=voicemail\nBOX STATUS calls 0")
    (message,) = on_stage.device.ask("voicemail.list")
    assert (message["mailbox"], message["number"]) == ("main", "601")
    on_stage.then("LIFT\nHEAR dial\nDIAL *97\nHEAR prompt\nHEAR dial WITHIN 20\nREPLACE")


def test_a_mailbox_that_is_removed_while_its_owner_listens(acts: Callable[[str], Acts]) -> None:
    on_stage = acts(f"{RECORDING}WAIT 3\nFAR 601 HANGS UP\nBOX STATUS mailboxes.1.new 1\nLIFT\nDIAL *97\nHEAR prompt\n")
    on_stage.reload(without_mailbox)
    on_stage.then(
        "DIAL 1\nHEAR tone 700 WITHIN 20\nDIAL 3\nHEAR prompt\nREPLACE\nBOX STATUS lines.1.state idle\nBOX STATUS calls 0"
    )


def test_mistakes_in_the_file_change_nothing_for_a_call(acts: Callable[[str], Acts]) -> None:
    on_stage = acts(HELD)
    before = on_stage.device.settings.read_text()
    on_stage.device.settings.write_text(before + "\n[nonsense]\n")
    on_stage.then(
        "HEAR tone 1004\nFLASH\nFAR 601 HEARS music\nFAR 601 HANGS UP\nREPLACE\nFAR 603 HAS NO CALL\nBOX STATUS accounts.shop.state registered"
    )
