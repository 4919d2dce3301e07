from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kernel.money import Amount, MoneyOut
from app.kernel.text import Note500
from app.modules.bookings.schemas.shapes import Strict
from app.modules.bookings.values import BookingStatus, Party, PolicyKind


class CancelIn(Strict):
    """`requested_by`: a member says `customer` for one who called; without it, who sends this cancels. With
    `accepted_fee` nothing happens when it costs more by now.
    """

    reason: Note500
    requested_by: Party | None = None
    accepted_fee: Amount | None = None


class CancellationQuery(Strict):
    requested_by: Party | None = None


class RefundStepIn(Strict):
    notice_hours: Annotated[int, Field(ge=0, le=8760)]
    refund_percent: Annotated[int, Field(ge=0, le=100)]


class CancellationPolicyIn(Strict):
    """A named policy, or `custom` with its steps: the longest notice first, less given back with each."""

    kind: PolicyKind
    steps: Annotated[tuple[RefundStepIn, ...], Field(min_length=1, max_length=10)] | None = None

    @model_validator(mode="after")
    def refuse_rising_steps(self) -> Self:
        if (self.kind is PolicyKind.CUSTOM) != (self.steps is not None):
            raise ValueError("takes steps for kind custom, and for no other")
        for longer, shorter in pairwise(self.steps or ()):
            if shorter.notice_hours >= longer.notice_hours or shorter.refund_percent >= longer.refund_percent:
                raise ValueError("steps must fall: the longest notice first, and less given back with each")
        return self


class RefundStepOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    notice_hours: int
    refund_percent: int


class CancellationPolicyOut(BaseModel):
    """`version` 0: the company has not chosen, and the platform's policy is in force."""

    kind: PolicyKind
    steps: list[RefundStepOut]
    version: int


class SettlementOut(BaseModel):
    """`refund` and `fee` are the deposit together. `covers_replacement`: the company bears what another mover
    costs more; where it disputed the customer's report of a no-show, what staff decided comes before this.
    """

    by: Party
    deposit: MoneyOut
    refund: MoneyOut
    fee: MoneyOut
    covers_replacement: bool


class RefundUntil(BaseModel):
    """`until`: the last instant at which a customer's cancellation gives this share back."""

    until: datetime
    refund_percent: int


class CancellationOut(BaseModel):
    """What a cancellation costs at this instant, or has cost."""

    status: BookingStatus
    policy: PolicyKind
    steps: list[RefundUntil]
    settlement: SettlementOut
    reason: str | None
