from odoo import api, models


class IntegrationAudit(models.Model):
    """Manual acts on orders and stock."""

    _inherit = "integration.audit"

    @api.model
    def _action_names(self):
        return {
            **super()._action_names(),
            "backend.compare_catalogue": self.env._("Catalogue compared"),
            "catalogue_value.leave": self.env._("Product data left different"),
            "catalogue_value.set_ours": self.env._("Odoo's product data set at the channel"),
            "catalogue_value.take_theirs": self.env._("The channel's product data taken"),
            "backend.propose_matches": self.env._("Links of products proposed"),
            "backend.recompute_stock": self.env._("Stock levels computed anew"),
            "exception.accept": self.env._("Exception: accepted as it is"),
            "exception.address": self.env._("Exception: address corrected"),
            "exception.reserve": self.env._("Exception: stock looked for again"),
            "exception.catalogue": self.env._("Exception: product data decided"),
            "exception.cancel_order": self.env._("Exception: order cancelled"),
            "exception.confirm": self.env._("Exception: order confirmed"),
            "exception.customer": self.env._("Exception: customer chosen"),
            "exception.deliver_rest": self.env._("Exception: rest delivered"),
            "exception.drop_rest": self.env._("Exception: rest cancelled"),
            "exception.link_order": self.env._("Exception: linked to an order"),
            "exception.map_carrier": self.env._("Exception: delivery method chosen"),
            "exception.map_product": self.env._("Exception: product chosen"),
            "exception.map_state": self.env._("Exception: state chosen"),
            "exception.map_tax": self.env._("Exception: tax chosen"),
            "exception.map_uom": self.env._("Exception: unit chosen"),
            "exception.new_date": self.env._("Exception: supplier's new date entered"),
            "exception.recheck": self.env._("Exception: rules checked again"),
            "exception.recount": self.env._("Exception: count asked for"),
            "exception.release": self.env._("Exception: order released"),
            "exception.route_again": self.env._("Exception: order routed again"),
            "exception.route_choose": self.env._("Exception: way of shipping chosen"),
            "exception.send_back": self.env._("Exception: goods sent back"),
            "match.accept": self.env._("Proposed links accepted"),
            "order.refund": self.env._("Customer refunded through the channel"),
            "order.route": self.env._("Order routed differently"),
            "payout.accept": self.env._("Transaction of a payout accepted"),
            "payout.book": self.env._("Payout booked"),
            "return.approve": self.env._("Return approved"),
            "return.close": self.env._("Return closed"),
            "return.decline": self.env._("Return declined"),
            "routing.live": self.env._("Routing rules put in force"),
            "routing.retire": self.env._("Routing rules retired"),
            "order.release": self.env._("Held order released"),
            "stock_level.try_again": self.env._("Stock level sent again"),
        }
