"""motma: one personal QR per person, shared by every epidemic-prevention app."""

__version__ = "0.1.0"
