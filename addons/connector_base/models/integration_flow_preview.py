from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from ..drain.items import Inbound
from ..lib.errors import ConnectorError


class IntegrationFlow(models.Model):
    """What recent messages would become if a mapping meant something else.

    A flow takes part when it has a method ``_preview_<code>`` (``order.in``:
    ``_preview_order_in``). For traffic that comes in it gets a list of ``Inbound``, for
    traffic that leaves a record set of messages, and answers
    ``{message id: {label: text}}``: what people would see, by reading only.
    """

    _inherit = "integration.flow"

    def _previewer(self):
        """The method that previews this flow, None where it has none."""
        return getattr(self, f"_preview_{self.code.replace('.', '_')}", None)

    def _preview_messages(self, limit, days=0):
        """The newest message of each object, most recent first.

        :param limit: how many messages are looked at
        :param days: only those of the last days; 0 for any
        """
        self.ensure_one()
        since = fields.Datetime.subtract(fields.Datetime.now(), days=days) if days else None
        self.env.cr.execute(
            """SELECT id, business_key FROM integration_message
                WHERE flow_id = %s AND state IN ('done', 'blocked', 'pending', 'retry')
                  AND (%s IS NULL OR received_at >= %s)
                ORDER BY id DESC LIMIT %s""",
            (self.id, since, since, limit),
        )
        newest = {}
        for message_id, key in self.env.cr.fetchall():
            newest.setdefault(key or message_id, message_id)
        return self.env["integration.message"].browse(newest.values())

    def _preview(self, messages, version):
        """What messages would become now, and with a version of a mapping in force.

        In a cursor of its own that is rolled back: nothing of it stays.

        :param version: integration.mapping.version
        :return: {message id: ({label: text} now, {label: text} then)}
        """
        self.ensure_one()
        content = (version.backend_id.id, version.kind, version.external_value, version.sudo()._meaning())
        with self.env.registry.cursor() as cr:
            try:
                return self._preview_in(cr, messages.ids, *content)
            except ConnectorError as error:
                text = self.backend_id._redact(str(error))
                raise UserError(self.env._("The partner could not be asked: %s", text)) from error
            finally:
                cr.rollback()

    def _preview_in(self, cr, message_ids, backend_id, kind, external_value, meaning):
        env = api.Environment(cr, SUPERUSER_ID, {})
        backend = env["integration.backend"].browse(backend_id)
        flow = self.with_env(backend._company_env()).with_context(integration_fix=True)
        subjects = flow._preview_subjects(flow.env["integration.message"].browse(message_ids))
        now = flow._previewer()(subjects)
        # what is only tried out nobody has the right to put in force
        flow.env["integration.mapping"].sudo()._put(flow.backend_id, kind, external_value, meaning)
        flow.env.flush_all()
        then = flow._previewer()(flow._preview_subjects_again(subjects))
        return {message_id: (now[message_id], then.get(message_id, {})) for message_id in now}

    def _preview_subjects(self, messages):
        """What ``_preview_<code>`` is given: decoded items, or the messages themselves."""
        if self.direction == "out":
            return messages
        adapter = self.backend_id._get_adapter()
        items = []
        for message_id, raw in adapter.fetch(self.code, messages._raws()).items():
            if raw is None or isinstance(raw, ConnectorError):
                continue
            try:
                items.append(Inbound(messages.browse(message_id), adapter.decode(self.code, raw)))
            except (ConnectorError, ValueError, KeyError, TypeError, AttributeError):
                continue  # unreadable now, unreadable then
        return items

    def _preview_subjects_again(self, subjects):
        """The same subjects, with nothing said of them yet."""
        if self.direction == "out":
            return subjects
        return [Inbound(item.message, item.documents) for item in subjects]
