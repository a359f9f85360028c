from odoo import fields, models


def _account(label, text=""):
    return fields.Many2one("account.account", label, check_company=True, help=text)


class IntegrationBackend(models.Model):
    """How payouts of a channel's payment provider are booked. Nothing is booked until this is set."""

    _inherit = "integration.backend"

    payout_journal_id = fields.Many2one(
        "account.journal", "Journal of payouts", check_company=True, domain="[('type', '=', 'general')]"
    )
    payout_clearing_account_id = _account(
        "Money with the provider", "Where payments of the channel's orders are booked until they are paid out."
    )
    payout_bank_account_id = _account("On its way to the bank", "Reconciled with the bank statement.")
    payout_fee_account_id = _account("Fees")
    payout_dispute_account_id = _account("Disputes")
    payout_other_account_id = _account("Adjustments and reserves")
