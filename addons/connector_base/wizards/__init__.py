from . import (
    integration_audit_check,
    integration_fix_decide,
    integration_forget,
    integration_mapping_preview,
    integration_pause,
    integration_payload,
    integration_replay_start,
    integration_resolve,
    integration_retention_preview,
    integration_retention_preview_line,
    integration_snooze,
)
