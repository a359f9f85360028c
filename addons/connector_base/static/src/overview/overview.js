import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Bars } from "./bars";
import { OverviewNumber } from "./overview_number";

const REFRESH = 30000;

/** The first screen of the connectors: how every backend is, and what needs a person. */
export class Overview extends Component {
    static template = "connector_base.Overview";
    static components = { Layout, Bars, OverviewNumber };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        // refreshing itself shall not make the page flicker, nor shout when the network is away
        this.quietOrm = this.orm.silent;
        this.action = useService("action");
        this.periods = [
            { key: "1h", label: _t("1 hour") },
            { key: "24h", label: _t("24 hours") },
            { key: "7d", label: _t("7 days") },
        ];
        this.state = useState({ period: this.remembered(), data: null, stale: false });
        this.display = { controlPanel: {} };
        onWillStart(() => this.load(this.orm));
        onMounted(() => {
            this.timer = browser.setInterval(() => this.refresh(), REFRESH);
        });
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    remembered() {
        const period = browser.localStorage.getItem("integration_overview.period");
        return ["1h", "24h", "7d"].includes(period) ? period : "24h";
    }

    async load(orm) {
        const period = this.state.period;
        const data = await orm.call("integration.overview", "action_load", [period]);
        if (period === this.state.period) {
            this.state.data = data;
            this.state.stale = false;
        }
    }

    /** Load again without a spinner; while nobody looks, not at all. */
    async refresh() {
        if (document.visibilityState === "hidden") {
            return;
        }
        try {
            await this.load(this.quietOrm);
        } catch {
            this.state.stale = true;
        }
    }

    async choose(period) {
        this.state.period = period;
        browser.localStorage.setItem("integration_overview.period", period);
        await this.load(this.orm);
    }

    get data() {
        return this.state.data;
    }

    get isNew() {
        return !this.data.backends.length;
    }

    /** Whether the counting stands still: the numbers would look better than they are. */
    get notCounted() {
        return (
            !this.data.counted_at ||
            luxon.DateTime.fromSQL(this.data.at) - luxon.DateTime.fromSQL(this.data.counted_at) > 300000
        );
    }

    open(action) {
        this.action.doAction(action);
    }

    configure() {
        this.action.doAction("connector_base.integration_backend_action", { viewType: "form" });
    }
}

registry.category("actions").add("integration_overview", Overview);
