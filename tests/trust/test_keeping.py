"""What is kept of access: the record over damage and full disks, the label's code, certificates, sealed texts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from firmware.trust import label, password
from firmware.trust.attempts import failed
from firmware.trust.certificate import LIFE_DAYS, certificate_in, fingerprint
from firmware.trust.record import Record, RecordFile
from firmware.trust.sealing import SealBroken, seal, unseal
from firmware.trust.tokens import new_token

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 25, tzinfo=UTC)
WORD = "korrekt horse"


def test_the_record_comes_back_as_it_was_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "access.json")
    word, token = new_token("mine", "read", "2026-11-25T00:00:00Z")
    record = Record(failed(file.now.attempts, "192.0.2.1", 5.0), (token,), "uplink")
    file.keep(record)
    assert RecordFile(tmp_path / "access.json").now == record
    assert (tmp_path / "access.json").stat().st_mode & 0o777 == 0o600
    assert word not in (tmp_path / "access.json").read_text()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"attempts": 1}', '{"attempts": {"places": {"a": 1}}}', "\0"])
def test_a_damaged_record_is_begun_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "access.json").write_text(text)
    assert RecordFile(tmp_path / "access.json").now == Record()


def test_a_record_that_cannot_be_written_still_counts(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "nowhere" / "access.json")
    file.keep(Record(step="uplink"))
    assert file.now.step == "uplink"


def test_the_code_is_that_of_the_label_file_or_made_once(tmp_path: Path) -> None:
    made = label.setup_code(tmp_path / "setup-code")
    assert len(made) == 8
    assert label.setup_code(tmp_path / "setup-code") == made
    assert (tmp_path / "setup-code").stat().st_mode & 0o777 == 0o600
    (tmp_path / "setup-code").write_text("ABCD-2345\n")
    code = label.setup_code(tmp_path / "setup-code")
    assert label.is_right(code, " abcd2345 ")
    assert not label.is_right(code, "abcd2346")
    assert not label.is_right("", "")


def test_a_password_matches_itself_only() -> None:
    hashed = password.hash_of(WORD)
    assert hashed.startswith("$argon2id$")
    assert password.hash_of(WORD) != hashed
    assert password.matches(hashed, WORD)
    assert not password.matches(hashed, WORD + " ")
    assert not password.matches("", WORD)
    assert not password.matches("no hash", WORD)


@pytest.mark.parametrize("word", ["", "short", "aaaaaaaaaa", "Password", "x" * 257])
def test_a_weak_password_is_told_why(word: str) -> None:
    assert password.weakness(word).endswith(".")


def test_a_certificate_lives_until_it_nears_its_end(tmp_path: Path) -> None:
    first = certificate_in(tmp_path, ["keepline.local", "127.0.0.1"], NOW)
    assert certificate_in(tmp_path, [], NOW + timedelta(days=LIFE_DAYS - 40)) == first
    assert certificate_in(tmp_path, [], NOW - timedelta(days=20000)) == first  # a box without a clock
    renewed = certificate_in(tmp_path, ["keepline.local"], NOW + timedelta(days=LIFE_DAYS - 20))
    assert renewed != first
    names = x509.load_pem_x509_certificate(first[0].encode()).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.value.get_values_for_type(x509.DNSName) == ["keepline.local"]
    assert len(fingerprint(first[0]).split(":")) == 32


@pytest.mark.parametrize("damage", ["", "nonsense", "-----BEGIN CERTIFICATE-----\n"])
def test_a_damaged_certificate_is_made_anew(tmp_path: Path, damage: str) -> None:
    first = certificate_in(tmp_path, ["keepline.local"], NOW)
    (tmp_path / "page.crt").write_text(damage)
    assert certificate_in(tmp_path, ["keepline.local"], NOW) != first


def test_what_is_sealed_opens_with_its_passphrase_only() -> None:
    box = seal("secrets", "four plain words")
    assert "secrets" not in json.dumps(box)
    assert unseal(box, "four plain words") == "secrets"
    for broken in ({**box, "sealed": box["salt"]}, {**box, "nonce": "AA=="}, {**box, "salt": "!"}, {}):
        with pytest.raises(SealBroken):
            unseal(broken, "four plain words")
    with pytest.raises(SealBroken):
        unseal(box, "other words")
