import { Component, markup, onWillStart, useState } from "@odoo/owl";
import { Layout } from "@web/search/layout";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { useService } from "@web/core/utils/hooks";

/** The dependency map of all flows; a click on a box opens what it stands for. */
export class FlowMap extends Component {
    static template = "connector_base.FlowMap";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ picture: "" });
        onWillStart(async () => {
            // drawn by the server, which escapes every name in it
            this.state.picture = markup(await this.orm.call("integration.flow", "action_dependency_map", []));
        });
    }

    onClick(ev) {
        const [kind, id] = (ev.target.closest("[data-open]")?.dataset.open || "").split(":");
        if (!id) {
            return;
        }
        this.action.doAction({
            type: "ir.actions.act_window",
            name: kind === "flow" ? _t("Flow") : _t("Backend"),
            res_model: `integration.${kind}`,
            res_id: Number(id),
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("connector_base.flow_map", FlowMap);
