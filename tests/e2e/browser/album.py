"""Which pictures there are: whose window, and what that person does before looking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.scenario.client import Odoo
from tests.e2e.browser.desk import Desk
from tests.e2e.browser.people import ALSO, make_person
from tests.e2e.browser.scene import RATE, Scene

Show = Callable[[Desk, Scene], None]


@dataclass(frozen=True)
class Picture:
    """One screen.

    :param name: of its file
    :param show: brings the screen up
    :param role: whose window it is
    :param phone: whether there is one of a phone, too
    """

    name: str
    show: Show
    role: str = "operator"
    phone: bool = True


def action(external_id: str, record: str = "", view: str = "") -> Show:
    """Show a window action.

    :param record: name among the scene's ids of the record whose form is shown
    :param view: kind of view other than the first
    """

    def show(desk: Desk, scene: Scene) -> None:
        number = f"/{scene.ids[record]}" if record else ""
        desk.go(f"/odoo/action-{external_id}{number}{f'?view_type={view}' if view else ''}")

    return show


def after(show: Show, *steps: Callable[[Desk], None]) -> Show:
    """Show something and do something with it."""

    def both(desk: Desk, scene: Scene) -> None:
        show(desk, scene)
        desk.settle()
        for step in steps:
            step(desk)

    return both


def pressing(*names: str) -> Show:
    """Press buttons one after the other, as a step of ``after``."""

    def step(desk: Desk) -> None:
        for name in names:
            desk.press_anywhere(name)
            desk.settle()

    return step


def tab(name: str) -> Callable[[Desk], None]:
    """Open a tab of a form, as a step of ``after``."""
    return lambda desk: desk.page.get_by_role("tab", name=name, exact=True).click()


def down_to(text: str) -> Callable[[Desk], None]:
    """Scroll until something is seen, as a step of ``after``."""
    return lambda desk: desk.page.get_by_text(text).first.evaluate("found => found.scrollIntoView({block: 'center'})")


def filling(field: str, text: str) -> Callable[[Desk], None]:
    """Enter something into the first line of a dialog's list, as a step of ``after``."""

    def step(desk: Desk) -> None:
        cell = desk.page.locator(f".modal .o_data_cell[name='{field}']").first
        cell.click()
        desk.page.locator(f".modal div[name='{field}'] input").first.fill(text)
        desk.page.keyboard.press("Tab")
        desk.settle()

    return step


def choosing(label: str) -> Callable[[Desk], None]:
    """Take the first that a field offers, as a step of ``after``."""

    def step(desk: Desk) -> None:
        field = desk.page.get_by_label(label, exact=True).first
        if not field.input_value():
            field.click()
            desk.page.get_by_role("option").first.click()

    return step


def offering(desk: Desk, scene: Scene) -> None:
    """Offer a product at a channel, from its form."""
    action("stock.product_template_action_product", "template")(desk, scene)
    desk.settle()
    desk.page.locator(".o_cp_action_menus button").first.click()
    desk.page.get_by_role("menuitem", name="Offer at a channel").click()
    desk.dialog("Offer at a channel")


def overview(desk: Desk, scene: Scene) -> None:
    """The first screen."""
    desk.begin()


def story(desk: Desk, scene: Scene) -> None:
    """Find, and the story of a shipped order."""
    desk.go("/odoo/action-connector_base.integration_story_action")
    desk.page.get_by_role("searchbox").fill(scene.ids["number"])
    desk.press("Find")
    desk.page.get_by_role("listitem").first.wait_for()


def replay_start(desk: Desk, scene: Scene) -> None:
    """What a manager is asked before many are replayed."""
    action("connector_base.integration_replay_action")(desk, scene)
    desk.settle()
    desk.press_anywhere("Replay many")
    dialog = desk.dialog("Replay many messages")
    dialog.get_by_label("Messages a minute").fill(str(RATE))
    dialog.get_by_label("Reason").fill("The shop answers again")


