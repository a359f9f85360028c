from urllib.parse import urlsplit

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.errors import AuthError, ConfigurationError, ConnectorError
from ..lib.http import HttpClient
from ..settings import allow_private_hosts


class IntegrationBackend(models.Model):
    """How a backend gets hold of its adapter, and how it is tested."""

    _inherit = "integration.backend"

    def _get_adapter(self):
        """The adapter object of this backend.

        Each kind has a method ``_build_adapter_<kind>``.

        :raises ConfigurationError: something is not filled in
        """
        self.ensure_one()
        return getattr(self.sudo(), f"_build_adapter_{self.kind}")()

    def _http_client(self, correlation_id=""):
        """An HTTP client under this backend's limits."""
        self.ensure_one()
        return HttpClient(
            allowed_hosts=self._allowed_hosts(),
            allow_private=allow_private_hosts(),
            deadline=self.deadline or 30.0,
            headers={"X-Correlation-ID": correlation_id} if correlation_id else {},
            gate=self.env["integration.gate"].sudo()._for(self),
        )

    def _allowed_hosts(self):
        """``host:port`` names that may be called for this backend.

        :raises ConfigurationError: there is no address
        """
        parts = urlsplit(self.base_url or "")
        if not parts.hostname:
            raise ConfigurationError(f"{self.name} has no address")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return [f"{parts.hostname.lower()}:{port}"]

    def _run_check(self):
        """Test the connection: [(name, ok, detail)], and keep the result."""
        self.ensure_one()
        try:
            checks = [(c.name, c.ok, c.detail) for c in self._get_adapter().check()]
        except ConnectorError as error:
            checks = [(self.env._("Connection"), False, str(error))]
        lines = (f"{'✓' if ok else '✗'} {name}{': ' if detail else ''}{detail}" for name, ok, detail in checks)
        # testing changes nothing that anybody set up
        self.sudo().write({"last_check": fields.Datetime.now(), "last_check_result": "\n".join(lines)})
        return checks

    def action_test(self):
        """Button “Test connection”: try it and say what was found."""
        self.ensure_one()
        self.check_access("write")
        failed = [name for name, ok, __ in self._run_check() if not ok]
        title = self.env._("Not working: %s", ", ".join(failed)) if failed else self.env._("The connection works")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": title,
                "message": self.last_check_result,
                "type": "danger" if failed else "success",
                "sticky": bool(failed),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_connect(self):
        """Button “Connect”: test, then start to work, as a user of its own unless one was chosen."""
        self.ensure_one()
        self.check_access("write")
        self._refuse_foreign_copy()
        failed = [check for check in self._run_check() if not check[1]]
        if failed:
            raise UserError(
                self.env._(
                    "Not connected yet:\n%s",
                    "\n".join(f"• {name}: {detail}" for name, __, detail in failed),
                )
            )
        self._act(
            "backend.connect",
            {
                **self._resumed_values(),
                "pause_reason": False,
                "fingerprint": self._database_fingerprint(),
                # the least rights that do are what one gets without thinking of it
                "user_id": (self.user_id or self._make_service_user()).id,
            },
        )
        self._after_connect()
        self._work_off()
        return True

    def _after_connect(self):
        """What a kind of backend does once it is connected (subscriptions, ...)."""

    def _pause_for(self, error):
        """Stop after an error that every further call would meet too.

        :param error: an AuthError; others are left to the breaker
        """
        if not isinstance(error, AuthError) or self.state != "running":
            return
        self._pause_itself(str(error))
        self.env["integration.exception"]._report(
            self,
            "credentials",
            self.env._("%(name)s does not accept our credentials.", name=self.name),
            self.env._("Enter them again in the backend, test, and press Resume."),
            group_key="credentials",
        )
