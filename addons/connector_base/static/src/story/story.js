import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useState } from "@odoo/owl";

/** One box that finds whatever a caller has in hand, and the story of what was found. */
export class Story extends Component {
    static template = "connector_base.Story";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        useAutofocus({ refName: "text" });
        this.state = useState({ text: "", chains: null, story: null, busy: false });
        this.display = { controlPanel: {} };
        onWillStart(async () => {
            const { correlation } = this.props.action.params || {};
            if (correlation) {
                await this.tell(correlation);
            }
        });
    }

    async find() {
        if (!this.state.text.trim() || this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            const { chains } = await this.orm.call("integration.find", "action_find", [this.state.text]);
            this.state.chains = chains;
            this.state.story = null;
            if (chains.length === 1) {
                await this.tell(chains[0].correlation);
            }
        } finally {
            this.state.busy = false;
        }
    }

    async tell(correlation) {
        const story = await this.orm.call("integration.timeline", "action_read", [correlation]);
        this.state.story = { ...story, days: this.byDay(story.entries) };
    }

    /** Entries under the day they happened on, in the reader's time zone. */
    byDay(entries) {
        const days = [];
        entries.forEach((entry, index) => {
            const at = deserializeDateTime(entry.at);
            const name = at.toLocaleString({
                weekday: "long",
                day: "numeric",
                month: "long",
                year: "numeric",
            });
            if (!days.length || days[days.length - 1].name !== name) {
                days.push({ name, entries: [] });
            }
            days[days.length - 1].entries.push({ ...entry, index, time: at.toFormat("HH:mm:ss") });
        });
        return days;
    }

    when(at) {
        return at ? formatDateTime(deserializeDateTime(at)) : "";
    }

    tone(state) {
        const tones = {
            blocked: "danger",
            dead: "danger",
            ambiguous: "warning",
            retry: "warning",
            pending: "info",
        };
        return tones[state] || "success";
    }

    get hint() {
        return _t("Order number, ID, tracking number, e-mail or correlation ID");
    }

    back() {
        this.state.story = null;
    }

    open(entry) {
        if (entry.model) {
            this.action.doAction({
                type: "ir.actions.act_window",
                res_model: entry.model,
                res_id: entry.res_id,
                views: [[false, "form"]],
            });
        }
    }
}

registry.category("actions").add("integration_story", Story);
