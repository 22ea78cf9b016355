"""A simulated modem: it speaks AT, has a card and a network, and can lie. Its data side is whatever `on_data` leads somewhere.

Bytes in by `hear`, bytes out by `on_bytes`; `hal.sim.cellular_port` puts a real terminal between. It must not know who asks.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from hal.ports import Scheduler, Timer
from hal.sim.cellular_world import DataPath, Misdeeds, MobileNetwork, SimCard

_OK, _ERROR = "OK", "ERROR"
_SIM_NOT_INSERTED, _PIN_REQUIRED, _PUK_REQUIRED, _SIM_BUSY, _WRONG_PASSWORD = (f"+CME ERROR: {n}" for n in (10, 11, 12, 14, 16))
_NOT_SUBSCRIBED = "+CME ERROR: 33"
"""3GPP TS 27.007 section 9.2; 33 is `requested service option not subscribed`, what a wrong access point earns."""

_PIECE_MS = 3
_SMS_REFERENCE = 7

Reply = tuple[list[str], str]


@dataclass
class World:
    """All that a test may change under the modem's feet."""

    card: SimCard = field(default_factory=SimCard)
    network: MobileNetwork = field(default_factory=MobileNetwork)
    misdeeds: Misdeeds = field(default_factory=Misdeeds)


