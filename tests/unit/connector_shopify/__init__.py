"""Unit tests of ``addons/connector_shopify/lib``."""
