import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

const TONES = { "+": "text-bg-success", "-": "text-bg-danger", "@": "text-muted" };

/** Lines of a difference: what goes in red, what comes in green. */
export class DiffField extends Component {
    static template = "connector_base.DiffField";
    static props = { ...standardFieldProps };

    get lines() {
        const text = this.props.record.data[this.props.name] || "";
        return text.split("\n").map((line) => ({
            text: line.startsWith("@@") ? "…" : line || " ",
            tone: TONES[line[0]] || "",
        }));
    }
}

registry.category("fields").add("integration_diff", { component: DiffField, supportedTypes: ["text"] });