class SimModem:
    """One modem of the model `model`. `commands` are the lines it was given, for tests to read."""

    def __init__(self, scheduler: Scheduler, world: World, model: str = "SIM7600E-H") -> None:
        self.world, self._scheduler, self._model = world, scheduler, model
        self.commands: list[str] = []
        self.on_bytes: Callable[[bytes], None] = lambda _data: None
        self.on_data: Callable[[DataPath], None] = lambda _path: None
        self.on_restart: Callable[[], None] = lambda: None
        """The modem was told to start anew: whoever plugs it takes it off the bus and back."""
        self.data = DataPath.OFF
        self._input = bytearray()
        self._waiting: deque[str] = deque()
        self._output: deque[bytes] = deque()
        self._pumping: Timer | None = None
        self._registering: Timer | None = None
        self.boot()

    def boot(self) -> None:
        """Power-on state. The card asks for its PIN again; its count of tries stays, as in a real card."""
        self._echo, self._busy, self._prompting = True, False, False
        self._unlocked = not self.world.card.pin
        self._radio, self._registered, self._news_of_network = 1, 2, False
        self._apn = ""
        self._input.clear()
        self._waiting.clear()
        self._output.clear()
        self._lead(DataPath.OFF)
        self._look_for_network()

    def hear(self, data: bytes) -> None:
        """Bytes on the control port."""
        if self.world.misdeeds.hangs_until:
            return
        for byte in data:
            if self._prompting and byte in b"\x1a\x1b":
                self._end_prompt(sent=byte == 0x1A)
            elif byte == 0x0D:
                self._waiting.append(self._input.decode("ascii", "replace"))
                self._input.clear()
                self._work()
            elif byte not in b"\n\x1b":
                self._input.append(byte)

    def announce(self, *lines: str) -> None:
        """Say something unasked."""
        for line in lines:
            self._say(f"\r\n{line}\r\n")

    def network_changed(self) -> None:
        """`world.network` is another now: register anew."""
        self._set_registration(2)
        self._look_for_network()

    def drop_data(self) -> None:
        """The network takes the data away."""
        self._lead(DataPath.OFF)
        self.announce("+CGEV: NW PDN DEACT 1")

    def _work(self) -> None:
        """Take the next command, one after the other, as a modem does."""
        if self._busy or not self._waiting:
            return
        text = self._waiting.popleft()
        self.commands.append(text)
        if self._echo and self.world.misdeeds.echoes:
            self._say(f"{text}\r")
        late = [ms for start, ms in self.world.misdeeds.late_ms.items() if text.upper().startswith(start)]
        self._busy = True
        self._scheduler.later(max(late, default=1), partial(self._finish, text))

    def _finish(self, text: str) -> None:
        if not self._busy:
            return  # it was switched off meanwhile
        self._busy = False
        if text.upper().startswith("AT+CMGS="):
            self._prompting = True
            self._say("\r\n> ")
            return
        lines, final = self._reply(text)
        storm = self.world.misdeeds.storm
        between = [each for told in lines for each in (told, *storm)]
        for line in (*storm, *between, final, *storm):
            if line:
                self._say(f"\r\n{line}\r\n")
        self._work()

    def _end_prompt(self, *, sent: bool) -> None:
        self._prompting = False
        self._input.clear()
        self.announce(*([f"+CMGS: {_SMS_REFERENCE}", _OK] if sent else [_OK]))

    def _reply(self, text: str) -> Reply:
        for start, final in self.world.misdeeds.fails.items():
            if text.upper().startswith(start):
                return [], final
        for pattern, answer in _REPLIES:
            match = re.fullmatch(pattern, text, re.IGNORECASE)
            if match:
                return answer(self, *match.groups())
        return [], _ERROR

    def _say(self, text: str) -> None:
        if self.world.misdeeds.hangs_until:
            return
        data, size = text.encode(), self.world.misdeeds.piece_bytes or len(text.encode())
        self._output.extend(data[at : at + size] for at in range(0, len(data), size))
        if self._pumping is None:
            self._pump()

    def _pump(self) -> None:
        """One piece after another, with time between them where they are cut."""
        self._pumping = None
        while self._output:
            self.on_bytes(self._output.popleft())
            if self.world.misdeeds.piece_bytes and self._output:
                self._pumping = self._scheduler.later(_PIECE_MS, self._pump)
                return

    def _look_for_network(self) -> None:
        if self._registering:
            self._registering.cancel()
        if self._radio == 1 and self._unlocked and self.world.card.present:
            self._registering = self._scheduler.later(self.world.network.register_ms, self._register)

    def _register(self) -> None:
        self._registering = None
        self._set_registration(self.world.network.registration)

    def _set_registration(self, registration: int) -> None:
        if registration == self._registered:
            return
        self._registered = registration
        if registration not in {1, 5}:
            self._lead(DataPath.OFF)
        if self._news_of_network:
            self.announce(f"+CEREG: {self._place()}", f"+CGREG: {self._place()}", f"+CREG: {self._place()}")

    def _place(self) -> str:
        where = f',"1A2B","01C3D4E5",{self.world.network.technology}'
        return f"{self._registered}{where if self._registered in {1, 5} else ''}"

    def _lead(self, path: DataPath) -> None:
        if path is not self.data:
            self.data = path
            self.on_data(path)

    def _card_trouble(self) -> str:
        """Why the card cannot be asked; empty: it can."""
        misdeeds, card = self.world.misdeeds, self.world.card
        if misdeeds.sim_busy > 0:
            misdeeds.sim_busy -= 1
            return _SIM_BUSY
        return "" if card.present else _SIM_NOT_INSERTED

    # What the commands do; each gives the information lines and the final result.

    def echo(self, switches: str) -> Reply:
        self._echo = not switches.endswith("0")
        return [], _OK

    def say_lock(self) -> Reply:
        trouble, card = self._card_trouble(), self.world.card
        if trouble:
            return [], trouble
        return [f"+CPIN: {'READY' if self._unlocked else 'SIM PIN' if card.tries else 'SIM PUK'}"], _OK

    def unlock(self, pin: str) -> Reply:
        trouble, card = self._card_trouble(), self.world.card
        if trouble or self._unlocked or not card.tries:
            return [], trouble or ("+CME ERROR: 3" if self._unlocked else _PUK_REQUIRED)
        card.tries = 3 if pin == card.pin else card.tries - 1
        if pin != card.pin:
            return [], _WRONG_PASSWORD
        self._unlocked = True
        self._look_for_network()
        return [], _OK

    def say_tries(self) -> Reply:
        return [f"+SPIC: {self.world.card.tries},10,3,10"], _OK

    def say_card(self, line: str) -> Reply:
        trouble = self._card_trouble()
        return ([], trouble) if trouble else ([line.format(card=self.world.card)], _OK)

    def say_subscriber(self) -> Reply:
        trouble = self._card_trouble() or ("" if self._unlocked else _PIN_REQUIRED)
        return ([], trouble) if trouble else ([self.world.card.imsi], _OK)

    def tell_of_network(self, _which: str) -> Reply:
        self._news_of_network = True
        return [], _OK

    def say_registration(self, which: str) -> Reply:
        return [f"+{which.upper()}: 2,{self._place()}"], _OK

    def say_operator(self) -> Reply:
        known = self._registered in {1, 5}
        return [f'+COPS: 0,0,"{self.world.network.operator}",{self.world.network.technology}' if known else "+COPS: 0"], _OK

    def say_signal(self) -> Reply:
        return [f"+CSQ: {self.world.network.signal},99"], _OK

    def set_function(self, function: str) -> Reply:
        self._radio = int(function)
        self._set_registration(2)
        self._look_for_network()
        return [], _OK

    def restart(self) -> Reply:
        self._scheduler.later(5, self.on_restart)
        return [], _OK

    def define(self, apn: str) -> Reply:
        self._apn = apn
        return [], _OK

    def say_contexts(self) -> Reply:
        return [f'+CGDCONT: 1,"IPV4V6","{self._apn}","0.0.0.0",0,0', '+CGDCONT: 2,"IPV4V6","ims","0.0.0.0",0,0'], _OK

    def attach(self, state: str) -> Reply:
        if self._registered not in {1, 5}:
            return [], "+CME ERROR: 30"
        if state == "0":
            self._lead(DataPath.OFF)
        return [], _OK

    def activate(self, state: str) -> Reply:
        network = self.world.network
        if state == "0":
            self._lead(DataPath.OFF)
        elif self._registered not in {1, 5}:
            return [], "+CME ERROR: 30"
        elif self._apn in network.apns:
            self._lead(DataPath.INTERNET)
        elif network.refuses_others:
            return [], _NOT_SUBSCRIBED
        else:
            self._lead(DataPath.NOWHERE)
        return [], _OK

    def say_active(self) -> Reply:
        return [f"+CGACT: 1,{int(self.data is not DataPath.OFF)}"], _OK

    def say_model(self) -> Reply:
        return [self._model], _OK

    def agree(self) -> Reply:
        return [], _OK


