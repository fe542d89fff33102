"""Stand-ins for vendors: real servers on loopback that behave as the vendor does, for use without
API keys."""
