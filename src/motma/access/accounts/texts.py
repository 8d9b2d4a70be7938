"""What our short messages say: plain letters, so that 160 of them fit and every phone shows them.

Vietnamese without its marks, as banks here write it, then English.
"""


def sign_in_code(code: str, *, host: str) -> str:
    """The code to sign in; the last line lets a browser fill it in on our pages only.

    >>> len(sign_in_code("123456", host="qr.suckhoe.example.vn")) <= 160
    True
    """
    said = f"{code} la ma dang nhap Mot Ma. KHONG dua cho ai, ke ca can bo. Tell nobody."
    return _bound(said, code, host)


def binding_code(code: str, *, host: str) -> str:
    """The code that binds a phone.

    >>> len(binding_code("123456", host="qr.suckhoe.example.vn")) <= 160
    True
    """
    said = f"{code} la ma gan so nay vao Mot Ma. KHONG dua cho ai, ke ca can bo. Tell nobody."
    return _bound(said, code, host)


def new_device() -> str:
    """Somebody signed in.

    >>> len(new_device()) <= 160
    True
    """
    return (
        "Mot Ma: co may moi dung ma cua ban. Khong phai ban? Mo vi, xoa may do, "
        "hoac den noi dang ky. New device shows your code."
    )


def new_passkey() -> str:
    """Something new opens the account.

    >>> len(new_passkey()) <= 160
    True
    """
    return (
        "Mot Ma: tai khoan cua ban co them mot passkey. Khong phai ban? Mo vi va xoa no, "
        "hoac den noi dang ky. A passkey was added."
    )


def passkey_removed() -> str:
    """Something no longer opens the account.

    >>> len(passkey_removed()) <= 160
    True
    """
    return "Mot Ma: mot passkey cua ban da bi xoa. A passkey of yours was removed."


def phone_removed() -> str:
    """The number signs in nobody any more.

    >>> len(phone_removed()) <= 160
    True
    """
    return "Mot Ma: so nay khong con dang nhap duoc nua. This number no longer signs in."


def _bound(said: str, code: str, host: str) -> str:
    """With the line of https://wicg.github.io/sms-one-time-codes/ where it fits."""
    line = f"\n@{host} #{code}"
    return said + line if host and len(said) + len(line) <= _ONE_MESSAGE else said


_ONE_MESSAGE = 160
