from collections import defaultdict

from odoo import models

from ..lib.routing import price, route
from ..stock.routing_scene import Scene, goods, units_of


class IntegrationRouter(models.AbstractModel):
    """Decides which warehouses ship orders, and writes down why."""

    _name = "integration.router"
    _description = "Routes orders"

    def _route(self, orders):
        """Decide for orders that are about to be confirmed.

        Companies without rules in force are left alone: their orders ship from where
        the channel says.
        """
        for company, own in orders.filtered("integration_backend_id").grouped("company_id").items():
            ruleset = self.env["integration.routing.ruleset"]._live(company)
            if ruleset:
                self.with_company(company)._route_by(ruleset, own)

    def _route_by(self, ruleset, orders, reason=""):
        """Decide for orders of one company by given rules, one after the other.

        :param reason: why it is decided anew
        """
        scene = Scene(ruleset, orders, self._own_held(orders))
        for order in orders:
            lines = scene.lines(order)
            if not lines:
                continue
            houses = scene.houses(order)
            answer = route(lines, houses, ruleset._policy(), scene.promise(order))
            if answer.best:
                scene.take(order, answer.best)
            decision = self._write(order, scene, answer.best, answer.options, reason=reason)
            decision.explanation = self._explain(order, scene, answer)
            self._follow_up(order, decision, answer.best)

    def _choose(self, order, shares, reason, fed=None):
        """Ship an order as a person says.

        :param shares: {order line id: {warehouse id: units in the product's unit}}
        :param fed: what of them is brought first, as ``lib.routing`` says it
        :return: the decision
        """
        ruleset = order.integration_decision_id.ruleset_id or order.env["integration.routing.ruleset"]._live(
            order.company_id
        )
        scene = Scene(ruleset, order, self._own_held(order))
        option = price(scene.lines(order), scene.houses(order), shares, scene.promise(order), fed)
        decision = self._write(order, scene, option, (), is_override=True, reason=reason, user_id=self.env.user.id)
        chosen = self.env._("%(who)s chose: %(what)s", who=self.env.user.name, what=self._split_text(order, option))
        decision.explanation = "\n".join([chosen, *self._fed_texts(order, option, scene.names)])
        self._follow_up(order, decision, option)
        return decision

    def _route_more(self, order, lines):
        """Decide for lines that joined a confirmed order, before they ask for their goods.

        What was decided before stays. Without a decision, or rules in force, they ship from
        where the order does.

        :param lines: sale.order.line
        """
        ruleset = self.env["integration.routing.ruleset"]._live(order.company_id)
        decision = order.integration_decision_id
        if not ruleset or not decision:
            return
        scene = Scene(ruleset, order)
        wanted = [line for line in scene.lines(order) if line.key in set(lines.ids)]
        if not wanted:
            return
        best = route(wanted, scene.houses(order), ruleset._policy(), scene.promise(order)).best
        shares = self._with_rest(order, scene, best)
        decision.allocation_ids = [(0, 0, part) for part in self._parts(best, shares)] if best else []
        texts = [self.env._("Added later: %s", self._split_text(order, best))] if best else []
        texts += self._fed_texts(order, best, scene.names) if best else []
        decision.explanation = "\n".join([decision.explanation or "", *texts])
        self._follow_up(order, decision, best, lines)

    def _own_held(self, orders):
        """What orders that are not confirmed count as taken already: {(product id, warehouse id): units}."""
        kits = self.env["integration.stock.kit"].sudo().search([("product_id", "in", orders.order_line.product_id.ids)])
        contents = kits.grouped("product_id")
        held = defaultdict(float)
        for order in orders.filtered(lambda order: order.state in ("draft", "sent")):
            for line in goods(order):
                place = (line.warehouse_id or order.warehouse_id).id
                units = units_of(line)
                held[line.product_id.id, place] += units
                for part in contents.get(line.product_id, kits.browse()):
                    held[part.component_id.id, place] += units * part.quantity
        return held

    # writing down

    def _write(self, order, scene, option, options, **values):
        """The decision in force of an order, with its allocations; the order goes by it."""
        shares = self._with_rest(order, scene, option)
        order.integration_decision_id.is_current = False
        self.env.flush_all()
        decision = self.env["integration.routing.decision"].create(
            {
                "order_id": order.id,
                "ruleset_id": scene.ruleset.id,
                "options": [_plain(one, scene.names) for one in options],
                "warehouse_ids": [(6, 0, list(option.houses) if option else [])],
                "shipments": option.shipments if option else 0,
                "cost": option.cost if option else 0.0,
                "margin": option.margin if option else 0.0,
                "lateness": option.lateness if option else 0,
                "units_missing": option.units_missing if option else sum(units_of(line) for line in goods(order)),
                "allocation_ids": [(0, 0, part) for part in self._parts(option, shares)],
                **values,
            }
        )
        values = {"integration_decision_id": decision.id}
        lead = _lead(shares)
        if lead and order.warehouse_id.id != lead:
            values["warehouse_id"] = lead
        order.write(values)
        return decision

    def _parts(self, option, shares):
        """Values of the allocations: of each warehouse what it has, then what it gets first."""
        for line, parts in shares.items():
            number = 0
            for warehouse, units in parts.items():
                fed = option.fed_into(line, warehouse)
                for source, part in [(False, units - sum(fed.values())), *fed.items()]:
                    if part <= 1e-6:
                        continue
                    number += 1
                    yield {
                        "order_line_id": line,
                        "warehouse_id": warehouse,
                        "units": part,
                        "sequence": number,
                        "source_id": source,
                        "is_bought": source is None,
                        "feed_days": option.ready.get((line, warehouse, source), 0),
                    }

    def _with_rest(self, order, scene, option):
        """What is nowhere in stock waits where it will arrive in time, else where most of the order ships from."""
        if not option:
            return {}
        shares = {line: dict(parts) for line, parts in option.shares.items()}
        lead = _lead(shares)
        for line_id, rest in option.missing.items():
            line = order.order_line.filtered(lambda line, line_id=line_id: line.id == line_id)
            place = scene.where_it_arrives(line, rest) or lead
            if place and not scene.ruleset._may_dropship(line.product_id):
                parts = shares.setdefault(line_id, {})
                parts[place] = parts.get(place, 0.0) + rest
        return shares

    def _follow_up(self, order, decision, option, among=None):
        """Have suppliers ship what they may; put to a person what is left.

        :param among: the lines that were decided about; all of the order's unless given
        """
        asked = goods(order) if among is None else goods(order) & among
        missing = option.missing if option else {line.id: units_of(line) for line in asked}
        lines = order.order_line.filtered(lambda line: line.id in missing)
        by_supplier = lines.filtered(lambda line: decision.ruleset_id._may_dropship(line.product_id))
        by_supplier = by_supplier.filtered(lambda line: not option or line.id not in option.shares)
        if by_supplier:
            by_supplier.route_ids = decision.ruleset_id._dropship_route()
            decision.explanation = "\n".join(
                [
                    decision.explanation or "",
                    self.env._(
                        "Shipped by the supplier: %s.", ", ".join(by_supplier.product_id.mapped("display_name"))
                    ),
                ]
            )
        waits = decision.ruleset_id.wait_days and option
        lines -= by_supplier
        if waits:
            lines = lines.filtered(
                lambda line: (
                    not any(
                        part.warehouse_id.id not in option.shares.get(line.id, {}) for part in line._integration_parts()
                    )
                )
            )
        if lines:
            self._report(order, decision, lines, missing)
        else:
            self.env["integration.exception"]._heal(record=order, categories=("allocation",))

    def _report(self, order, decision, lines, missing):
        goods_missing = ", ".join(f"{missing[line.id]:g} × {line.product_id.display_name}" for line in lines[:3])
        self.env["integration.exception"]._report(
            order.integration_backend_id,
            "allocation",
            self.env._(
                "%(order)s cannot ship in full from any warehouses: %(goods)s.", order=order.name, goods=goods_missing
            ),
            self.env._("Choose how to ship it, wait for a receipt, or cancel the order."),
            group_key=lines[0].product_id.default_code or lines[0].product_id.name,
            record=order,
            amount=order._integration_worth(),
        )

    # words

    def _explain(self, order, scene, answer):
        """Why, as a warehouse clerk would say it."""
        best, names = answer.best, scene.names
        texts = [self._split_text(order, best) if best else self.env._("No warehouse has any of it.")]
        texts += self._fed_texts(order, best, names) if best else []
        if best and best.lateness:
            texts.append(self.env._("It arrives %s days late.", best.lateness))
        for warehouse in scene.warehouses:
            leaves, passed = scene.departures[warehouse]
            if passed and best and warehouse.id in best.houses:
                texts.append(
                    self.env._(
                        "%(warehouse)s: cut-off %(time)s passed, it leaves in %(days)s days.",
                        warehouse=warehouse.name,
                        time=_clock(warehouse.integration_cut_off),
                        days=leaves,
                    )
                )
        reasons = self._reasons()
        for house, objections in answer.excluded.items():
            why = ", ".join(reasons[objection] for objection in objections)
            texts.append(self.env._("%(warehouse)s left out: %(why)s.", warehouse=names[house], why=why))
        if len(answer.options) > 1:
            texts.append(self.env._("Next best: %s", self._option_text(answer.options[1], names, order)))
        return "\n".join(texts)

    def _reasons(self):
        return {
            "closed": self.env._("closed"),
            "service": self.env._("does not ship with this delivery method"),
            "capacity": self.env._("full for today"),
            "stock": self.env._("nothing of it in stock"),
            "ability": self.env._("may not ship these goods"),
        }

    def _split_text(self, order, option):
        """“2 of 3 lines from Reno, 1 from Dallas.”"""
        names = {warehouse.id: warehouse.name for warehouse in self.env["stock.warehouse"].browse(option.houses)}
        total = len(goods(order))
        counts = [(sum(house in parts for parts in option.shares.values()), names[house]) for house in option.houses]
        counts.sort(reverse=True)
        texts = [
            self.env._("%(count)s of %(total)s lines from %(warehouse)s", count=count, total=total, warehouse=name)
            for count, name in counts
        ]
        return ", ".join(texts) + "."

    def _fed_texts(self, order, option, names):
        """“Reno gets 3 × [C] Chair from Dallas first.”"""
        products = {line.id: line.product_id.display_name for line in order.order_line}
        texts = []
        for (line, house, source), units in option.fed.items():
            values = {
                "warehouse": names[house],
                "units": f"{units:g}",
                "product": products[line],
                "source": names.get(source),
            }
            if source is None:
                text = self.env._("%(units)s × %(product)s is bought for the order, and received in %(warehouse)s.")
            else:
                text = self.env._("%(warehouse)s gets %(units)s × %(product)s from %(source)s first.")
            texts.append(text % values)
        return texts

    def _option_text(self, option, names, order):
        one, many = self.env._("one delivery"), self.env._("%s deliveries", option.shipments)
        day, days = self.env._("1 day"), self.env._("%s days", option.arrival)
        return self.env._(
            "%(warehouses)s: %(deliveries)s, %(cost)s, %(days)s",
            warehouses=" + ".join(names[house] for house in option.houses),
            deliveries=one if option.shipments == 1 else many,
            cost=order.company_id.currency_id.format(option.cost),
            days=day if option.arrival == 1 else days,
        )


def _lead(shares):
    """The warehouse that ships most units."""
    units = defaultdict(float)
    for parts in shares.values():
        for warehouse, part in parts.items():
            units[warehouse] += part
    return max(units, key=lambda warehouse: (units[warehouse], -warehouse), default=None)


def _plain(option, names):
    """An option as it is kept."""
    return {
        "warehouses": [names[house] for house in option.houses],
        "shipments": option.shipments,
        "cost": round(option.cost, 2),
        "margin": round(option.margin, 2),
        "arrival": option.arrival,
        "lateness": option.lateness,
        "missing": option.units_missing,
        "shares": {
            str(line): {str(house): units for house, units in parts.items()} for line, parts in option.shares.items()
        },
    }


def _clock(hours):
    return f"{int(hours):02d}:{round(hours % 1 * 60):02d}"
