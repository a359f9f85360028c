"""The canonical documents as JSON Schema, for partners and for people.

``python -m`` does not reach into an addon, so ``write`` is called by whoever
releases; a test fails when the files in ``docs/contracts`` are older than the code.
"""

from __future__ import annotations

import json
from pathlib import Path

from . import documents
from .documents import Document

#: documents that travel on their own; the others are parts of these
TOP_LEVEL = (
    documents.CancellationRequest,
    documents.CatalogueUpdate,
    documents.Location,
    documents.NewListing,
    documents.Order,
    documents.Payout,
    documents.Product,
    documents.RefundRequest,
    documents.ReturnRequest,
    documents.ReturnStep,
    documents.ReturnExecution,
    documents.Shipment,
    documents.StockUpdate,
)


def file_name(model: type[Document]) -> str:
    """Name of the file a document's schema is kept in."""
    return f"{model.__name__}.schema.json"


def render(model: type[Document]) -> str:
    """The JSON Schema (2020-12) of a document, as text with a stable order."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write(folder: Path) -> list[Path]:
    """Write all schemas into ``folder`` and give back the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for model in TOP_LEVEL:
        path = folder / file_name(model)
        path.write_text(render(model), encoding="utf-8")
        written.append(path)
    return written


def outdated(folder: Path) -> list[str]:
    """Names of the files in ``folder`` that are missing or differ from the code."""
    names = []
    for model in TOP_LEVEL:
        path = folder / file_name(model)
        if not path.exists() or path.read_text(encoding="utf-8") != render(model):
            names.append(path.name)
    return names
