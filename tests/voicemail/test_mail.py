"""Notices by e-mail against a real mail server on loopback: what arrives, what is trusted, what happens when the server is away."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from firmware.records.messages import Message, Notice
from firmware.records.voicemail import VoicemailStore
from firmware.settings.model import Device, Mail, Mailbox, Settings
from firmware.settings.secret import Secret
from firmware.voicemail.mail import LONGEST_WAIT_MS, Mailer, Post, wait_ms
from firmware.voicemail.mail_text import WORDS, Envelope, compose
from firmware.voicemail.smtp import Server, server_of
from tests.peers.certificates import Authority
from tests.peers.ports import free_port
from tests.voicemail.mail_server import PASSWORD, USER, AwakeScheduler, MailServer
from tests.voicemail.place import a_message, tone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.peers.certificates import Certificate

OWNER = "owner@example.org"
WRONG = "wrong-word"


class Sender:
    """A store with a mailer, on a clock turned by hand."""

    def __init__(self, folder: Path) -> None:
        self.scheduler = AwakeScheduler()
        self.told: list[str] = []
        self.store = VoicemailStore(folder / "voicemail", self.told.append, lambda _: self.scheduler.post(self._wake))
        self.mailer = Mailer(self.store, self.scheduler, self.told.append)

    def _wake(self) -> None:
        self.mailer.wake()

    def use(self, server: Server | None, **how: Any) -> None:  # noqa: ANN401 (passed on)
        self.mailer.apply(Post(server, "box@example.org", recipients={"home": OWNER}, **how))

    def leave(self, **about: Any) -> Message:  # noqa: ANN401 (passed on)
        recording = self.store.begin(a_message(notice=Notice.DUE, **about), lambda: None)
        recording.add(tone(2))
        kept = recording.keep(1 << 30).result(10)
        assert kept
        return kept

    def notices(self) -> list[Notice]:
        return [message.notice for message in self.store.messages().result(10)]

    def until_told(self, count: int = 1) -> None:
        self.scheduler.until(lambda: len(self.told) >= count)


@pytest.fixture
def sender(tmp_path: Path) -> Iterator[Sender]:
    made = Sender(tmp_path)
    yield made
    made.mailer.close()
    made.store.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def shows(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context


@contextmanager
def plain() -> Iterator[MailServer]:
    with MailServer(free_port()) as server:
        yield server


def at(server: MailServer, **how: Any) -> Server:  # noqa: ANN401 (passed on)
    return Server(host="127.0.0.1", port=server.port, **({"security": "none"} | how))


def test_the_owner_gets_the_message_with_its_sound(sender: Sender) -> None:
    with plain() as server:
        sender.use(at(server), box="Shop")
        left = sender.leave(name="Aigul", called="+77271234567")
        sender.scheduler.run(0)
        sender.scheduler.until(lambda: sender.notices() == [Notice.SENT])
        mail = server.inbox.next()
    assert (mail["To"], mail["Subject"]) == (OWNER, "Voice message: Aigul, 600 (0:02)")
    assert mail["From"] == "Shop <box@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    (sound,) = mail.iter_attachments()
    assert (sound.get_content_type(), sound.get_filename()) == ("audio/wav", left.file)
    assert sound.get_content() == sender.store.sound(left.id).result(10)
    text = mail.get_body()
    assert text is not None
    assert "To: +77271234567" in text.get_content()


def test_the_sound_can_stay_at_home(sender: Sender) -> None:
    with plain() as server:
        sender.leave()
        sender.use(at(server), attach=False)
        sender.scheduler.until(lambda: sender.notices() == [Notice.SENT])
        assert list(server.inbox.next().iter_attachments()) == []


def test_nothing_is_sent_without_a_server_or_for_a_mailbox_without_an_address(sender: Sender) -> None:
    sender.leave()
    sender.use(None)
    sender.scheduler.run(10_000_000)
    assert sender.notices() == [Notice.DUE]
    sender.leave(mailbox="shop")
    with plain() as server:
        sender.use(at(server))
        sender.scheduler.until(lambda: sender.notices() == [Notice.SENT, Notice.NONE])
        server.inbox.next()
        assert server.inbox.mails.empty()


def test_a_server_that_is_away_is_tried_again_until_it_is_back(sender: Sender) -> None:
    port = free_port()
    sender.use(Server("127.0.0.1", port, security="none"))
    sender.leave()
    sender.until_told()
    assert sender.told == [f"the mail server 127.0.0.1:{port} cannot be reached: Connection refused; it is tried again"]
    sender.leave()
    sender.scheduler.run(0)
    assert sender.notices() == [Notice.DUE, Notice.DUE]
    with MailServer(port) as server:
        sender.scheduler.run(wait_ms(1))
        sender.scheduler.until(lambda: sender.notices() == [Notice.SENT, Notice.SENT])
        assert server.inbox.mails.qsize() == 2
    assert len(sender.told) == 1
    assert sender.mailer.trouble == ""


def test_notices_that_are_due_survive_a_restart(tmp_path: Path) -> None:
    before = Sender(tmp_path)
    before.use(Server("127.0.0.1", free_port(), security="none"))
    before.leave()
    before.until_told()
    before.mailer.close()
    before.store.close()
    after = Sender(tmp_path)
    with plain() as server:
        after.use(at(server))
        after.scheduler.until(lambda: after.notices() == [Notice.SENT])
        server.inbox.next()
    after.mailer.close()
    after.store.close()


def test_a_message_that_was_deleted_needs_no_notice(sender: Sender) -> None:
    port = free_port()
    sender.use(Server("127.0.0.1", port, security="none"))
    gone = sender.leave()
    sender.until_told()
    kept = sender.leave(number="700")
    sender.store.delete([gone.id]).result(10)
    with MailServer(port) as server:
        sender.scheduler.run(wait_ms(1))
        sender.scheduler.until(lambda: sender.notices() == [Notice.SENT])
        assert "700" in server.inbox.next()["Subject"]
        assert server.inbox.mails.empty()
    assert kept.notice is Notice.DUE


# Encryption and login


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_encrypted_way_to_a_trusted_server_with_a_login(sender: Sender, authority: Authority, security: str) -> None:
    context = shows(authority.issue(("127.0.0.1",)))
    with MailServer(free_port(), **{security: context}, login=True) as server:
        sender.use(at(server, security=security, user=USER, password=PASSWORD, ca_file=str(authority.certificate)))
        sender.leave()
        sender.scheduler.until(lambda: sender.notices() == [Notice.SENT])
        server.inbox.next()
        assert server.inbox.encrypted


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"names": ("127.0.0.1",), "expired": True}, "certificate has expired"),
        ({"names": ("other.example",)}, "IP address mismatch, certificate is not valid for '127.0.0.1'."),
    ],
)
def test_a_server_that_cannot_be_trusted_gets_nothing(
    sender: Sender, authority: Authority, security: str, how: dict[str, Any], reason: str
) -> None:
    context = shows(authority.issue(**how))
    with MailServer(free_port(), **{security: context}) as server:
        sender.use(at(server, security=security, ca_file=str(authority.certificate)))
        sender.leave()
        sender.until_told()
        assert server.inbox.mails.empty()
    assert f"shows a certificate that is not trusted: {reason}" in sender.told[0]
    assert sender.notices() == [Notice.DUE]


def test_strangers_are_not_trusted_by_default(sender: Sender, authority: Authority) -> None:
    with MailServer(free_port(), starttls=shows(authority.issue(("127.0.0.1",)))) as server:
        sender.use(at(server, security="starttls"))
        sender.leave()
        sender.until_told()
        assert server.inbox.mails.empty()
    assert "not trusted" in sender.told[0]


def test_a_server_without_encryption_gets_nothing_where_it_is_asked_for(sender: Sender) -> None:
    with plain() as server:
        sender.use(at(server, security="starttls"))
        sender.leave()
        sender.until_told()
        assert server.inbox.mails.empty()
        assert "offers no encryption" in sender.told[0]
        sender.use(at(server, security="tls"))
        sender.until_told(2)
    assert "does not speak TLS as expected" in sender.told[1]


def test_a_wrong_password_is_a_sentence_without_it_and_the_right_one_is_tried_at_once(
    sender: Sender, authority: Authority
) -> None:
    context = shows(authority.issue(("127.0.0.1",)))
    with MailServer(free_port(), starttls=context, login=True) as server:
        ways = {"security": "starttls", "user": USER, "ca_file": str(authority.certificate)}
        sender.use(at(server, password=WRONG, **ways))
        sender.leave()
        sender.until_told()
        assert "refuses user and password: 535" in sender.told[0]
        assert WRONG not in repr(sender.told) + repr(at(server, password=WRONG, **ways))
        sender.use(at(server, password=PASSWORD, **ways))
        sender.scheduler.until(lambda: sender.notices() == [Notice.SENT])


# What a server says


@pytest.mark.parametrize("of", ["answers", "data_answers"])
def test_a_mail_refused_for_good_is_given_up_and_the_next_goes_on(sender: Sender, of: str) -> None:
    with plain() as server:
        getattr(server.inbox, of).append("550 no such\x07 person")
        sender.leave(number="1")
        sender.leave(number="2")
        sender.use(at(server))
        sender.scheduler.until(lambda: sender.notices() == [Notice.FAILED, Notice.SENT])
    assert sender.told == [f"the mail server {at(server).name} refuses the mail: 550 no such  person; it is given up"]


@pytest.mark.parametrize("of", ["answers", "data_answers"])
def test_a_mail_refused_for_now_is_tried_again(sender: Sender, of: str) -> None:
    with plain() as server:
        getattr(server.inbox, of).append("451 greylisted")
        sender.use(at(server))
        sender.leave()
        sender.until_told()
        assert "451 greylisted; it is tried again" in sender.told[0]
        sender.scheduler.run(wait_ms(1))
        sender.scheduler.until(lambda: sender.notices() == [Notice.SENT])


def test_waits_grow_up_to_an_hour() -> None:
    assert [wait_ms(failures) for failures in (1, 2, 3, 50)] == [30_000, 60_000, 120_000, LONGEST_WAIT_MS]


def test_settings_become_a_way_for_mail() -> None:
    boxes = (Mailbox(name="home", email=OWNER), Mailbox(name="shop"))
    mail = Mail(server="mail.example.org", user="me@example.org", password=Secret(PASSWORD), security="tls", port=465)
    post = Post.of(Settings(device=Device(name="Hall", language="kk"), mailbox=boxes, mail=mail))
    server = Server("mail.example.org", 465, "me@example.org", PASSWORD, "tls")
    assert post == Post(server, box="Hall", language="kk", recipients={"home": OWNER})
    assert Post.of(Settings(mailbox=boxes)).server is None
    assert PASSWORD not in repr(post)


# The text


@pytest.mark.parametrize("language", sorted(WORDS))
def test_every_language_says_who_and_how_long(language: str) -> None:
    mail = compose(Envelope("box@example.org", OWNER, "Дүкен", language), a_message(seconds=75), datetime.now(UTC), None)
    assert mail["Subject"] == f"{WORDS[language].subject}: 600 (1:15)"
    assert str(mail["From"]).startswith("Дүкен <")
    assert f"{WORDS[language].caller}: 600" in mail.get_content()
    assert mail.as_bytes().isascii()


def test_a_callers_name_makes_no_header() -> None:
    evil = a_message("", name="Eve\r\nBcc: all@example.org")
    mail = compose(Envelope("box@example.org", OWNER, "box", "en"), evil, datetime.now(UTC), None)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Voice message: Eve  Bcc: all@example.org, number withheld (0:00)"


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [("mail.example.org", "mail.example.org", 587), ("mail.example.org:2525", "mail.example.org", 2525), ("[::1]:25", "::1", 25)],
)
def test_a_port_in_the_address_counts(address: str, host: str, port: int) -> None:
    server = server_of(address, 587, "", "", "starttls")
    assert (server.host, server.port) == (host, port)
