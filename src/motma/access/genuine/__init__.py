"""A scanner's own code: whoever is to be read may first read who reads.

Owns the *statement* (the platform's word on device, role, place and what the role sees, at most ten
minutes) and the check of the text that the reader page makes of it every 30 seconds with its
device's key. Promises: a forged, changed, old or foreign text is never genuine, and on-line neither
is one of a lost device or an ended shift. A picture shown elsewhere within its minute looks
genuine: whoever checks compares the place's name with where they stand.
"""
