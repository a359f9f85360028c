from . import shopify_location
