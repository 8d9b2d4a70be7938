"""motma: one personal QR per person, shared by every epidemic-prevention app."""
