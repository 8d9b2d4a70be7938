"""QR text ⇄ values: pure, no input or output except drawing and reading symbols.

What others call (times and days are arguments, nothing reads a clock):

- `reading.recognise(text) -> Family` never raises;
  `reading.read(text | bytes, *, today) -> Reading` never raises: `problems` = malformed.
- `personal.read(text, *, today) -> Reading`, `personal.parse(text, *, today) -> Personal`
  (raises `Malformed`), `personal.serialise(value) -> str`, `personal.display_masked(value)`
  (the national six stars; `serialise` gives the full form).
- `issued.Issue(name=issued.fitted_name(hoten), born=issued.masked_birth(1989), qid=…, …)`,
  `issued.compose(issue, *, kid, sign) -> str`, `issued.parse(text) -> Issued`,
  `issued.is_issued(text) -> bool`, `living.strip_living(text) -> str`,
  `issued.verify(text, find_key) -> Signature`; `Issued.expired(on=day)`,
  `Card.stands(at=moment)`.
- `living.attach(text, *, name, secret, at) -> str`,
  `living.check(text, *, secret, at) -> bool`, `living.secret_name(text) -> int | None`.
- `jwks.parse(document) -> KeySet`, `KeySet.find(kid) -> PublicKey | None`.
- `cccd.read`, `bhyt.read` (like `personal.read`); `place.compose`, `place.parse`, `place.verify`.
- `symbols.draw_svg(text)`, `symbols.draw_png(text, scale=8)`, `symbols.version(text)`,
  `symbols.modules(text)` for terminals;
  `pictures.read_picture(data) -> list[str]` decodes in a subprocess with limits; a server keeps
  one `pictures.PictureReader()` and calls its `read` in a thread.

Words: a *problem* makes a text malformed, a *warning* does not; both are `Finding`s with a
permanent code. *Issued* is our own signed form of the national string.
"""
