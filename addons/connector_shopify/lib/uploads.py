"""Files for Shopify: it says where one is to be put, and is then told of it.

Admin API, ``stagedUploadsCreate``: a place and the fields that permit to use it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .client import ShopifyClient, user_error
from .operations import operation

STAGE = "staged_uploads_create"


@dataclass(frozen=True)
class Place:
    """Where a file is.

    :ivar key: its name there
    :ivar url: its address, "" where Shopify takes the name alone
    """

    key: str
    url: str


def upload(client: ShopifyClient, resource: str, filename: str, mimetype: str, content: bytes) -> Place:
    """Put a file where Shopify wants it. A second one, that nobody is told of, does no harm.

    :param resource: what it is for (StagedUploadTargetGenerateUploadResource)
    """
    given = {"resource": resource, "filename": filename, "mimeType": mimetype, "httpMethod": "POST"}
    answer = client.mutate(STAGE, operation(STAGE).body({"input": [given]}), safe=True)
    payload = answer.data.get("stagedUploadsCreate") or {}
    error = user_error(payload.get("userErrors") or [], category="catalogue")
    if error:
        raise error
    target = payload["stagedTargets"][0]
    fields = [(entry["name"], entry["value"]) for entry in target["parameters"]]
    client.upload(target["url"], fields, filename, content, mimetype)
    return Place(dict(fields)["key"], target.get("resourceUrl") or "")
