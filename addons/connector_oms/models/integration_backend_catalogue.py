from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.connector_base.lib.errors import ConnectorError

from ..catalogue.marks import mark_backends
from ..lib.listing import FIELDS, LIST

OWNERS = [
    ("odoo", "Odoo: the channel is changed"),
    ("channel", "The channel: Odoo is changed"),
    ("compare", "Only compare"),
]
OWNER_FIELDS = tuple(f"{name}_owner" for name in FIELDS)


class IntegrationBackend(models.Model):
    """Whose prices and product data count, field by field."""

    _inherit = "integration.backend"

    price_owner = fields.Selection(OWNERS, "Prices", tracking=True, copy=False)
    barcode_owner = fields.Selection(OWNERS, "Barcodes", tracking=True, copy=False)
    weight_owner = fields.Selection(OWNERS, "Weights", tracking=True, copy=False)
    title_owner = fields.Selection(OWNERS, "Names", tracking=True, copy=False)
    description_owner = fields.Selection(OWNERS, "Descriptions", tracking=True, copy=False)
    price_taxes = fields.Selection(
        [
            ("as_is", "As on the price list"),
            ("with", "With taxes"),
            ("without", "Without taxes"),
        ],
        "Prices are shown",
        required=True,
        default="as_is",
        tracking=True,
        help="Odoo's prices are computed with or without the product's sales taxes before they are sent.",
    )
    price_jump_percent = fields.Float(
        "Ask before prices change by (%)",
        default=50.0,
        tracking=True,
        help="A price that would rise or fall by more waits for a person. 0: never ask.",
    )
    price_list_ids = fields.One2many("integration.catalogue.list", "backend_id", "Further price lists")
    listing_count = fields.Integer("Product data", compute="_compute_listing_counts")
    listing_open_count = fields.Integer("To be decided", compute="_compute_listing_counts")

    def _kept_fields(self):
        """The fields that this channel and Odoo keep in step, or at least compare."""
        self.ensure_one()
        own = tuple(name for name in FIELDS if self[f"{name}_owner"])
        return own + tuple(one._field_name for one in self._kept_lists())

    def _kept_lists(self):
        """The further price lists of the channel that a price list of Odoo stands for."""
        lists = self.env["integration.catalogue.list"].sudo()
        return lists.search([("backend_id", "=", self.id), ("pricelist_id", "!=", False)])

    def _owner_of(self, name):
        """Who owns a field: a value of ``lib.listing``."""
        if name.startswith(LIST):
            return self.env["integration.catalogue.list"]._of_field(name).owner
        return self[f"{name}_owner"]

    def _catalogue_bulk(self):
        """(From how many of its products on a channel takes changes in one go, how many at most); None: never."""
        return

    def _catalogue_currency(self):
        """The currency that the channel's prices are in."""
        self.ensure_one()
        return self.pricelist_id.sudo().currency_id or self.company_id.currency_id

    def _check_price_currency(self, given):
        """Whether prices in this currency can be shown; a person is told when they cannot.

        :param given: currency of the price list
        """
        exceptions, asked = self.env["integration.exception"], self._catalogue_currency()
        if given == asked:
            exceptions._heal_cause(self, "configuration", "catalogue-currency")
            return True
        exceptions._report(
            self,
            "configuration",
            self.env._(
                "%(channel)s sells in %(theirs)s, but its price list is in %(ours)s: no prices are kept in step.",
                channel=self.name,
                theirs=asked.name,
                ours=given.name,
            ),
            self.env._("Choose a price list in the channel's currency, on the backend under Orders."),
            group_key="catalogue-currency",
        )
        return False

    @api.constrains(*OWNER_FIELDS, "pricelist_id", "company_id", "active", "price_jump_percent")
    def _check_owners(self):
        """Two channels must not write the same field of Odoo: they would undo each other's changes."""
        for backend in self.filtered("active"):
            if backend.price_jump_percent < 0:
                raise ValidationError(self.env._("Percent are not negative."))
            for name in FIELDS:
                field = f"{name}_owner"
                if backend[field] != "channel":
                    continue
                domain = [(field, "=", "channel"), ("id", "!=", backend.id), ("company_id", "=", backend.company_id.id)]
                if name == "price":
                    domain.append(("pricelist_id", "=", backend.pricelist_id.id))
                other = self.sudo().search(domain, limit=1)
                if other:
                    raise ValidationError(
                        self.env._(
                            "%(field)s in Odoo follow %(channel)s already. Only one channel can own them.",
                            field=self._fields[field]._description_string(self.env),
                            channel=other.name,
                        )
                    )

    def _compute_listing_counts(self):
        groups = (
            self.env["integration.catalogue.value"]
            .sudo()
            ._read_group([("backend_id", "in", self.ids)], ["backend_id", "state"], ["__count"])
        )
        for backend in self:
            mine = {state: count for owner, state, count in groups if owner == backend}
            backend.listing_count = sum(mine.values())
            backend.listing_open_count = mine.get("ask", 0) + mine.get("refused", 0)

    @api.model_create_multi
    def create(self, vals_list):
        """What a new backend owns is compared from the start."""
        backends = super().create(vals_list)
        mark_backends(self.env, backends.ids)
        return backends

    def write(self, vals):
        """Another owner or price list concerns every product."""
        result = super().write(vals)
        if {*OWNER_FIELDS, "price_taxes", "price_jump_percent", "pricelist_id", "state"} & vals.keys():
            self.env["integration.catalogue.value"]._recheck(self)
            mark_backends(self.env, self.ids)
        return result

    def action_compare_catalogue(self):
        """Button “Compare now”: hold everything against what the channel shows, in the background."""
        self.check_access("write")
        self.env["integration.audit"]._record(self, "backend.compare_catalogue")
        for backend in self:
            backend._flow("catalogue.out")._begin_comparison()
        message = self.env._("Prices and product data are being compared. Look under Links, Prices and product data.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": "info"},
        }

    def action_learn_price_lists(self):
        """Button “Look up price lists”: ask the channel which it has."""
        self.ensure_one()
        self.check_access("write")
        try:
            found = self.sudo()._get_adapter().list_price_lists()
        except (AttributeError, ConnectorError) as error:
            raise UserError(self.env._("%(channel)s does not say: %(why)s", channel=self.name, why=error)) from error
        self.env["integration.catalogue.list"].sudo()._learn(self, found)
        return True

    def action_open_listings(self):
        """Smart button: what the channel shows, beside what Odoo wants."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_oms.integration_catalogue_value_action")
        action["domain"] = [("backend_id", "=", self.id)]
        return action
