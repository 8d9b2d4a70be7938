"""Short messages to a person's phone: the queue, who sends them, and how long that takes now.

Owns the tables `local.message`, `local.message_pace`. A message waits sealed; it is sent at least
once, never after it is out of date, and its row goes with it. A sender that dies between sending
and saying so sends the same text to the same number again, never to another. Number and text
stand in no log, metric or error.
"""
