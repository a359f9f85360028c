from functools import partial

from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL

from ..lib.redact import MASK
from ..lib.retention import personal
from ..lib.retention_sql import ACTS, NOTE, OVER, STEPS
from ..transaction import in_own_transaction
from .integration_term import PERSONAL

#: rows that one transaction masks or clears
BATCH = 1000


class IntegrationRetention(models.Model):
    """How the rules are applied: batch by batch, each a short transaction of its own.

    A batch locks what is due and leaves out what others are at, so that neither a drain
    nor a person waits for it. Open messages are never due.
    """

    _inherit = "integration.retention"

    @api.model
    def _cron_apply(self):
        """Mask and clear what has been kept long enough; goes on soon where time runs out."""
        cron = self.env["ir.cron"]
        for step, values in self._works():
            count = BATCH
            while count == BATCH:
                count = in_own_transaction(self.env.registry, partial(self._batch_in, step=step, values=values))
                if count and not cron._commit_progress(count, remaining=1):
                    return
        in_own_transaction(self.env.registry, lambda cr: cr.execute(OVER))
        self.env.invalidate_all()
        cron._commit_progress(remaining=0)

    @api.model
    def _works(self):
        """(step, where) pairs: everything that a rule may have something to say about."""
        self.env.flush_all()
        query = self.env.execute_query_dict
        flows = query(SQL("SELECT backend_id AS backend, id AS flow FROM integration_flow ORDER BY id"))
        none = query(SQL("SELECT id AS backend, NULL AS flow FROM integration_backend ORDER BY id"))
        places = {"flow": flows, "exception": [*flows, *none], "all": [{"backend": None, "flow": None}]}
        return [(step, place) for step in STEPS for place in places[step.scope]]

    @api.model
    def _days(self, step, values):
        """(id of the rule that counts, after how many days); 0 days where all is kept."""
        rule = self._rule_of(step.data_class, values["backend"] or 0, values["flow"] or 0)
        if not rule:
            return 0, 0
        return rule.id, rule.mask_days if step.act == "mask" else rule.clear_days

    @api.model
    def _batch_in(self, cr, step, values):
        return api.Environment(cr, SUPERUSER_ID, {})["integration.retention"]._batch(step, values)

    def _batch(self, step, values):
        """Do one step to the next rows that are due; the caller commits.

        The rule is read anew for each batch: who prolongs it stops what is under way.

        :return: how many rows
        """
        rule_id, days = self._days(step, values)
        if not days:
            return 0
        self.env.cr.execute(step.lock(), {**values, "days": days, "limit": BATCH})
        ids = [row[0] for row in self.env.cr.fetchall()]
        if ids:
            self._do(step.data_class, step.act, ids)
            counts = {"masked": 0, "cleared": 0, "rule": rule_id}
            counts["masked" if step.act == "mask" else "cleared"] = len(ids)
            self.env.cr.execute(NOTE, counts)
        return len(ids)

    @api.model
    def _do(self, data_class, act, ids, words=()):
        """Mask or clear these rows.

        :param words: what is masked besides addresses and telephone numbers
        """
        values = {
            "ids": list(ids),
            "mask": MASK,
            "personal": personal(*words),
            "people": self._people(),
            "personal_kinds": list(PERSONAL),
            "cleared": self.env._("What it was about is no longer kept."),
        }
        for statement in ACTS[data_class, act]:
            self.env.cr.execute(statement, values)
        if (data_class, act) == ("exception", "clear"):
            talk = [("model", "=", "integration.exception"), ("res_id", "in", list(ids))]
            self.env["mail.message"].sudo().search(talk).unlink()

    @api.model
    def _people(self):
        """Models whose records' names are the names of people; addons add theirs."""
        return ["res.partner", "res.users"]

    @api.model
    def _preview(self):
        """What would go now: [(rule id, act, count)], only what there is."""
        counts = {}
        for step, values in self._works():
            rule_id, days = self._days(step, values)
            if days:
                self.env.cr.execute(step.count(), {**values, "days": days})
                key = (rule_id, step.act)
                counts[key] = counts.get(key, 0) + self.env.cr.fetchone()[0]
        return [(rule_id, act, count) for (rule_id, act), count in counts.items() if count]
