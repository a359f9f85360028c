from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..lib import listing_sql as sql
from ..lib.listing import DESCRIPTION, FIELDS, texts_of
from ..lib.richtext import excerpt

STATES = [
    ("read", "Channel to be asked"),
    ("send", "To be sent"),
    ("sending", "Being sent"),
    ("same", "In step"),
    ("ask", "To be decided"),
    ("refused", "Refused"),
    ("differs", "Different"),
    ("left", "Left different"),
    ("nothing", "One has no value"),
    ("gone", "No longer listed"),
]
REASONS = [
    ("both", "Changed on both sides"),
    ("again", "Changed again by the other side"),
    ("jump", "Changes by much"),
    ("untaken", "Odoo cannot take it"),
]
#: states in which a person may choose
OPEN = ("ask", "refused", "differs", "left")


class IntegrationCatalogueValue(models.Model):
    """One field of one product at one channel: what Odoo wants there, and what it shows.

    Values are texts (``lib.listing``). Rows are written by SQL only (``lib.listing_sql``).
    """

    _name = "integration.catalogue.value"
    _description = "Product data at a channel"
    _log_access = False
    _order = "product_id, field, id"

    backend_id = fields.Many2one("integration.backend", "Channel", required=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    binding_id = fields.Many2one("integration.product.binding", required=True, ondelete="cascade", readonly=True)
    product_id = fields.Many2one("product.product", required=True, index=True, ondelete="cascade", readonly=True)
    field = fields.Selection("_selection_field", "What", required=True, readonly=True)
    wanted = fields.Char("In Odoo", readonly=True)
    known = fields.Char("At the channel", readonly=True)
    wanted_words = fields.Char("In Odoo", compute="_compute_words")
    known_words = fields.Char("At the channel", compute="_compute_words")
    wanted_text = fields.Html("Odoo's description", compute="_compute_words")
    known_text = fields.Html("The channel's description", compute="_compute_words")
    agreed = fields.Char("Last the same", readonly=True)
    corrected = fields.Boolean("Put right before", readonly=True)
    left_wanted = fields.Char(readonly=True, export_string_translation=False)
    left_known = fields.Char(readonly=True, export_string_translation=False)
    state = fields.Selection(STATES, required=True, readonly=True)
    reason = fields.Selection(REASONS, "Why", readonly=True)
    problem = fields.Char(readonly=True)
    asks = fields.Integer(readonly=True, help="How often a comparison was asked for.")
    seen = fields.Integer(readonly=True, help="Up to which of these the last comparison knew.")
    message_id = fields.Many2one("integration.message", "Last message", ondelete="set null", readonly=True)
    computed_at = fields.Datetime("Changed in Odoo on", readonly=True)
    read_at = fields.Datetime("Compared on", readonly=True)
    published_at = fields.Datetime("Taken over on", readonly=True)

    _value_uniq = models.Constraint("UNIQUE (binding_id, field)", "The channel shows one value of this.")
    _asked_idx = models.Index("(backend_id, binding_id) WHERE asks > seen")
    _open_idx = models.Index("(backend_id, state) WHERE state IN ('send', 'ask', 'refused')")
    _message_idx = models.Index("(message_id) WHERE message_id IS NOT NULL")

    @api.model
    def _selection_field(self):
        """The fields of products, and a price for each further price list of a channel."""
        names = {"price": self.env._("Price"), "barcode": self.env._("Barcode"), "title": self.env._("Name")}
        names |= {"weight": self.env._("Weight (kg)"), DESCRIPTION: self.env._("Description")}
        lists = self.env["integration.catalogue.list"].sudo().search([("pricelist_id", "!=", False)])
        return [*((name, names[name]) for name in FIELDS), *((one._field_name, one.name) for one in lists)]

    @api.depends("product_id", "field")
    def _compute_display_name(self):
        names = dict(self._fields["field"]._description_selection(self.env))
        for value in self:
            value.display_name = f"{value.product_id.display_name}: {names.get(value.field, value.field)}"

    @api.depends("field", "wanted", "known")
    def _compute_words(self):
        """Values as a list shows them: descriptions by their first words."""
        for value in self:
            is_long = value.field == DESCRIPTION
            for side in ("wanted", "known"):
                text = value[side]
                value[f"{side}_words"] = excerpt(text) if is_long else text
                value[f"{side}_text"] = is_long and text

    def action_set_ours(self):
        """Button “Set Odoo's”: send Odoo's value, whoever owns the field."""
        chosen = self._chosen("set_ours").filtered("wanted")
        if not chosen:
            raise UserError(self.env._("Odoo has no value here that could be sent."))
        self.env.cr.execute(
            """UPDATE integration_catalogue_value
                  SET state = 'send', reason = NULL, problem = NULL, seen = asks
                WHERE id = ANY(%s)""",
            (chosen.ids,),
        )
        chosen._decided()

    def action_take_theirs(self):
        """Button “Take the channel's”: make it Odoo's value, whoever owns the field."""
        chosen = self._chosen("take_theirs").filtered("known")
        if not chosen:
            raise UserError(self.env._("The channel has no value here that could be taken."))
        for backend, values in chosen.grouped("backend_id").items():
            source = self.env["integration.catalogue.source"].with_env(backend.sudo()._company_env())
            for value in values:
                product = value.product_id.with_env(source.env)
                source._take(backend.with_env(source.env), product, value.field, value.known)
        self.env.cr.execute(
            """UPDATE integration_catalogue_value
                  SET wanted = known, agreed = known, state = 'same', reason = NULL, problem = NULL, corrected = FALSE,
                      seen = asks
                WHERE id = ANY(%s)""",
            (chosen.ids,),
        )
        chosen._decided()

    def action_leave(self):
        """Button “Leave both”: no longer mention it while neither changes."""
        chosen = self._chosen("leave")
        self.env.cr.execute(
            """UPDATE integration_catalogue_value
                  SET state = 'left', left_wanted = wanted, left_known = known, reason = NULL, problem = NULL,
                      seen = asks
                WHERE id = ANY(%s)""",
            (chosen.ids,),
        )
        chosen._decided()

    def _chosen(self, action):
        """Those that are open for a choice, once it is on record that it was made."""
        if not self.env.user.has_group("connector_base.group_operator"):
            raise AccessError(self.env._("You are not allowed to decide about product data."))
        self.check_access("read")
        chosen = self.filtered(lambda value: value.state in OPEN)
        if not chosen:
            raise UserError(self.env._("Nothing is to be decided about these."))
        before = [{"odoo": value.wanted, "channel": value.known} for value in chosen]
        self.env["integration.audit"]._record(chosen, f"catalogue_value.{action}", before=before)
        return chosen

    def _decided(self):
        self.invalidate_recordset()
        for backend in self.backend_id:
            self._report(backend)
            backend.sudo()._flow("catalogue.out")._request_publish_catalogue()

    @api.model
    def _recheck(self, backends):
        """Decide anew about everything that is open or different: its rules have changed."""
        self.env.cr.execute(
            "UPDATE integration_catalogue_value SET asks = asks + 1 WHERE backend_id = ANY(%s) AND state <> 'same'",
            (backends.ids,),
        )

    @api.model
    def _observe(self, backend, documents):
        """A channel tells of its products: compare what it is believed to show with that.

        :param documents: canonical ``Product`` documents
        """
        kept = backend._kept_fields()
        if not kept:
            return
        digits = backend._catalogue_currency().decimal_places
        told = [
            (document.external_id, name, text)
            for document in documents
            for name, text in texts_of(document, digits, kept).items()
        ]
        columns = zip(*told, strict=True) if told else [()] * 3
        names = ("external_ids", "fields", "values")
        arguments = {name: list(column) for name, column in zip(names, columns, strict=True)}
        self.env.cr.execute(sql.OBSERVE, {"backend_id": backend.id, **arguments})
        if self.env.cr.fetchall():
            backend.sudo()._flow("catalogue.out")._request_publish_catalogue()

    @api.model
    def _report(self, backend):
        """One open exception for each kind of decision that waits, with how many there are."""
        self.env.cr.execute(sql.OPEN_COUNTS, {"backend_id": backend.id})
        waiting = {(state, reason, name): rest for state, reason, name, *rest in self.env.cr.fetchall()}
        exceptions = self.env["integration.exception"]
        domain = [("backend_id", "=", backend.id), ("category", "=", "catalogue"), ("state", "=", "open")]
        known = {one.group_key: one for one in exceptions.sudo().search(domain)}
        for (state, reason, name), (count, problem) in waiting.items():
            key = f"{reason or state}:{name}"
            cause, advice = self._words(backend, reason or state, name, count, problem)
            open_one = known.pop(key, None)
            if not open_one or open_one.cause != cause:
                exceptions._report(backend, "catalogue", cause, advice, group_key=key, record=backend)
        for over in known.values():
            over._resolve(self.env._("Nothing of this kind waits any more."))

    def _words(self, backend, kind, name, count, problem):
        """(cause, what to do) of what waits."""
        what = dict(self._fields["field"]._description_selection(self.env)).get(name, name)
        facts = {"channel": backend.name, "what": what, "count": count, "problem": problem or "?"}
        causes = {
            "both": self.env._("%(what)s: %(count)s were changed both in Odoo and at %(channel)s.", **facts),
            "again": self.env._(
                "%(what)s: %(count)s were put right before, and were changed again by the side that does not own them.",
                **facts,
            ),
            "jump": self.env._("%(what)s: %(count)s would change by more than is let through.", **facts),
            "untaken": self.env._("%(what)s: %(count)s of %(channel)s cannot be taken into Odoo: %(problem)s", **facts),
            "refused": self.env._("%(what)s: %(count)s are refused by %(channel)s: %(problem)s", **facts),
        }
        return causes[kind], self.env._(
            "Decide for all here, or one by one under Links, Prices and product data: set Odoo's, take the channel's, "
            "or leave both as they are."
        )
