from datetime import UTC, date, datetime

import pytest

from app.modules.fleet.errors import LicenseRefused
from app.modules.fleet.rules import License, check_license
from app.modules.fleet.values import CrewRole

pytestmark = pytest.mark.unit

NOW = datetime(2027, 3, 1, 17, tzinfo=UTC)
FULL = License("D1234567", "C", date(2028, 1, 1))
NONE = License(None, None, None)


def faults(role: CrewRole, told: License, now: datetime = NOW) -> list[tuple[str, str]]:
    with pytest.raises(LicenseRefused) as refused:
        check_license(role, told, now)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


class TestCheckLicense:
    def test_driver_with_licence_and_helper_without_pass(self) -> None:
        check_license(CrewRole.DRIVER, FULL, NOW)
        check_license(CrewRole.HELPER, NONE, NOW)

    def test_driver_without_licence_is_told_each_field(self) -> None:
        assert faults(CrewRole.DRIVER, NONE) == [
            ("/license_number", "required"),
            ("/license_class", "required"),
            ("/license_expires_on", "required"),
        ]

    def test_helper_with_licence_is_told_each_field(self) -> None:
        assert faults(CrewRole.HELPER, FULL) == [
            ("/license_number", "drivers_only"),
            ("/license_class", "drivers_only"),
            ("/license_expires_on", "drivers_only"),
        ]

    def test_one_missing_field_is_named_alone(self) -> None:
        assert faults(CrewRole.DRIVER, License("D1", None, date(2028, 1, 1))) == [("/license_class", "required")]

    def test_expired_licence_is_refused(self) -> None:
        told = License("D1", "C", date(2027, 2, 28))
        assert faults(CrewRole.DRIVER, told) == [("/license_expires_on", "license_expired")]

    @pytest.mark.parametrize("hour", [0, 11])
    def test_last_day_counts_until_it_is_over_everywhere(self, hour: int) -> None:
        # At 11:00 UTC it is still the day before on the last clock on earth.
        check_license(CrewRole.DRIVER, License("D1", "C", date(2027, 2, 28)), datetime(2027, 3, 1, hour, tzinfo=UTC))

    def test_last_day_is_over_at_noon_of_the_next(self) -> None:
        noon = datetime(2027, 3, 1, 12, tzinfo=UTC)
        told = License("D1", "C", date(2027, 2, 28))
        assert faults(CrewRole.DRIVER, told, noon) == [("/license_expires_on", "license_expired")]
