"""What is printed: cards, sheets of cards, activation slips, posters of places, one's own data.

Words: a *document* is JSON that the templates turn into a PDF; a *part* of it is a run of like
pages; a *press* is the process that does it; a *job* is a bulk print into a folder.

Promises: what people wrote is data for the templates and never their source; a code on paper is
signed as paper and carries no colour; no font and no file of the machine is used, so that the same
document gives the same bytes; each code that is printed leaves an event first.
"""
