"""Time-stamps asked of a real authority (OpenSSL behind a web server on loopback)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from forms_service.time_stamps import TimeStampError, ask_for, check_token
from tests.time_stamp_authority import Authority, authority

DIGEST = hashlib.sha256(b"a seal").digest()


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("tsa")) as running:
        yield running


@pytest.fixture(scope="module")
def token(tsa: Authority) -> bytes:
    return ask_for(tsa.url, DIGEST, tsa.root.read_bytes())


def test_a_token_says_when_and_who(tsa: Authority, token: bytes) -> None:
    stamp = check_token(token, DIGEST, tsa.root.read_bytes())
    assert abs(stamp.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert (stamp.authority, stamp.vouched) == ("Horodatage d'essai", True)
    assert b"a seal" not in tsa.asked[0]


def test_a_token_counts_for_nothing_else(token: bytes) -> None:
    with pytest.raises(TimeStampError, match="wrong"):
        check_token(token, hashlib.sha256(b"another seal").digest())


def test_a_token_that_was_touched_anywhere_is_none(token: bytes) -> None:
    for place in range(len(token) // 8, len(token), max(1, len(token) // 60)):
        touched = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        try:
            stamp = check_token(touched, DIGEST)
        except TimeStampError:
            continue
        # bits of certificates that are not the signer's, and of what nobody signs, say nothing
        assert stamp == check_token(token, DIGEST), place


def test_nobody_vouches_for_an_authority_that_is_not_trusted(
    tsa: Authority, token: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert not check_token(token, DIGEST).vouched
    with authority(tmp_path_factory.mktemp("other")) as other:
        stranger = other.root.read_bytes()
    assert not check_token(token, DIGEST, stranger).vouched
    with pytest.raises(TimeStampError, match="wrong"):
        ask_for(tsa.url, DIGEST, stranger)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://127.0.0.1:1/tsr"])
def test_an_authority_that_is_away_is_told_so(url: str) -> None:
    with pytest.raises(TimeStampError, match="unreachable"):
        ask_for(url, DIGEST)


def test_an_authority_that_refuses_is_told_so(tsa: Authority) -> None:
    tsa.answers = False
    try:
        with pytest.raises(TimeStampError, match="refused"):
            ask_for(tsa.url, DIGEST)
    finally:
        tsa.answers = True
