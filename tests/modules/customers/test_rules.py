from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.kernel.ids import new_id
from app.kernel.signing import Signer
from app.modules.customers.rules import Sendings, code_of, is_code, wait_for_hour, wait_for_resend

pytestmark = pytest.mark.unit

PEPPER = Signer(b"p" * 32)
CHALLENGE = UUID(int=7)
SALT = b"s" * 16
NOW = datetime(2027, 3, 1, 17, tzinfo=UTC)


class TestCodeOf:
    def test_code_is_six_digits_also_with_noughts_in_front(self):
        codes = [code_of(PEPPER, new_id(), SALT) for _ in range(500)]

        assert all(len(code) == 6 and code.isascii() and code.isdigit() for code in codes)
        assert any(code.startswith("0") for code in codes)

    def test_same_challenge_has_the_same_code_each_time(self):
        assert code_of(PEPPER, CHALLENGE, SALT) == code_of(PEPPER, CHALLENGE, SALT)

    def test_digits_are_spread_evenly(self):
        digits = Counter(digit for _ in range(2_000) for digit in code_of(PEPPER, new_id(), SALT))

        assert set(digits) == set("0123456789")
        # 1,200 of each are expected; six standard deviations are 197.
        assert all(abs(count - 1_200) < 200 for count in digits.values())

    @pytest.mark.parametrize(
        ("pepper", "challenge", "salt"),
        [
            (Signer(b"q" * 32), CHALLENGE, SALT),
            (PEPPER, UUID(int=8), SALT),
            (PEPPER, CHALLENGE, b"t" * 16),
        ],
    )
    def test_another_pepper_challenge_or_salt_is_another_code(self, pepper: Signer, challenge: UUID, salt: bytes):
        assert code_of(pepper, challenge, salt) != code_of(PEPPER, CHALLENGE, SALT)


class TestIsCode:
    def test_its_own_code_is_taken_and_each_neighbour_refused(self):
        right = code_of(PEPPER, CHALLENGE, SALT)
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"

        assert is_code(right, PEPPER, CHALLENGE, SALT)
        assert not is_code(wrong, PEPPER, CHALLENGE, SALT)
        assert not is_code(right[:-1], PEPPER, CHALLENGE, SALT)


class TestWaits:
    def test_nothing_was_sent_so_nothing_is_waited_for(self):
        assert wait_for_hour(Sendings(), 5, NOW) == timedelta(0)
        assert wait_for_resend(Sendings(), timedelta(seconds=60), NOW) == timedelta(0)

    @pytest.mark.parametrize(("count", "minutes"), [(4, 0), (5, 20), (6, 20)])
    def test_hour_counts_from_the_first_of_those_in_it(self, count: int, minutes: int):
        sent = Sendings(count, NOW - timedelta(minutes=40), NOW - timedelta(minutes=2))

        assert wait_for_hour(sent, 5, NOW) == timedelta(minutes=minutes)

    @pytest.mark.parametrize(("age", "wait"), [(0, 60), (59, 1), (60, 0), (61, -1)])
    def test_resend_waits_since_the_last(self, age: int, wait: int):
        sent = Sendings(2, NOW - timedelta(minutes=40), NOW - timedelta(seconds=age))

        assert wait_for_resend(sent, timedelta(seconds=60), NOW) == timedelta(seconds=wait)
