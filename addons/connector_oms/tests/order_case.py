"""Orders through the whole way in: ledger, drain, handler, records."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.connector_base.tests.common import HubCase

from ..lib.documents import Order
from . import builder


@tagged("post_install", "-at_install")
class OrderCase(HubCase):
    """A shop in memory whose orders come in as canonical JSON."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {
                "name": "Shop Inc.",
                "currency_id": cls.env.ref("base.USD").id,
                "country_id": cls.env.ref("base.us").id,
            }
        )
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids, tracking_disable=True))
        cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.env["account.tax"].search([("company_id", "=", cls.company.id)]).active = False
        cls.backend = cls.backend.with_env(cls.env)
        cls.backend.company_id = cls.company
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.flow = cls.make_flow("order.in")
        cls.cancel_flow = cls.make_flow("cancel.out")
        cls.vat = cls.make_tax("VAT", 19)
        cls.product_a = cls.make_product("SKU-A")
        cls.product_b = cls.make_product("SKU-B")

    def setUp(self):
        super().setUp()
        self.order_decoder = self.adapter.decoder = Order.model_validate_json

    @classmethod
    def make_tax(cls, name, amount, included=False, **values):
        """A sales tax of the company."""
        return cls.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "price_include_override": "tax_included" if included else "tax_excluded",
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def make_product(cls, sku, stock=100, **values):
        """A storable product with stock in the company's warehouse."""
        product = cls.env["product.product"].create(
            {
                "name": f"Product {sku}",
                "default_code": sku,
                "type": "consu",
                "is_storable": True,
                "taxes_id": [],
                "invoice_policy": "order",
                **values,
            }
        )
        if stock:
            cls.env["stock.quant"].create(
                {
                    "product_id": product.id,
                    "location_id": cls.warehouse.lot_stock_id.id,
                    "quantity": stock,
                }
            )
        return product

    def send(self, *documents):
        """Receive documents and work them off; returns their messages."""
        messages = self.env["integration.message"]
        for document in documents:
            messages |= self.receive(
                self.flow,
                None,
                key=f"{document.external_id}/{document.version.isoformat()}/{len(messages)}",
                business_key=document.external_id,
                raw=document.model_dump_json().encode(),
            )
        self.drain(self.flow)
        return messages

    def bring(self, *documents):
        """Send documents; returns the orders they became."""
        self.send(*documents)
        ids = [document.external_id for document in documents]
        orders = self.env["sale.order"].search([("integration_external_id", "in", ids)])
        return orders.sorted(lambda order: ids.index(order.integration_external_id))

    def asked(self, text, *documents):
        """How many queries that hold ``text`` it takes to bring these documents."""
        statements, execute = [], self.env.cr.execute

        def counting(query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)))
            return execute(query, *args, **kwargs)

        with patch.object(self.env.cr, "execute", counting):
            self.bring(*documents)
        return sum(text in statement for statement in statements)

    def line(self, order, sku="SKU-A"):
        """The line of an order by the builder's id."""
        return order.order_line.filtered(lambda line: line.integration_external_id == f"line-{sku}")

    def invoice(self, order):
        """Invoice what can be invoiced now, posted."""
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def assertMoney(self, order, untaxed, tax, total):
        """The order's amounts, and that no exception about them is open."""
        self.assertEqual(
            (
                f"{order.amount_untaxed:.3f}",
                f"{order.amount_tax:.3f}",
                f"{order.amount_total:.3f}",
            ),
            (f"{untaxed:.3f}", f"{tax:.3f}", f"{total:.3f}"),
        )
        self.assertFalse(self.exceptions("total").mapped("cause"))

    @staticmethod
    def update(document, minutes=1, **values):
        """A later version of a document, its totals reckoned anew.

        :param values: fields of the builder's ``order``
        """
        number = int(document.external_id.partition("-")[2])
        kept = {
            name: getattr(document, name)
            for name in (
                "lines",
                "charges",
                "customer",
                "billing_address",
                "shipping_address",
                "financial_status",
                "currency",
                "payments",
                "holds",
            )
        }
        return builder.order(number, minutes=minutes, **{**kept, **values})
