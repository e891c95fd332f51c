"""What is for sale, and how a wish becomes an order with a link."""
