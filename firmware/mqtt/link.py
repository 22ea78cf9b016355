"""The link to the broker: tells the state when it changed, the device once, and that it is gone when it goes. The only file that knows aiomqtt."""

import asyncio
import contextlib
import json
import logging
import os
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import aiomqtt

from firmware.client import DeviceAbsent
from firmware.mqtt.discovery import config, config_topic
from firmware.mqtt.state import call_of, state_of
from firmware.mqtt.trouble import alerted, in_words, refused
from firmware.orders import OrderRefused

log = logging.getLogger("keepline.mqtt")

FIRST_RETRY_S, LONGEST_RETRY_S = 2.0, 60.0
_PORTS = {"none": 1883, "tls": 8883}
_ONLINE, _OFFLINE = "online", "offline"

Json = dict[str, Any]


@dataclass(frozen=True)
class Broker:
    """`server` is "host" or "host:port", `topic` this box's first word, `discovery` Home Assistant's prefix or "".

    `authorities` and `identity` are PEM texts: whom to trust instead of the system's, and our certificate with its key. `wrong` says why none of
    it can be used.
    """

    server: str
    security: str
    user: str
    password: str
    topic: str
    discovery: str
    numbers: bool
    authorities: str = ""
    identity: str = ""
    wrong: str = ""

    @property
    def place(self) -> tuple[str, int]:
        host, colon, port = self.server.rpartition(":")
        if colon and port.isdecimal() and (":" not in host or host.endswith("]")):
            return host.strip("[]"), int(port)
        return self.server.strip("[]"), _PORTS[self.security]


class Look(Protocol):
    """What the feed gives (web.feed)."""

    @property
    def status(self) -> Mapping[str, Any]: ...
    @property
    def log(self) -> list[Json]: ...


Watch = Callable[[], AsyncGenerator[Any, None]]
Ask = Callable[..., Awaitable[Any]]


class Link:
    """`watch` gives looks at the device, `ask` asks it. `removes`: the device is taken out of Home Assistant when the link ends."""

    def __init__(self, broker: Broker, watch: Watch, ask: Ask) -> None:
        self._broker = broker
        self._watch = watch
        self._ask = ask
        self._told: dict[str, str] = {}
        self._ear = _Ear()
        self.removes = False
        self.connected = False
        self.reason = ""
        """A sentence while it is not connected."""

    @property
    def server(self) -> str:
        return self._broker.server

    async def run(self) -> None:
        """Until it is cancelled; a broker that is gone is looked for again and again."""
        if self._broker.wrong:
            await self._stay_away()
        wait_s = FIRST_RETRY_S
        while True:
            self._ear.alert = ""
            try:
                async with self._client() as client:
                    log.info("connected to the MQTT broker %s", self._broker.server)
                    self.connected, self.reason = True, ""
                    wait_s = FIRST_RETRY_S
                    await self._serve(client)
            except (aiomqtt.MqttError, OSError) as problem:  # ssl.SSLError is an OSError
                self.reason = f"the MQTT broker {self._broker.server} {self._ear.alert or _why(problem)}"
                log.warning("%s; next try in %.0f s", self.reason, wait_s)
            finally:
                self.connected = False
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_RETRY_S)

    async def _stay_away(self) -> None:
        """Until the settings change, which brings another link."""
        self.reason = self._broker.wrong
        log.warning("%s", self.reason)
        await asyncio.get_running_loop().create_future()

    def _client(self) -> aiomqtt.Client:
        broker = self._broker
        host, port = broker.place
        return aiomqtt.Client(
            host,
            port,
            username=broker.user or None,
            password=broker.password or None,
            identifier=f"{broker.topic}-keepline",
            logger=self._ear.log,
            will=aiomqtt.Will(self._availability, _OFFLINE, qos=1, retain=True),
            tls_context=_trust(broker) if broker.security == "tls" else None,
        )

    @property
    def _availability(self) -> str:
        return f"{self._broker.topic}/availability"

    async def _serve(self, client: aiomqtt.Client) -> None:
        self._told = {}
        if self._broker.discovery:
            await client.subscribe(f"{self._broker.discovery}/status")
        tasks = [asyncio.create_task(self._tell(client)), asyncio.create_task(self._hear(client))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(aiomqtt.MqttError):
                await self._say_goodbye(client)

    async def _hear(self, client: aiomqtt.Client) -> None:
        """Home Assistant's birth message: it may have forgotten us."""
        async for message in client.messages:
            if message.payload == _ONLINE.encode():
                told, self._told = self._told, {}
                for topic, payload in told.items():
                    await self._publish(client, topic, payload)

    async def _tell(self, client: aiomqtt.Client) -> None:
        async with contextlib.aclosing(self._watch()) as looks:
            async for look in looks:
                await self._tell_look(client, look)

    async def _tell_look(self, client: aiomqtt.Client, look: Look) -> None:
        broker = self._broker
        if not look.status:
            await self._publish(client, self._availability, _OFFLINE)
            return
        if broker.discovery:
            payload = json.dumps(config(broker.topic, look.status, numbers=broker.numbers))
            await self._publish(client, config_topic(broker.discovery, broker.topic), payload)
        state = state_of(look.status, look.log, await self._messages(), numbers=broker.numbers)
        await self._publish(client, f"{broker.topic}/state", json.dumps(state))
        last = next((row for row in look.log if row["outcome"] != "under way"), None)
        if last:
            await self._publish(client, f"{broker.topic}/call", json.dumps(call_of(last, numbers=broker.numbers)))
        await self._publish(client, self._availability, _ONLINE)

    async def _messages(self) -> list[Json]:
        try:
            found: list[Json] = await self._ask("voicemail.list")
        except (DeviceAbsent, OrderRefused):
            return []
        return found

    async def _publish(self, client: aiomqtt.Client, topic: str, payload: str) -> None:
        """Only what changed."""
        if self._told.get(topic) != payload:
            self._told[topic] = payload
            await client.publish(topic, payload, qos=1, retain=True)

    async def _say_goodbye(self, client: aiomqtt.Client) -> None:
        await client.publish(self._availability, _OFFLINE, qos=1, retain=True)
        if self.removes and self._broker.discovery:
            await client.publish(config_topic(self._broker.discovery, self._broker.topic), "", qos=1, retain=True)


class _Ear(logging.Handler):
    """Hears what the library only logs: why a broker closed the connection before it answered."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.alert = ""
        self.log = logging.Logger("keepline.mqtt.wire")  # noqa: LOG001 - a shared one would gather the ears of all links
        self.log.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.alert = alerted(record.getMessage()) or self.alert


def _trust(broker: Broker) -> ssl.SSLContext:
    """OpenSSL reads our own certificate from a file only: it is in memory and has no name."""
    context = ssl.create_default_context(cadata=broker.authorities or None)
    if broker.authorities:
        context.verify_flags &= (
            ~ssl.VERIFY_X509_STRICT
        )  # from Python 3.13 on; authorities made at home seldom say all that RFC 5280 asks
    if broker.identity:
        file = os.memfd_create("identity", os.MFD_CLOEXEC)
        try:
            os.write(file, broker.identity.encode())
            context.load_cert_chain(f"/proc/self/fd/{file}")
        finally:
            os.close(file)
    return context


def _why(problem: Exception) -> str:
    """The broker's own words are an object with a value, paho's own are numbers; what really happened is kept as the context of the error."""
    if isinstance(problem, aiomqtt.MqttCodeError) and problem.rc is not None and not isinstance(problem.rc, int):
        return refused(problem.rc.value)
    return in_words(problem.__context__ or problem)