def replay_progress(desk: Desk, scene: Scene) -> None:
    """A bulk replay at work, started the first time."""
    if "replay" not in scene.ids:
        replay_start(desk, scene)
        desk.press("Replay", desk.dialog("Replay many messages"))
        desk.page.get_by_role("progressbar").first.wait_for()
        scene.ids["replay"] = scene.one("integration.replay", ("state", "=", "running"), order="id desc")
        scene.hub.until(
            lambda: scene.hub.odoo.read("integration.replay", [scene.ids["replay"]], ["done_count"])[0]["done_count"],
            "some are done",
        )
    action("connector_base.integration_replay_action", "replay")(desk, scene)


def correction(desk: Desk, scene: Scene) -> None:
    """A message being corrected, with what changes; begun the first time."""
    if "edit" not in scene.ids:
        action("connector_base.integration_message_action", "blocked")(desk, scene)
        desk.settle()
        desk.press_anywhere("Correct and replay")
        text = desk.page.locator("textarea").first
        text.wait_for()
        text.fill(text.input_value().replace("SHOP-ONLY-1", "HUB-0001"))
        desk.page.get_by_label("Why").fill("The customer meant the ceramic one")
        desk.page.keyboard.press("Tab")
        desk.press_anywhere("Save manually")
        desk.settle()
        scene.ids["edit"] = scene.one("integration.message.edit", order="id desc")
    action("connector_base.integration_message_edit_action", "edit")(desk, scene)


def approval(desk: Desk, scene: Scene) -> None:
    """The same, as the manager sees it who decides; handed in the first time."""
    edit = scene.ids["edit"]
    if scene.hub.odoo.read("integration.message.edit", [edit], ["state"])[0]["state"] == "draft":
        login = make_person(scene.hub.odoo, "operator", *ALSO)
        writer = Odoo(scene.hub.server.url, scene.hub.server.database, login, login)
        writer.press("integration.message.edit", "action_submit", [edit])
    action("connector_base.integration_message_edit_action", "edit")(desk, scene)


def settings(desk: Desk, scene: Scene) -> None:
    """The suite's part of the settings."""
    desk.go("/odoo/settings")
    desk.page.get_by_role("tab", name="Connectors").or_(desk.page.get_by_text("Connectors", exact=True)).first.click()


EXCEPTIONS = "connector_base.integration_exception_action"
MESSAGES = "connector_base.integration_message_action"
BACKENDS = "connector_base.integration_backend_action"

