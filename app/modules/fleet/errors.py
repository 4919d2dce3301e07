from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from app.kernel.errors import Conflict, NotFound, Unprocessable
from app.kernel.tables import TableRefused


class TruckNotFound(NotFound):
    code: ClassVar[str] = "truck_not_found"
    title: ClassVar[str] = "There is no such truck in your company."


class TruckPhotoNotFound(NotFound):
    code: ClassVar[str] = "truck_photo_not_found"
    title: ClassVar[str] = "This truck has no such photo."


class TooManyTruckPhotos(Conflict):
    code: ClassVar[str] = "too_many_truck_photos"
    title: ClassVar[str] = "A truck has ten photos at most: take one away first."


class SightingInFuture(Unprocessable):
    code: ClassVar[str] = "sighting_in_future"
    title: ClassVar[str] = "A truck is not seen in the future: the clock that told it is wrong."


class EquipmentNotFound(NotFound):
    code: ClassVar[str] = "equipment_not_found"
    title: ClassVar[str] = "There is no such equipment in your company."


class PieceIsOne(Unprocessable):
    code: ClassVar[str] = "piece_is_one"
    title: ClassVar[str] = "This is one piece with a calendar of its own: its stock stays 1."


class EquipmentNotApart(NotFound):
    code: ClassVar[str] = "equipment_not_apart"
    title: ClassVar[str] = "This equipment is counted: it has no calendar of its own."


class EquipmentNameTaken(Conflict):
    code: ClassVar[str] = "equipment_name_taken"
    title: ClassVar[str] = "Other equipment of yours in use has this name."
    constraints: ClassVar[tuple[str, ...]] = ("uq_equipment_org_id_name",)


class DriverNotFound(NotFound):
    code: ClassVar[str] = "driver_not_found"
    title: ClassVar[str] = "There is no such driver or helper in your company."


class PlateTaken(Conflict):
    code: ClassVar[str] = "plate_taken"
    title: ClassVar[str] = "Another truck of yours in service has this licence plate."
    constraints: ClassVar[tuple[str, ...]] = ("uq_trucks_org_id_license_plate",)


class LicenseTaken(Conflict):
    code: ClassVar[str] = "license_taken"
    title: ClassVar[str] = "Another driver of yours in service has this licence number."
    constraints: ClassVar[tuple[str, ...]] = ("uq_drivers_org_id_license_number",)


class MemberUnknown(Unprocessable):
    code: ClassVar[str] = "member_unknown"
    title: ClassVar[str] = "Your company has no member of this user id."
    constraints: ClassVar[tuple[str, ...]] = ("fk_drivers_org_id_user_id",)


class MemberTaken(Conflict):
    code: ClassVar[str] = "member_taken"
    title: ClassVar[str] = "This member is another driver or helper of yours."
    constraints: ClassVar[tuple[str, ...]] = ("uq_drivers_org_id_user_id",)


class DriverSignsIn(Conflict):
    code: ClassVar[str] = "driver_signs_in"
    title: ClassVar[str] = "This driver or helper signs in as a member of yours already."


class DriverInvited(Conflict):
    code: ClassVar[str] = "driver_invited"
    title: ClassVar[str] = "This driver or helper is invited already: send that invitation again, or revoke it."


class LicenseRefused(Unprocessable):
    code: ClassVar[str] = "license_refused"
    title: ClassVar[str] = "Who drives has a valid licence; who only carries has none here."
    fault_codes: ClassVar[Mapping[str, str]] = {
        "required": "A driver needs this.",
        "drivers_only": "Only a driver has this.",
        "license_expired": "The licence has expired.",
    }


class CellsRefused(TableRefused):
    """What the fleet says of single cells. Never raised: such a table is refused with the common code."""

    fault_codes: ClassVar[Mapping[str, str]] = {
        "twice": "Two rows of the table have this, and only one can.",
        "taken": "Somebody or something in service has this already.",
        "unknown_branch": "This is no open branch of your company.",
    }


class Retired(Conflict):
    code: ClassVar[str] = "retired"
    title: ClassVar[str] = "It is out of service, so it cannot be changed or taken."
