"""The sector engine: circuits that conserve particle numbers, only the states that have them."""
