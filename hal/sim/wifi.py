"""A simulated wpa_supplicant: a real control socket, so that the driver is the one a real radio has, and the air behind it (`wifi_air`).

It speaks the part of wpa_supplicant 2.10 that the driver uses, in its words. Of the deciding thread, as the driver is.
"""

import asyncio
import re
import shutil
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from hal.ports import Scheduler, Timer
from hal.sim.wifi_air import Fault, SimAir, SimNetwork

RADIO = "wlan0"
ADDRESS = "192.168.77.20"
_BSSID = "02:00:00:00:77:00"


class SimRadios:
    """The folder of the control sockets, made when it is first asked for; `close` takes it away."""

    def __init__(self, scheduler: Scheduler, air: SimAir | None = None) -> None:
        self.air = air or SimAir()
        self._scheduler = scheduler
        self.supplicant: SimSupplicant | None = None
        self._folder: Path | None = None

    def folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="keepline-wifi-"))
            self.supplicant = SimSupplicant(self._folder / RADIO, self._scheduler, self.air)
        return self._folder

    def close(self) -> None:
        if self.supplicant:
            self.supplicant.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


class SimSupplicant:
    """Listens at `path` until it is closed."""

    def __init__(self, path: Path, scheduler: Scheduler, air: SimAir) -> None:
        self.networks: dict[int, dict[str, str]] = {}
        self.heard: list[str] = []
        """The orders' first words, for tests."""
        self._air, self._scheduler = air, scheduler
        self._attached: set[bytes] = set()
        self._settings = {"country": ""}
        self._joined: int | None = None
        self._address = ""
        self._next = 0
        self._timers: dict[str, Timer] = {}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(path))
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._read)

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        data, client = self._socket.recvfrom(4096)
        word, _, rest = data.decode().partition(" ")
        self.heard.append(word)
        if word == "ATTACH":
            self._attached.add(client)
        known = self._answers().get(word)
        answer = known(rest) if known else "UNKNOWN COMMAND"
        if word not in self._air.mute:
            self._send(client, answer + "\n")

    def _send(self, client: bytes, text: str) -> None:
        try:
            self._socket.sendto(text.encode(), client)
        except OSError:  # it left without a word
            self._attached.discard(client)

    def _tell(self, event: str) -> None:
        for client in list(self._attached):
            self._send(client, f"<3>{event}")

    def _later(self, what: str, delay_ms: int, action: Callable[[], None]) -> None:
        """One action of each kind is pending at most."""
        if what in self._timers:
            self._timers[what].cancel()
        self._timers[what] = self._scheduler.later(delay_ms, action)

    def _answers(self) -> dict[str, Callable[[str], str]]:
        return {
            "PING": lambda _: "PONG",
            "ATTACH": lambda _: "OK",
            "SCAN": self._scan,
            "SCAN_RESULTS": self._results,
            "STATUS": self._status,
            "GET": lambda name: self._settings.get(name) or "FAIL",
            "SET": self._set,
            "ADD_NETWORK": self._add,
            "SET_NETWORK": self._set_network,
            "SELECT_NETWORK": self._select,
            "ENABLE_NETWORK": lambda _: "OK",
            "REASSOCIATE": self._reassociate,
            "REMOVE_NETWORK": self._remove,
            "LIST_NETWORKS": self._list,
            "SAVE_CONFIG": lambda _: "OK" if self._air.writes else "FAIL",
        }

    def _scan(self, _: str) -> str:
        self._later("scan", self._air.scan_ms, lambda: self._tell("CTRL-EVENT-SCAN-RESULTS "))
        return "OK"

    def _results(self, _: str) -> str:
        rows = ["bssid / frequency / signal level / flags / ssid"]
        for number, network in enumerate(self._air.networks):
            shown = "" if network.hidden else _escaped(network.ssid)
            rows.append(f"02:00:00:00:{number:02x}:01\t2412\t{network.signal_dbm}\t{network.flags}\t{shown}")
        return "\n".join(rows)

    def _status(self, _: str) -> str:
        if self._joined is None:
            return "wpa_state=DISCONNECTED"
        ssid = _escaped(bytes.fromhex(self.networks[self._joined]["ssid"]))
        address = f"\nip_address={self._address}" if self._address else ""
        return f"bssid={_BSSID}\nssid={ssid}\nid={self._joined}\nwpa_state=COMPLETED{address}"

    def _set(self, rest: str) -> str:
        name, _, value = rest.partition(" ")
        self._settings[name] = value
        return "OK"

    def _add(self, _: str) -> str:
        number, self._next = self._next, self._next + 1
        self.networks[number] = {}
        return str(number)

    def _set_network(self, rest: str) -> str:
        number, name, value = rest.split(" ", 2)
        if name == "psk" and not re.fullmatch(r'".{8,63}"|[0-9a-fA-F]{64}', value, re.DOTALL):
            return "FAIL"
        if int(number) not in self.networks or (name == "ssid" and not 1 <= len(bytes.fromhex(value)) <= 32):
            return "FAIL"
        self.networks[int(number)][name] = value
        return "OK"

    def _select(self, rest: str) -> str:
        if int(rest) not in self.networks:
            return "FAIL"
        self._leave()
        self._later("join", self._air.join_ms, partial(self._try, int(rest)))
        return "OK"

    def _reassociate(self, _: str) -> str:
        if self._joined is None and self.networks:
            self._later("join", self._air.join_ms, partial(self._try, min(self.networks)))
        return "OK"

    def _remove(self, rest: str) -> str:
        if int(rest) not in self.networks:
            return "FAIL"
        if self._joined == int(rest):
            self._leave()
        del self.networks[int(rest)]
        return "OK"

    def _list(self, _: str) -> str:
        rows = ["network id / ssid / bssid / flags"]
        for number, told in self.networks.items():
            flags = "[CURRENT]" if number == self._joined else ""
            rows.append(f"{number}\t{_escaped(bytes.fromhex(told['ssid']))}\tany\t{flags}")
        return "\n".join(rows)

    def _leave(self) -> None:
        if self._joined is not None:
            self._tell(f"CTRL-EVENT-DISCONNECTED bssid={_BSSID} reason=3 locally_generated=1")
        self._joined, self._address = None, ""
        for what in ("join", "address"):
            with suppress(KeyError):
                self._timers.pop(what).cancel()

    def _try(self, number: int) -> None:
        """The radio has come to this network: what becomes of it."""
        told = self.networks.get(number)
        if told is None:
            return
        network = self._air.find(partial(_suits, told))
        if network is None:
            self._tell("CTRL-EVENT-NETWORK-NOT-FOUND ")
            self._later("join", self._air.join_ms, partial(self._try, number))
        elif network.fault is Fault.FULL:
            self._tell(f"CTRL-EVENT-ASSOC-REJECT bssid={_BSSID} status_code=17")
        elif not network.admits(told.get("sae_password") or told.get("psk", "")):
            self._refuse(number, told)
        elif network.fault is not Fault.SILENT:
            self._admit(number, network)

    def _refuse(self, number: int, told: dict[str, str]) -> None:
        """As an access point does whose passphrase is another: WPA3 at once, WPA2 in the handshake after it."""
        if "sae_password" in told:
            self._tell(f"CTRL-EVENT-AUTH-REJECT {_BSSID} auth_type=3 auth_transaction=2 status_code=15")
            return
        ssid = _escaped(bytes.fromhex(told["ssid"]))
        self._tell("WPA: 4-Way Handshake failed - pre-shared key may be incorrect")
        self._tell(f'CTRL-EVENT-SSID-TEMP-DISABLED id={number} ssid="{ssid}" auth_failures=1 duration=10 reason=WRONG_KEY')

    def _admit(self, number: int, network: SimNetwork) -> None:
        self._joined = number
        self._tell(f"CTRL-EVENT-CONNECTED - Connection to {_BSSID} completed [id={number} id_str=]")
        if network.fault is not Fault.NO_ADDRESS:
            self._later("address", self._air.address_ms, self._lease)

    def _lease(self) -> None:
        self._address = ADDRESS


def _suits(told: dict[str, str], network: SimNetwork) -> bool:
    """Whether wpa_supplicant would take this access point for that network of its."""
    hidden = network.hidden and told.get("scan_ssid") != "1"
    methods = set(told.get("key_mgmt", "WPA-PSK").split())
    protected = network.methods != {"SAE"} or told.get("ieee80211w", "0") != "0"
    return network.ssid.hex() == told.get("ssid") and not hidden and bool(network.methods & methods) and protected


def _escaped(ssid: bytes) -> str:
    """As wpa_supplicant writes an SSID."""
    known = {0x22: '\\"', 0x5C: "\\\\", 0x1B: "\\e", 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}
    return "".join(known.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}") for byte in ssid)
