"""One round of keeping a channel's catalogue in step: compute, compare, queue.

Each step is a transaction of its own, and what is left over stands in the tables: a kill
loses nothing. The channel is read between two of them, right before anything is decided,
so that a change made there is seen and not overwritten unawares. There is no compare-and-set
for these values; what is changed at the channel within the moment between reading and
sending is found by the next comparison.
"""

from odoo import fields
from odoo.exceptions import UserError

from ..lib import listing
from ..lib import listing_sql as sql
from ..lib.levels import slices

#: products computed in one transaction
BATCH = 500
#: variants the channel is asked for, and decided about, in one transaction
READ_AT_ONCE = 250
#: products of the channel that travel in one message: one call each
GROUPS_PER_MESSAGE = 25


class Round:
    """The steps for one backend, each in a cursor that the caller commits.

    :param flow: the backend's ``catalogue.out`` flow
    """

    def __init__(self, flow):
        self.flow = flow
        self.env = flow.env
        self.backend = flow.backend_id
        self.values = {"backend_id": self.backend.id, "company_id": self.backend.company_id.id}

    def _execute(self, statement, **values):
        self.env.cr.execute(statement, {**self.values, **values}, log_exceptions=False)
        return self.env.cr.fetchall() if self.env.cr.description else []

    def compute(self):
        """Bring what Odoo wants shown up to date for the next products that are marked, or in line.

        :return: whether there are more
        """
        run = self.env["integration.catalogue.run"].sudo().browse(self._execute(sql.ENTER)[0][0])
        run.invalidate_recordset()
        self._see_dates(run)
        marks = {row[0] for row in self._execute(sql.CONSUME, limit=BATCH)}
        if None in marks:
            # who owns what may have changed
            self._execute(sql.DROP, kept=list(self.backend._kept_fields()))
            run._begin(compare=False)
        bindings = self.env["integration.product.binding"]
        marked = bindings.search([("backend_id", "=", self.backend.id), ("record_id", "in", list(marks - {None}))])
        self._put(marked, again=False)
        in_line = run._next(BATCH)
        self._put(in_line, again=run.compares)
        run._advance(in_line)
        run.flush_recordset()
        return bool(in_line) or len(marks) >= BATCH

    def _see_dates(self, run):
        """Prices that begin or end by the clock since the last look are as good as changed."""
        now = fields.Datetime.now()
        if run.dated_until:
            items = self.env["product.pricelist.item"].sudo()
            began = items.search([("date_start", ">", run.dated_until), ("date_start", "<=", now)])
            ended = items.search([("date_end", ">=", run.dated_until), ("date_end", "<", now)])
            (began | ended)._mark_catalogue()
        run.dated_until = now

    def _put(self, bindings, again):
        if not bindings:
            return
        wanted = self.env["integration.catalogue.source"]._wanted(self.backend, bindings)
        products = {binding.id: binding.record_id.id for binding in bindings}
        self._execute(
            sql.PUT,
            again=again,
            bindings=[binding_id for binding_id, __ in wanted],
            products=[products[binding_id] for binding_id, __ in wanted],
            fields=[name for __, name in wanted],
            values=[value or None for value in wanted.values()],
        )

    def to_read(self, limit=READ_AT_ONCE):
        """The next values that the channel has to be asked about: (value id, external id, asks, field).

        :param limit: variants; None for all
        """
        return self._execute(sql.TO_READ, limit=limit)

    def list_ids(self):
        """{field of a further price list: the channel's id of it}"""
        return {one._field_name: one.external_id for one in self.backend._kept_lists()}

    def give_list_up(self, name):
        """The channel has a price list no more: leave it alone, and say so."""
        entry = self.env["integration.catalogue.list"]._of_field(name)
        entry.pricelist_id = False
        self.env["integration.exception"]._report(
            self.backend,
            "configuration",
            self.env._(
                "%(channel)s has no price list “%(list)s” any more. It is left alone from now on.",
                channel=self.backend.name,
                list=entry.name,
            ),
            self.env._("On the backend, tab Catalogue, look up the price lists and choose again."),
            group_key=entry._gone_key,
        )

    def is_worth_a_list(self, least, part):
        """Whether so much is to be read that reading all that the channel lists is cheaper.

        :param least: variants from which on it may be
        :param part: of all linked variants that has to be waiting
        """
        waiting, linked = self._execute(sql.WAITING)[0]
        return waiting >= least and waiting > part * linked

    def decide(self, asked, documents, lists):
        """Hold what Odoo wants against what the channel shows, and settle what follows.

        :param asked: of ``to_read``, from before the channel was read
        :param documents: {external id: canonical Product} of those that it lists
        :param lists: {field of a further price list: {external id: price}}
        """
        digits = self.backend._catalogue_currency().decimal_places
        groups = {key: document.group_id for key, document in documents.items() if document.group_id}
        self._execute(sql.FILL_GROUPS, external_ids=list(groups), group_ids=list(groups.values()))
        shown = {key: listing.texts_of(document, digits) for key, document in documents.items()}
        decided = []
        asks = {row[0]: row[2] for row in asked}
        for row in self._execute(sql.TO_DECIDE, ids=list(asks)):
            theirs = shown.get(row[1])
            if theirs is not None and row[3].startswith(listing.LIST):
                prices = lists.get(row[3])
                theirs = prices if prices is None else {row[3]: self._list_text(row[3], prices.get(row[1]))}
            result = self._gone(row) if theirs is None else self._settle(row, theirs[row[3]])
            decided.append((*result, asks[row[0]]))
        columns = list(zip(*decided, strict=True)) or [()] * 9
        names = ("ids", "states", "reasons", "known", "wanted", "agreed", "corrected", "problems", "asks")
        self._execute(sql.DECIDED, **{name: list(column) for name, column in zip(names, columns, strict=True)})
        self.env["integration.catalogue.value"]._report(self.backend)

    def _list_text(self, name, price):
        currency = self.env["integration.catalogue.list"]._of_field(name).currency_id
        return listing.price_text(price, currency.decimal_places)

    def _gone(self, row):
        value_id, __, __, __, wanted, agreed, corrected, *__ = row
        return value_id, "gone", "", None, wanted, agreed, corrected, ""

    def _settle(self, row, theirs):
        value_id, __, product_id, name, wanted, agreed, corrected, *left = row
        past = listing.Past(agreed, corrected, tuple(left) if all(left) else None)
        limit = self.backend.price_jump_percent if listing.is_price(name) else 0
        verdict = listing.decide(self.backend._owner_of(name), wanted, theirs, past, limit)
        if verdict.state in (listing.SEND, listing.TAKE):
            corrected = verdict.corrects
        state, reason, problem = verdict.state, verdict.reason, ""
        if state == listing.TAKE:
            problem = self._take(product_id, name, theirs)
            state, reason = ("ask", "untaken") if problem else ("same", "")
            wanted, agreed = (wanted, agreed) if problem else (theirs, theirs)
        if verdict.state == listing.SAME:
            corrected = corrected and agreed == theirs
            agreed = theirs
        return value_id, state, reason, theirs, wanted, agreed, corrected, problem

    def _take(self, product_id, name, value):
        """Write a value of the channel into Odoo; why it cannot be, "" when it is."""
        product = self.env["product.product"].browse(product_id)
        try:
            with self.env.cr.savepoint():
                self.env["integration.catalogue.source"]._take(self.backend, product, name, value)
        except UserError as error:
            return str(error)[:250]
        return ""

    def emit(self):
        """Queue messages for what is to be sent: how many values.

        A channel that takes much in one go gets it so: what makes it much together with what
        is to be compared yet is held back.
        """
        groups = {}
        for value_id, group_id in self._execute(sql.TO_SEND):
            groups.setdefault(group_id, []).append(value_id)
        least, most = self.backend._catalogue_bulk() or (0, 0)
        waiting = self._execute(sql.WAITING)[0][0] if groups and least else 0
        if waiting and len(groups) < most and len(groups) + waiting >= least:
            return 0
        size = most if least and len(groups) >= least else GROUPS_PER_MESSAGE
        stamp = self._execute("SELECT rounds FROM integration_catalogue_run WHERE backend_id = %(backend_id)s")[0][0]
        for part in slices(list(groups), size):
            ids = [value_id for group_id in part for value_id in groups[group_id]]
            message = self.env["integration.message"]._emit(
                self.flow, None, key=f"values-{ids[0]}-{stamp}", payload=listing.dump_values(ids)
            )
            self._execute(sql.QUEUED, ids=ids, message_id=message.id)
        self.env.invalidate_all()
        return sum(map(len, groups.values()))
