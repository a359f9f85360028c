"""Canonical documents: the only language adapters and the business share."""

from .base import Document
from .catalogue import CatalogueUpdate, ListingUpdate, ListPrice, NewImage, NewListing, NewVariant, PriceList
from .order import (
    Cancellation,
    CancellationRequest,
    Charge,
    Discount,
    Hold,
    Order,
    OrderLine,
    Payment,
    Totals,
)
from .order_tax import TaxAmount
from .party import Address, BuyerCompany, Customer
from .payout import BalanceTransaction, Payout
from .product import Location, Product
from .returns import (
    Refund,
    RefundLine,
    RefundRequest,
    RefundRequestLine,
    Return,
    ReturnExchange,
    ReturnExecution,
    ReturnLine,
    ReturnPart,
    ReturnRequest,
    ReturnRequestExchange,
    ReturnRequestLine,
    ReturnStep,
)
from .shipment import Package, Shipment, ShipmentLine, Tracking
from .stock import StockLevel, StockUpdate

__all__ = [
    "NewImage",
    "NewListing",
    "NewVariant",
    "Address",
    "BalanceTransaction",
    "BuyerCompany",
    "Cancellation",
    "CancellationRequest",
    "CatalogueUpdate",
    "Charge",
    "Customer",
    "Discount",
    "Document",
    "Hold",
    "ListPrice",
    "ListingUpdate",
    "Location",
    "Order",
    "OrderLine",
    "Package",
    "Payment",
    "Payout",
    "PriceList",
    "Product",
    "Refund",
    "RefundLine",
    "RefundRequest",
    "RefundRequestLine",
    "Return",
    "ReturnExchange",
    "ReturnExecution",
    "ReturnLine",
    "ReturnPart",
    "ReturnRequest",
    "ReturnRequestExchange",
    "ReturnRequestLine",
    "ReturnStep",
    "Shipment",
    "ShipmentLine",
    "StockLevel",
    "StockUpdate",
    "TaxAmount",
    "Totals",
    "Tracking",
]