_REPLIES: tuple[tuple[str, Callable[..., Reply]], ...] = (
    (r"AT((?:E[01])*)", lambda modem, switches: modem.echo(switches)),
    (r"AT\+CGMM", lambda modem: modem.say_model()),
    (r"AT\+CPIN\?", lambda modem: modem.say_lock()),
    (r'AT\+CPIN="?(\d+)"?', lambda modem, pin: modem.unlock(pin)),
    (r"AT\+SPIC", lambda modem: modem.say_tries()),
    (r"AT\+CICCID", lambda modem: modem.say_card("+ICCID: {card.number}")),
    (r"AT\+CIMI", lambda modem: modem.say_subscriber()),
    (r"AT\+(C(?:E|G)?REG)=2", lambda modem, which: modem.tell_of_network(which)),
    (r"AT\+(C(?:E|G)?REG)\?", lambda modem, which: modem.say_registration(which)),
    (r"AT\+COPS\?", lambda modem: modem.say_operator()),
    (r"AT\+CSQ", lambda modem: modem.say_signal()),
    (r"AT\+CFUN=1,1|AT\+CRESET", lambda modem: modem.restart()),
    (r"AT\+CFUN=(\d)", lambda modem, function: modem.set_function(function)),
    (r'AT\+CGDCONT=1,"\w+","([^"]*)"', lambda modem, apn: modem.define(apn)),
    (r"AT\+CGDCONT\?", lambda modem: modem.say_contexts()),
    (r"AT\+CGATT=(\d)", lambda modem, state: modem.attach(state)),
    (r"AT\+CGACT=(\d),1", lambda modem, state: modem.activate(state)),
    (r"AT\+CGACT\?", lambda modem: modem.say_active()),
    (r"AT\+(?:CMEE|CGEREP|COPS|CGAUTH|CNSMOD|AUTOCSQ)=.*", lambda modem: modem.agree()),
)
"""Command lines and what answers them; groups are its arguments."""
