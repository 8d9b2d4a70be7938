"""Makes an app's key: `python -m motma_client app.key app.jwk`."""

import json
import sys
from pathlib import Path

from motma_client.keys import Key


def main() -> None:
    """Write the private half to the first file, the public half to the second."""
    if len(sys.argv) != 3:  # noqa: PLR2004 - the program and two files
        sys.exit("usage: python -m motma_client app.key app.jwk")
    key = Key.make()
    key.save(sys.argv[1])
    Path(sys.argv[2]).write_text(json.dumps(key.jwk) + "\n")


if __name__ == "__main__":
    main()
