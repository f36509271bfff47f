"""From raw deliveries to a checked, published warehouse of public-governance indicators."""
