from app.modules.invoices.service.issuing import (
    explain_invoice,
    issue_invoice,
    list_invoices,
    render_invoice,
    show_invoice,
    take_back,
)
from app.modules.invoices.service.parties import forget_old_parties, kept_invoices, personal_data, reseal_parties

__all__ = [
    "explain_invoice",
    "forget_old_parties",
    "issue_invoice",
    "kept_invoices",
    "list_invoices",
    "personal_data",
    "render_invoice",
    "reseal_parties",
    "show_invoice",
    "take_back",
]
