"""What of a person's log stands in their inbox, and what of it they have read.

Owns `inbox_mark`. An item is an event of the log; its words are the outer layer's. A mark is the
person's, whichever device set it.
"""
