from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rib import find_ribs, is_valid_rib, rib_key

ACCOUNTS = st.text("0123456789", min_size=22, max_size=22)


@pytest.mark.parametrize(
    ("account", "key"),
    [
        ("0117800000123456789012", "96"),
        ("0000000000000000000000", "97"),
        ("0000000000000000000001", "94"),
    ],
)
def test_the_key_follows_the_published_formula(account: str, key: str) -> None:
    assert rib_key(account) == key


@given(ACCOUNTS)
def test_an_account_closed_by_its_key_is_divisible_by_97(account: str) -> None:
    rib = account + rib_key(account)
    assert int(rib) % 97 == 0
    assert is_valid_rib(rib)


@given(ACCOUNTS, st.integers(0, 23), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(account: str, at: int, shift: int) -> None:
    rib = account + rib_key(account)
    wrong = rib[:at] + str((int(rib[at]) + shift) % 10) + rib[at + 1 :]
    assert not is_valid_rib(wrong)


@given(ACCOUNTS, st.integers(0, 22))
def test_every_swap_of_two_neighbours_is_noticed(account: str, at: int) -> None:
    rib = account + rib_key(account)
    swapped = rib[:at] + rib[at + 1] + rib[at] + rib[at + 2 :]
    assert is_valid_rib(swapped) == (swapped == rib)


@pytest.mark.parametrize("text", ["", "12", "²" * 24, "٠" * 24, "0" * 23, "0" * 25, "0" * 22 + "9x"])
def test_what_is_not_24_plain_digits_is_no_rib(text: str) -> None:
    assert not is_valid_rib(text)


@pytest.mark.parametrize("account", ["", "12", "x" * 22])
def test_a_key_is_only_computed_from_22_digits(account: str) -> None:
    with pytest.raises(ValueError, match="22 digits"):
        rib_key(account)


@given(
    ACCOUNTS,
    st.sampled_from(
        ["{0} {1} {2} {3}", "{0}-{1}-{2}-{3}", "| {0} | {1} | {2} | {3} |", "MA64 {0} {1} {2} {3}"]
    ),
)
def test_an_account_is_found_in_the_ways_banks_print_it(account: str, layout: str) -> None:
    rib = account + rib_key(account)
    text = "RIB : " + layout.format(rib[:3], rib[3:6], rib[6:22], rib[22:]) + "\nSolde : 1200,00"
    assert find_ribs(text) == [rib]


def test_arabic_indic_digits_are_read_too() -> None:
    rib = "007810000123456789012345"
    assert find_ribs("رقم الحساب: " + rib.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))) == [rib]


def test_an_account_with_a_wrong_key_is_not_found() -> None:
    assert find_ribs("RIB 007 810 0001234567890123 46") == []
