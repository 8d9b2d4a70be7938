"""A person's account: the devices, the phone and the passkeys that open their wallet.

Owns the tables `account_phone`, `sign_in`, `passkey` and `passkey_challenge`. There is no row
that is an account: whoever proved once to a registrar who they are has a device, and only from a
device of theirs is a phone or a passkey added. So nothing here ever decides who somebody is, and
nobody can take a QID that is not theirs.
"""
