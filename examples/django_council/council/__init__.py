"""A made-up council."""
