"""A backend whose partner lives in memory, for the tests of every addon."""

import json
from datetime import datetime, timezone
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, HttpCase, TransactionCase, get_db_name

from ..lib.adapter import Adapter, CallResult, Check, Incoming, PollPage
from ..lib.errors import AuthError, DataError, TransientError
from ..settings import option as real_option

KEY = "v2N1bVq1mC6i0l9YwJ3sYk0Qm1l1l5b5o5y0o3m1k1E="


class MemoryAdapter(Adapter):
    """A partner in memory: documents are JSON, calls are kept in a list.

    ``script`` holds what the next sends do: an exception to raise, or a callable
    given the call; ``found`` what a look-up answers by call key.
    """

    def __init__(self):
        self.sent = []
        self.script = []
        self.found = {}
        self.lookups = []
        self.pages = []
        self.states = {}
        self.calls_for = None
        self.decoder = json.loads

    def check(self):
        """Always reachable."""
        return [Check("Reachable", True)]

    def receive(self, headers, raw):
        """Accepts the signature ``good``."""
        if headers.get("x-signature") != "good":
            raise AuthError("wrong signature")
        body = json.loads(raw) if raw.startswith(b"{") else {}
        key = headers.get("x-id") or "no-id"
        return Incoming("test.in", key, raw, str(body.get("object", "")))

    def fetch(self, topic, raws):
        """What ``states`` says of a message id, else the bytes themselves."""
        return {key: self.states.get(key, raw) for key, raw in raws.items()}

    def decode(self, topic, raw):
        """The JSON value, as the only document (whatever ``decoder`` makes of it)."""
        try:
            return [self.decoder(raw)]
        except ValueError as error:
            raise DataError("not JSON", category="format") from error

    def poll(self, topic, since, until, cursor=None):
        """The pages that were laid out."""
        self.window = (since, until)
        if not self.pages:
            return PollPage(())
        page = self.pages.pop(0)
        return PollPage(tuple(page), "more" if self.pages else None)

    def prepare(self, topic, document):
        """The calls ``calls_for`` makes of a document."""
        return self.calls_for(document)

    def send(self, call):
        """Do what the script says next; done otherwise."""
        self.sent.append(call)
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        return step(call) if step else CallResult(f"ext-{call.key}")

    def lookup(self, call):
        """What is laid out under the call's key."""
        self.lookups.append(call)
        answer = self.found.get(call.key)
        if isinstance(answer, Exception):
            raise answer
        return answer


class HubMixin:
    """A running backend of kind ``test``; cursors of their own become savepoints.

    :cvar applied: names of the documents that were done, see ``handle_as_wished``
    """

    applied = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        model = cls.registry["integration.backend"]
        cls.adapter = MemoryAdapter()
        kinds = model._selection_kind
        for patcher in (
            patch.object(model, "_selection_kind", lambda self: [*kinds(self), ("test", "Test")]),
            patch.object(model, "_build_adapter_test", lambda self: cls.adapter, create=True),
            patch(
                "odoo.addons.connector_base.settings.option",
                lambda name, default=None: KEY if name == "secret_keys" else real_option(name, default),
            ),
        ):
            patcher.start()
            cls.addClassCleanup(patcher.stop)
        cls.backend = cls.env["integration.backend"].create(
            {"name": "Test shop", "kind": "test", "base_url": "https://shop.example.com"}
        )
        cls.backend.sudo().fingerprint = cls.backend._database_fingerprint()
        cls.backend.state = "running"
        # all of its work has to be done with the rights of a service user
        cls.backend.user_id = cls.backend._make_service_user()
        if not cls._registry_patched:
            cls.registry_enter_test_mode_cls()

    def setUp(self):
        super().setUp()
        self.adapter.__init__()
        if self.applied:
            self.applied.clear()

    @classmethod
    def handle_as_wished(cls, *codes):
        """Have messages of these flows do what their document's ``wish`` says: block, defer, fail, else done."""
        cls.applied = []

        def handle(flow, batch):
            for item in batch:
                document = item.documents[0]
                wish = document.get("wish")
                if wish == "block":
                    item.block("data", "No such SKU")
                elif wish == "defer":
                    item.defer("another worker is at it")
                elif wish == "fail":
                    raise TransientError("the shop is closed")
                else:
                    cls.applied.append(document.get("name"))
                    item.done()

        for code in codes:
            name = f"_handle_{code.replace('.', '_')}"
            patcher = patch.object(cls.registry["integration.flow"], name, handle, create=True)
            patcher.start()
            cls.addClassCleanup(patcher.stop)

    @classmethod
    def make_flow(cls, code, **values):
        """A flow of the test backend."""
        direction = "in" if code.endswith(".in") else "out"
        return cls.env["integration.flow"].create(
            {
                "name": code,
                "code": code,
                "backend_id": cls.backend.id,
                "direction": direction,
                **values,
            }
        )

    def receive(self, flow, document, key=None, business_key="", raw=None):
        """Put a document into the ledger as the webhook would; returns the message."""
        raw = json.dumps(document).encode() if raw is None else raw
        incoming = Incoming(
            flow.code,
            key or f"k{len(raw)}-{hash(raw)}",
            raw,
            business_key,
            datetime.now(timezone.utc),
        )
        message_id = self.env["integration.message"]._receive(flow, incoming)
        return self.env["integration.message"].browse(message_id or [])

    def drain(self, flow, batches=50):
        """Work off everything that is due now."""
        self.env.flush_all()
        for __ in range(batches):
            if not flow._drain_batch():
                break
        self.env.invalidate_all()

    def make_due(self, messages):
        """Let the next try of messages be now."""
        self.env.cr.execute(
            "UPDATE integration_message SET next_at = now() AT TIME ZONE 'UTC'"
            " - interval '1 second' WHERE id = ANY(%s)",
            (messages.ids,),
        )
        messages.invalidate_recordset()

    def retain(self):
        """Let the nightly run mask and clear what has been kept long enough."""
        self.env.flush_all()
        self.env.ref("connector_base.cron_retention").method_direct_trigger()
        self.env.invalidate_all()

    def exceptions(self, category=None):
        """Open exceptions of the test backend."""
        domain = [("backend_id", "=", self.backend.id), ("state", "=", "open")]
        if category:
            domain.append(("category", "=", category))
        return self.env["integration.exception"].search(domain)


class HubCase(HubMixin, TransactionCase):
    """Tests of the hub without HTTP."""


class HubHttpCase(HubMixin, HttpCase):
    """Tests of the hub over real HTTP."""


class RaceCase(BaseCase):
    """Real cursors, real commits: a test in one transaction cannot show what two do to each other.

    What is committed is deleted again.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        model = self.registry["integration.backend"]
        kinds = model._selection_kind
        patcher = patch.object(model, "_selection_kind", lambda self: [*kinds(self), ("test", "Test")])
        patcher.start()
        self.addCleanup(patcher.stop)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            backend = env["integration.backend"].create({"name": "Race", "kind": "test"})
            flow = env["integration.flow"].create(
                {"name": "Race", "code": "race.out", "backend_id": backend.id, "direction": "out"}
            )
            self.backend_id, self.flow_id = backend.id, flow.id
        self.addCleanup(self.clean)

    def clean(self):
        """Delete what was committed."""
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM integration_message WHERE flow_id = %s", (self.flow_id,))
            cr.execute("DELETE FROM queue_job WHERE identity_key = %s", (f"integration:drain:{self.flow_id}",))
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["integration.backend"].browse(self.backend_id).unlink()
