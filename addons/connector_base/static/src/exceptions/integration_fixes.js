import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

/** The buttons that put an exception right: on the exception itself. */
export class IntegrationFixes extends Component {
    static template = "connector_base.IntegrationFixes";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get fixes() {
        return this.props.record.data[this.props.name] || [];
    }

    /** Open the wizard of a fix, and read the record again when it closes. */
    async open(exceptionId, code) {
        const record = this.props.record;
        if (await record.isDirty()) {
            await record.save();
        }
        const action = await this.orm.call("integration.exception", "action_fix", [[exceptionId], code]);
        await this.action.doAction(action, { onClose: () => record.load() });
    }

    onFix(fix) {
        return this.open(this.props.record.resId, fix.code);
    }
}

/** What is wrong with a business record, each with its buttons. */
export class IntegrationBanner extends IntegrationFixes {
    static template = "connector_base.IntegrationBanner";

    get exceptions() {
        return this.props.record.data[this.props.name] || [];
    }

    onOpen(exception) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "integration.exception",
            res_id: exception.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("fields").add("integration_fixes", {
    component: IntegrationFixes,
    supportedTypes: ["json"],
});
registry.category("fields").add("integration_banner", {
    component: IntegrationBanner,
    supportedTypes: ["json"],
});
