from . import metrics, payload, webhook
