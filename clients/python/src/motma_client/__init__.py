"""For the server of an app that connects to motma: consent, the code to display, changes."""

from motma_client.app import App, Declined
from motma_client.hooks import verify
from motma_client.keys import Key

__all__ = ["App", "Declined", "Key", "verify"]
