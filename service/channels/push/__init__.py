"""Web push: notifications on devices whose browser was allowed to show them."""
