import { Component } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const HEIGHT = 100;

/** A small graph: what was done, and in red on top of it what failed, bar by bar. */
export class Bars extends Component {
    static template = "connector_base.OverviewBars";
    static props = {
        series: Object,
        since: String,
        bar: Number,
        label: String,
        axis: { type: Boolean, optional: true },
    };

    get series() {
        return this.props.series.done ? this.props.series : { done: [], failed: [] };
    }

    get bars() {
        const { done, failed } = this.series;
        const highest = Math.max(1, ...done.map((count, index) => count + failed[index]));
        return done.map((count, index) => ({
            index,
            done: count && Math.max(2, (count / highest) * HEIGHT),
            failed: failed[index] && Math.max(3, (failed[index] / highest) * HEIGHT),
            title: _t("%(time)s: %(done)s done, %(failed)s failed", {
                time: this.time(index),
                done: count,
                failed: failed[index],
            }),
        }));
    }

    /** What the graph says, in words. */
    get summary() {
        const sum = (values) => values.reduce((a, b) => a + b, 0);
        return _t("%(label)s: %(done)s done, %(failed)s failed", {
            label: this.props.label,
            done: sum(this.series.done),
            failed: sum(this.series.failed),
        });
    }

    get start() {
        return deserializeDateTime(this.props.since);
    }

    time(index) {
        const time = this.start.plus({ seconds: index * this.props.bar });
        return time.toLocaleString(
            this.props.bar > 3600
                ? { weekday: "short", hour: "numeric", minute: "2-digit" }
                : { hour: "numeric", minute: "2-digit" },
        );
    }

    get ends() {
        return { from: this.time(0), to: _t("now") };
    }
}
