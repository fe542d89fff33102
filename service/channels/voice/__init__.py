"""Calls: taken by people in this version, and entered by them."""
