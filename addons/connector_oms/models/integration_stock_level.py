from odoo import api, fields, models
from odoo.exceptions import AccessError

STATUS = [
    ("ok", "Up to date"),
    ("behind", "To be sent"),
    ("sending", "Being sent"),
    ("read", "Channel to be asked"),
    ("orders", "Waits for orders"),
    ("problem", "Problem"),
]


class IntegrationStockLevel(models.Model):
    """What a channel is told of one product in one warehouse, and what it believes.

    Rows are written by SQL only (``lib.levels_sql``). ``version`` rises with every new
    value; a level is behind while it is above ``published_version``.
    """

    _name = "integration.stock.level"
    _description = "Stock level"
    _log_access = False
    _order = "product_id, warehouse_id"

    backend_id = fields.Many2one("integration.backend", "Channel", required=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade", readonly=True)
    available = fields.Integer(
        "To be offered",
        readonly=True,
        help="Units the channel may sell: what is free, less the safety stock.",
    )
    free_quantity = fields.Float(
        "Free now",
        compute="_compute_free_quantity",
        digits="Product Unit",
        help="On hand, less what is reserved or promised, before the safety stock.",
    )
    parts = fields.Json("Of which warehouse", readonly=True, help="Units by warehouse, where a place has several.")
    told_parts = fields.Json("Accepted of which warehouse", readonly=True)
    version = fields.Integer(readonly=True)
    computed_at = fields.Datetime("Computed on", readonly=True)
    published = fields.Integer("Accepted", readonly=True, help="The last value it took over.")
    published_version = fields.Integer(readonly=True)
    published_at = fields.Datetime("Accepted on", readonly=True)
    known = fields.Integer("In the channel", readonly=True, help="What the channel is believed to offer.")
    is_known = fields.Boolean(compute="_compute_drift")
    drift = fields.Integer(
        "Difference",
        compute="_compute_drift",
        help="What the channel offers too many (or, negative, too few) of.",
    )
    read_at = fields.Datetime("Read on", readonly=True)
    compared_at = fields.Datetime("Compared on", readonly=True)
    mismatches = fields.Integer("Differed", readonly=True, help="Comparisons in a row.")
    recheck = fields.Boolean("To be read", readonly=True)
    problem = fields.Char(readonly=True)
    message_id = fields.Many2one("integration.message", "Last message", ondelete="set null", readonly=True)
    message_version = fields.Integer(readonly=True)
    status = fields.Selection(STATUS, compute="_compute_status")

    _level_uniq = models.Constraint(
        "UNIQUE (backend_id, product_id, warehouse_id)",
        "The channel has one stock level of a product in a warehouse.",
    )
    _behind_idx = models.Index("(backend_id, id) WHERE version > published_version")
    _reading_idx = models.Index("(backend_id) WHERE read_at IS NOT NULL OR recheck")
    _message_idx = models.Index("(message_id) WHERE message_id IS NOT NULL")
    _problem_idx = models.Index("(backend_id) WHERE problem IS NOT NULL")

    @api.depends("product_id", "warehouse_id")
    def _compute_display_name(self):
        for level in self:
            level.display_name = self.env._(
                "%(product)s in %(warehouse)s",
                product=level.product_id.display_name,
                warehouse=level.warehouse_id.name,
            )

    def _compute_free_quantity(self):
        sources = self.env["integration.stock.source"].sudo().search([("backend_id", "in", self.backend_id.ids)])
        warehouses = sources.warehouse_id | self.warehouse_id
        free = self.env["integration.stock.availability"]._available(self.product_id, warehouses)
        places = sources.grouped(lambda source: (source.backend_id, source.binding_id.record_id))
        for level in self:
            behind = places.get((level.backend_id, level.warehouse_id), sources.browse()).warehouse_id
            level.free_quantity = sum(
                free.get((level.product_id.id, warehouse.id), 0.0) for warehouse in behind or level.warehouse_id
            )

    @api.depends("known", "available")
    def _compute_drift(self):
        unknown = self._unknown_ids()
        for level in self:
            level.is_known = level.id not in unknown
            level.drift = level.known - level.available if level.is_known else 0

    def _unknown_ids(self):
        """Levels of which it is not known what the channel holds (NULL is not 0)."""
        self.env.cr.execute(
            "SELECT id FROM integration_stock_level WHERE id = ANY(%s) AND known IS NULL",
            (self.ids,),
        )
        return {row[0] for row in self.env.cr.fetchall()}

    @api.depends("version", "published_version", "problem", "recheck", "read_at", "message_id")
    def _compute_status(self):
        for level in self:
            level.status = level._status()

    def _status(self):
        if self.problem:
            return "problem"
        if self.version <= self.published_version:
            return "ok"
        if self.sudo().message_id.state in ("pending", "retry", "ambiguous"):
            return "sending"
        if self.recheck:
            return "read"
        if self.read_at and self.available >= self.known:
            return "orders"
        return "behind"

    def action_try_again(self):
        """Button “Try again”: forget the problem and send the level with the next round."""
        if not self.env.user.has_group("connector_base.group_operator"):
            raise AccessError(self.env._("You are not allowed to send stock levels."))
        self.check_access("read")
        before = [{"problem": level.problem} for level in self]
        self.env["integration.audit"]._record(self, "stock_level.try_again", before=before, after={"problem": False})
        self.env.cr.execute(
            """UPDATE integration_stock_level
                  SET problem = NULL, message_version = 0,
                      version = version + (version = published_version AND known <> available)::int
                WHERE id = ANY(%s)""",
            (self.ids,),
        )
        self.invalidate_recordset()
        for backend in self.backend_id:
            backend._flow("stock.out")._request_publish_stock()

    def _refuse(self, texts):
        """The channel did not take these levels: put them aside and tell a person.

        :param texts: {level id: (cause, suggestion)}
        """
        for level in self:
            cause, suggestion = texts[level.id]
            self.env.cr.execute(
                "UPDATE integration_stock_level SET problem = %s WHERE id = %s",
                (cause[:250], level.id),
            )
            self.env["integration.exception"]._report(
                level.backend_id, "stock", cause, suggestion, group_key=cause[:80], record=level
            )

    def _heal_refused(self):
        """The channel took these levels: what was wrong with them is over."""
        self._heal(of_drift=False)

    def _heal_drift(self):
        """The channel holds what was published: differences are over."""
        self._heal(of_drift=True)

    def _heal(self, of_drift):
        """Close what is open about these levels.

        :param of_drift: differences found by a comparison; otherwise refusals
        """
        if not self:
            return
        open_ones = (
            self.env["integration.exception"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids), ("state", "=", "open")])
        )
        open_ones.filtered(lambda one: (one.group_key == "drift") == of_drift)._resolve(
            self.env._("Mended by a later event.")
        )

    def _report_drift(self, expected, found, is_healed=True):
        """A level is not what the channel was told.

        :param is_healed: it is sent again, and was wrong before; else it is left as it is
        """
        self.ensure_one()
        facts = {
            "channel": self.backend_id.name,
            "found": found,
            "product": self.product_id.display_name,
            "warehouse": self.warehouse_id.name,
            "expected": expected,
        }
        if is_healed:
            cause = self.env._(
                "%(channel)s offers %(found)s of “%(product)s” in %(warehouse)s, Odoo had "
                "set %(expected)s, and this is not the first time.",
                **facts,
            )
            advice = self.env._("See whether somebody or another app also changes the stock there.")
        else:
            cause = self.env._(
                "%(channel)s offers %(found)s of “%(product)s” in %(warehouse)s, Odoo had set %(expected)s.", **facts
            )
            advice = self.env._("Find out which is right. To set Odoo's figure again, press Try again on the level.")
        self.env["integration.exception"]._report(
            self.backend_id, "stock", cause, advice, group_key="drift", record=self
        )
