import { Component } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatFloat, formatInteger } from "@web/views/fields/formatters";

const UNITS = [
    [86400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
];

/** A duration in its two largest units: 3 d 4 h, 12 min, 0.4 s. */
export function formatSeconds(seconds) {
    if (seconds < 10) {
        return `${formatFloat(seconds, { digits: [16, 1] })} s`;
    }
    const index = UNITS.findIndex(([size]) => seconds >= size);
    const [size, unit] = UNITS[index];
    const whole = Math.floor(seconds / size);
    const next = UNITS[index + 1];
    const rest = next && whole < 10 ? Math.floor((seconds % size) / next[0]) : 0;
    return rest ? `${whole} ${unit} ${rest} ${next[1]}` : `${whole} ${unit}`;
}

/** One number, as a button that opens the records behind it. */
export class OverviewNumber extends Component {
    static template = "connector_base.OverviewNumber";
    static props = {
        number: Object,
        open: Function,
        about: { type: String, optional: true },
        bare: { type: Boolean, optional: true },
        large: { type: Boolean, optional: true },
    };

    get text() {
        const { value, kind } = this.props.number;
        if (value === null || value === undefined || value === false) {
            return "–";
        }
        switch (kind) {
            case "percent":
                return _t("%s%", formatFloat(value, { digits: [16, 1] }));
            case "seconds":
                return formatSeconds(value);
            case "time":
                return deserializeDateTime(value).toRelative();
            default:
                return formatInteger(value);
        }
    }

    /** The exact time, in the user's own zone. */
    get title() {
        const { value, kind } = this.props.number;
        return kind === "time" && value ? formatDateTime(deserializeDateTime(value)) : undefined;
    }

    get label() {
        const label = `${this.props.number.label}: ${this.text}`;
        return this.props.about ? `${this.props.about}, ${label}` : label;
    }

    get tone() {
        return this.props.number.tone ? `o_tone_${this.props.number.tone}` : "";
    }
}
