from __future__ import annotations

import pytest

from app.kernel.actor import Role
from app.kernel.permissions import ROLES, Permission
from app.kernel.scopes import Scope

MONEY = {Permission.PRICES_READ, Permission.PRICES_WRITE, Permission.INVOICES_READ, Permission.INVOICES_WRITE}


def held_by(role: Role) -> set[Permission]:
    return {permission for permission, roles in ROLES.items() if role in roles}


def test_every_permission_has_its_row_and_an_owner_has_them_all() -> None:
    assert set(ROLES) == held_by(Role.OWNER) == set(Permission)


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_bears_the_name_of_a_permission(scope: Scope) -> None:
    assert Permission(scope) in ROLES


def test_a_manager_does_all_but_what_owners_keep_for_themselves() -> None:
    assert set(Permission) - held_by(Role.MANAGER) == {
        Permission.AUDIT_READ,
        Permission.OWNERSHIP_TRANSFER,
        Permission.SECOND_FACTOR_DEMAND,
    }


def test_a_driver_sees_no_money_and_no_colleagues_papers() -> None:
    assert not held_by(Role.DRIVER) & (MONEY | {Permission.CREW_READ})
    assert {permission for permission in held_by(Role.DRIVER) if not permission.endswith(":read")} == {
        Permission.BOOKINGS_WORK,
        Permission.FILES_WRITE,
        Permission.FLEET_LOCATE,
    }


def test_an_accountant_writes_nothing_but_invoices() -> None:
    assert {permission for permission in held_by(Role.ACCOUNTANT) if not permission.endswith(":read")} == {
        Permission.INVOICES_WRITE
    }
    assert Permission.PRICES_READ in held_by(Role.ACCOUNTANT)
