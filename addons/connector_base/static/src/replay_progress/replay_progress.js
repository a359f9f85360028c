import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component, onMounted, onWillUnmount } from "@odoo/owl";

const RELOAD_MS = 3000;

/** A bar of what has become of a bulk replay's messages; follows it while it runs. */
export class ReplayProgress extends Component {
    static template = "connector_base.ReplayProgress";
    static props = { ...standardFieldProps };

    setup() {
        onMounted(() => {
            this.timer = setInterval(() => this.follow(), RELOAD_MS);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    async follow() {
        const { state, open_count } = this.props.record.data;
        if ((state === "running" || open_count > 0) && !document.hidden) {
            await this.props.record.load();
        }
    }

    get parts() {
        const { data } = this.props.record;
        const share = (count) => (data.total ? (100 * count) / data.total : 0);
        return [
            { name: "done", tone: "success", width: share(data.done_count) },
            { name: "blocked", tone: "warning", width: share(data.blocked_count) },
            { name: "dead", tone: "danger", width: share(data.dead_count) },
            { name: "skipped", tone: "secondary", width: share(data.skipped_count) },
            { name: "open", tone: "info progress-bar-striped", width: share(data.open_count) },
        ];
    }

    get text() {
        const { data } = this.props.record;
        const settled = data.done_count + data.blocked_count + data.dead_count + data.skipped_count;
        return _t("%(settled)s of %(total)s", { settled, total: data.total });
    }
}

registry.category("fields").add("integration_progress", {
    component: ReplayProgress,
    supportedTypes: ["float"],
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "total", type: "integer" },
        { name: "done_count", type: "integer" },
        { name: "blocked_count", type: "integer" },
        { name: "dead_count", type: "integer" },
        { name: "skipped_count", type: "integer" },
        { name: "open_count", type: "integer" },
    ],
});
