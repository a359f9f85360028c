import time
from collections import defaultdict
from datetime import timedelta
from itertools import islice

from odoo import api, fields, models

from odoo.addons.connector_base.lib.errors import ConnectorError, DataError, RateLimitedError

from ..catalogue.round import READ_AT_ONCE, Round
from ..lib import listing_sql as sql
from ..lib.documents import CatalogueUpdate, ListingUpdate
from ..lib.levels import slices
from ..lib.listing import DESCRIPTION, LIST, load_values
from ..stock.jobs import in_own_env

#: seconds one job works before it asks for the next
WORKING_SECONDS = 45
#: from so many variants on, and from such a part of all that are linked, the channel's whole
#: list is read instead of each by its id: page by page it costs a twentieth of that
LIST_FROM, LIST_PART = 1000, 0.1


class IntegrationFlow(models.Model):
    """Keeping prices and product data in step: the flow ``catalogue.out``."""

    _inherit = "integration.flow"

    def _request_publish_catalogue(self, eta=None):
        """See that a round of these flows runs after the commit.

        :param eta: naive UTC time; None for as soon as possible
        """
        later = "-later" if eta else ""
        self._request_job("_job_publish_catalogue", identity=f"publish-catalogue{later}", eta=eta)

    def _job_publish_catalogue(self):
        """Compute what is marked, ask the channel, decide, queue: batch by batch, each committed.

        :return: what was done, for the job's record
        """
        self.ensure_one()
        # leaves half of what the channel lets us ask to orders and stock
        flow = self.sudo().with_context(integration_tier="2")
        backend = flow.backend_id
        if not flow.active or backend.state == "draft":
            return "not connected"
        until, read, sent = time.monotonic() + WORKING_SECONDS, 0, 0
        while True:
            more = flow._in_round(lambda one: one.compute())
            asked, wait = flow._compare_next()
            read += asked
            sent += flow._in_round(lambda one: one.emit())
            if wait:
                flow._request_publish_catalogue(fields.Datetime.now() + timedelta(seconds=wait))
                break
            if not more and not asked:
                break
            if time.monotonic() > until:
                flow._request_publish_catalogue(fields.Datetime.now())
                break
        return f"{read} compared, {sent} to be sent"

    def _in_round(self, step):
        """Run ``step(Round)`` with the rights of the backend's user in a cursor of its own, and commit."""
        flow_id, env = self.id, self.backend_id._company_env()
        return in_own_env(env, lambda own: step(Round(own["integration.flow"].browse(flow_id))))

    def _compare_next(self):
        """Ask the channel about the next variants, outside of any transaction, and decide.

        :return: (how many values, seconds to wait when the channel could not be asked)
        """
        backend = self.backend_id
        if not backend._may_send() or self.paused_at:
            return 0, 0
        try:
            if self._in_round(lambda one: one.is_worth_a_list(LIST_FROM, LIST_PART)):
                return self._compare_list(backend._get_adapter()), 0
            asked = self._in_round(lambda one: one.to_read())
            ids = list(dict.fromkeys(row[1] for row in asked))
            adapter = backend._get_adapter()
            documents = adapter.read_products(ids, descriptions=_wants_text(asked)) if ids else {}
            lists = self._read_lists(adapter, asked)
        except ConnectorError as error:
            backend._pause_for(error)
            return 0, max(1, error.retry_after) if isinstance(error, RateLimitedError) else 60
        if asked:
            self._in_round(lambda one: one.decide(asked, documents, lists))
        return len(asked), 0

    def _compare_list(self, adapter):
        """Go through all that the channel lists; what is not in the list is not there any more.

        :return: how many values were compared
        :raises ConnectorError: it stopped on the way; what was compared is kept
        """
        waiting, rows = {}, self._in_round(lambda one: one.to_read(limit=None))
        for row in rows:
            waiting.setdefault(row[1], []).append(row)
        count, listed = 0, adapter.list_products(descriptions=_wants_text(rows))
        while documents := {document.external_id: document for document in islice(listed, READ_AT_ONCE)}:
            asked = [row for key in documents for row in waiting.pop(key, ())]
            if asked:
                lists = self._read_lists(adapter, asked)
                self._in_round(lambda one, args=(asked, documents, lists): one.decide(*args))
                self._in_round(lambda one: one.emit())
            count += len(asked)
        gone = [row for rows in waiting.values() for row in rows]
        for part in slices(gone, READ_AT_ONCE):
            self._in_round(lambda one, rows=part: one.decide(rows, {}, {}))
        return count + len(gone)

    def _read_lists(self, adapter, asked):
        """{field of a further price list: {external id: price}} of what is asked about."""
        wanted = {}
        for __, external_id, __, name in asked:
            if name.startswith(LIST):
                wanted.setdefault(name, []).append(external_id)
        ids = self._in_round(lambda one: one.list_ids()) if wanted else {}
        found = {}
        for name, keys in wanted.items():
            try:
                found |= {name: adapter.read_list_prices(ids[name], keys)} if name in ids else {}
            except DataError:
                # one list that is gone must not hold up the rest
                self._in_round(lambda one, gone=name: one.give_list_up(gone))
        return found

    def _listing_rows(self, message):
        ids = load_values(message._raws()[message.id])
        self.env.cr.execute(sql.OF_MESSAGE, {"message_id": message.id, "ids": ids})
        return self.env.cr.dictfetchall()

    def _build_catalogue_out(self, message):
        """The newest values that a message stands for, taken when it is sent.

        :return: CatalogueUpdate, or None when nothing is left
        """
        listings = {}
        for row in self._listing_rows(message):
            entry = listings.setdefault(
                row["external_id"], {"external_id": row["external_id"], "group_id": row["group_id"]}
            )
            if row["wanted"] and row["field"].startswith(LIST):
                entry["list_prices"] = (*entry.get("list_prices", ()), self._list_price(row))
            elif row["wanted"]:
                entry |= self._listing_value(row["field"], row["wanted"])
        filled = [ListingUpdate(**entry) for entry in listings.values() if len(entry) > 2]
        return CatalogueUpdate(reference=f"catalogue-{message.id}", listings=tuple(filled)) if filled else None

    def _list_price(self, row):
        one = self.env["integration.catalogue.list"]._of_field(row["field"])
        return {"list_id": one.external_id, "price": row["wanted"], "currency": one.currency_id.name}

    def _listing_value(self, name, text):
        if name == "price":
            return {"price": text, "currency": self.backend_id._catalogue_currency().name}
        return {"weight_kg" if name == "weight" else name: text}

    def _settle_catalogue_out(self, message, results):
        """Keep what the channel took over, and what it refused.

        :param results: [(Call, CallResult)]; a call's ``meta["values"]`` says what it carried:
            {external_id, field, value}, the field of a further price list being ``list:`` and
            the channel's id of it; ``data["refused"]`` of its result lists
            {external_id, field, message}, without a field all of the variant's; ``data["unsent"]``
            names {external_id, field} that it did not carry after all
        """
        rows = {}
        for row in self._listing_rows(message):
            name = row["field"]
            if name.startswith(LIST):
                name = f"{LIST}{self.env['integration.catalogue.list']._of_field(name).external_id}"
            rows[row["external_id"], name] = row["id"]
        taken, refused = {}, {}
        for call, result in results:
            complaints = defaultdict(list)
            for one in result.data.get("refused", ()):
                complaints[one["external_id"]].append(one)
            unsent = {(one["external_id"], one["field"]) for one in result.data.get("unsent", ())}
            for item in call.meta["values"]:
                value_id = rows.get((item["external_id"], item["field"]))
                if not value_id or (item["external_id"], item["field"]) in unsent:
                    continue
                text = _complaint(complaints[item["external_id"]], item)
                (taken if text is None else refused)[value_id] = (item["value"], text)
        self.env.cr.execute(sql.ACCEPTED, _columns(taken, "ids", "values"))
        self.env.cr.execute(sql.REFUSED, _columns(refused, "ids", "values", "problems"))
        carried = taken.keys() | refused.keys()
        left = [value_id for value_id in rows.values() if value_id not in carried]
        self.env.cr.execute(sql.NOT_SENT, {"message_id": message.id, "ids": left})
        self.env.invalidate_all()
        self.env["integration.catalogue.value"]._report(self.backend_id)
        self._request_publish_catalogue()

    @api.model
    def _cron_publish_catalogue(self):
        """Ask for the rounds that a kill left out, and for those of prices that begin or end now."""
        self.env.cr.execute(sql.UNDONE)
        self.browse([row[0] for row in self.env.cr.fetchall()])._request_publish_catalogue()

    @api.model
    def _cron_compare_catalogue(self):
        """Begin a comparison of everything with every channel: news can be missed."""
        flows = self.sudo().search([("code", "=", "catalogue.out")])
        flows.filtered(
            lambda one: one.backend_id.state != "draft" and one.backend_id._kept_fields()
        )._begin_comparison()

    def _begin_comparison(self):
        """Begin a pass that holds everything against what the channels show."""
        for flow in self.sudo():
            self.env["integration.catalogue.run"].sudo()._of(flow.backend_id)._begin(compare=True)
        self._request_publish_catalogue()


def _wants_text(asked):
    """Whether descriptions are to be read, too."""
    return any(row[3] == DESCRIPTION for row in asked)


def _complaint(complaints, item):
    """What the channel says against a value; None when nothing.

    :param complaints: about its variant
    """
    for one in complaints:
        if one.get("field") in (None, "", item["field"]):
            return (one.get("message") or "?")[:250]
    return None


def _columns(found, *names):
    """{value id: (value, ...)} as the arrays that a statement takes."""
    rows = [(value_id, *rest) for value_id, rest in found.items()]
    columns = zip(*rows, strict=True) if rows else [()] * 3
    return dict(zip(names, map(list, columns), strict=False))
