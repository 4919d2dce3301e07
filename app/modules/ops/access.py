from __future__ import annotations

from app.runtime.auth.dependencies import CurrentStaff

ReviewRead = CurrentStaff
ReviewWrite = CurrentStaff