ALBUM = (
    Picture("overview", overview),
    Picture("exceptions", action(EXCEPTIONS)),
    Picture("exceptions-list", action(EXCEPTIONS, view="list"), phone=False),
    Picture("exception", action(EXCEPTIONS, "product")),
    Picture("exception-fix", after(action(EXCEPTIONS, "product"), pressing("Choose the product"))),
    Picture("messages", action(MESSAGES)),
    Picture("message", action(MESSAGES, "message")),
    Picture("message-calls", after(action(MESSAGES, "shipment"), tab("Calls"))),
    Picture("payload", after(action(MESSAGES, "message"), tab("Payload"))),
    Picture("correction", correction),
    Picture("story", story),
    Picture("replay-start", replay_start, "manager"),
    Picture("replay-progress", replay_progress, "manager"),
    Picture("replays", action("connector_base.integration_replay_action"), "manager"),
    Picture("alerts", action("connector_base.integration_alert_action")),
    Picture("backends", action(BACKENDS, view="list")),
    Picture("backend", action(BACKENDS, "backend"), "admin"),
    Picture("pause", after(action(BACKENDS, "backend"), pressing("Pause"))),
    Picture("flows", action("connector_base.integration_flow_action"), "manager"),
    Picture("flow", action("connector_base.integration_flow_action", "flow"), "manager"),
    Picture("catalogue", action("connector_base.integration_flow_catalogue_action"), "manager"),
    Picture("map", action("connector_base.integration_flow_map_action"), "manager"),
    Picture("mappings", action("connector_base.integration_mapping_action"), "manager"),
    Picture("mapping-change", action("connector_base.integration_mapping_version_action", "version"), "manager"),
    Picture(
        "mapping-preview",
        after(action("connector_base.integration_mapping_version_action", "version"), pressing("What would change?")),
        "manager",
        phone=False,
    ),
    Picture("audit", action("connector_base.integration_audit_action"), "manager"),
    Picture("audit-check", action("connector_base.integration_audit_check_action"), "manager"),
    Picture("traffic", action("connector_base.integration_rollup_action")),
    Picture("settings", settings, "admin"),
    Picture("approval", approval, "manager"),
    Picture("order-held", action("connector_oms.integration_order_action", "held")),
    Picture("transfer-held", action("stock.action_picking_tree_all", "transfer")),
    Picture("purchase-late", action("purchase.purchase_form_action", "purchase"), "admin"),
    Picture("owners", action("connector_base.integration_exception_rule_action"), "manager"),
    Picture("fixes", action("connector_base.integration_mend_action")),
    Picture("backlogs", action("connector_base.integration_release_action")),
    Picture("retention", action("connector_base.integration_retention_action"), "admin"),
    Picture(
        "retention-preview",
        after(action("connector_base.integration_retention_action"), pressing("Show what would go")),
        "admin",
        phone=False,
    ),
    Picture("forget", action("connector_base.integration_forget_action"), "admin"),
    Picture("stock-rules", action("connector_oms.integration_stock_rule_action"), "manager"),
    Picture("stock-pools", action("connector_oms.integration_stock_source_action"), "manager"),
    Picture("warehouse", after(action("stock.action_warehouse_form", "warehouse"), tab("Channels")), "admin"),
    Picture(
        "warehouse-routing",
        after(
            action("stock.action_warehouse_form", "warehouse"),
            tab("Routing"),
            down_to("What bringing goods from other warehouses takes"),
        ),
        "admin",
        phone=False,
    ),
    Picture("order-rules", action("connector_oms.integration_order_rule_action"), "manager"),
    Picture("routing", action("connector_oms.integration_routing_ruleset_action", "ruleset"), "manager"),
    Picture("decisions", action("connector_oms.integration_routing_decision_action"), "manager"),
    Picture("allocation", action(EXCEPTIONS, "allocation")),
    Picture("routing-choice", after(action(EXCEPTIONS, "allocation"), pressing("Choose how to ship it"))),
    Picture(
        "routing-simulation",
        after(
            action("connector_oms.integration_routing_ruleset_action", "ruleset"),
            pressing("Try on past orders", "Try"),
        ),
        "manager",
    ),
    Picture("returns", action("connector_oms.integration_return_action")),
    Picture("return", action("connector_oms.integration_return_action", "return")),
    Picture("inspection", after(action("connector_oms.integration_return_action", "return"), pressing("Inspect"))),
    Picture("refunds", action("connector_oms.integration_refund_action")),
    Picture("payouts", action("connector_oms.integration_payout_action"), "manager"),
    Picture("payout", action("connector_oms.integration_payout_action", "payout"), "manager"),
    Picture(
        "books",
        after(action("connector_oms.integration_books_check_action"), choosing("Channel"), pressing("Compare")),
        phone=False,
    ),
    Picture("matches", action("connector_oms.integration_product_match_action")),
    Picture("offer", offering),
    Picture("listings", action("connector_oms.integration_catalogue_value_action")),
    Picture("listing", action("connector_oms.integration_catalogue_value_action", "description")),
    Picture("listings-owner", after(action(BACKENDS, "backend"), tab("Catalogue")), "admin"),
    Picture("listings-decide", after(action(EXCEPTIONS, "both"), pressing("Decide for all"))),
    Picture("return-start", after(action("connector_oms.integration_order_action", "sold"), pressing("Return"))),
    Picture(
        "refund-start",
        after(
            action("connector_oms.integration_order_action", "sold"),
            pressing("Refund at the channel"),
            filling("quantity", "1"),
            pressing("Reckon"),
        ),
        phone=False,
    ),
)
