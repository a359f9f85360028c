"""A local Shopify: executes GraphQL over Shopify's own Admin schema, sends signed webhooks."""
