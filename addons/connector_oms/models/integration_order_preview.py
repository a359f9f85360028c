from odoo import models


class IntegrationOrderImporter(models.AbstractModel):
    """What documents would become, without writing anything."""

    _inherit = "integration.order.importer"

    def _preview(self, backend, batch):
        """What people would see of each order, if it came in now for the first time.

        :param batch: list of ``Inbound`` with canonical ``Order`` documents
        :return: {message id: {label: text}}
        """
        works = [work for work in self._works(batch) if not work.note]
        self._plan(backend, works)
        return {work.item.message.id: self._outcome(work) for work in works}

    def _outcome(self, work):
        """{label: text} of what was found for an order; no personal data."""
        taxes = {
            f"{tax.title} → {record.display_name if hasattr(record, 'display_name') else self.env._('(new tax)')}"
            for pairs in work.taxes.values()
            for record, tax in pairs
            if record
        }
        causes = {problem["cause"] for problem in (*work.problems, *work.notes)} | set(work.holds.values())
        return {
            self.env._("Taxes"): ", ".join(sorted(taxes)),
            self.env._("Units"): ", ".join(self._unit_names(work)),
            self.env._("Delivery method"): work.carrier.display_name if work.carrier else "",
            self.env._("Warehouse"): work.warehouse.display_name if work.warehouse else "",
            self.env._("State"): self._state_name(work),
            self.env._("Needs a person"): " / ".join(sorted(causes)),
        }

    def _unit_names(self, work):
        """What the units that the document names were taken for."""
        codes = {key: part.unit_code for key, part in work.wanted() if key in work.units}
        return sorted({f"{codes[key]} → {unit.name}" for key, unit in work.units.items()})

    def _state_name(self, work):
        """The state the order is sent to."""
        place = work.shipping_place
        if not place:
            return ""
        if place.record:
            return place.record.state_id.display_name or ""
        return self.env["res.country.state"].browse(place.values.get("state_id") or []).display_name or ""
