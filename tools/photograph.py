"""Makes a poor photo of a picture, to try the reading of codes: `photograph.py CARD.png PHOTO.jpg`.

The picture is tilted, turned, darkened, blurred, made noisy and compressed; the same picture gives
the same photo. The measured battery of damages stands in bench/.
"""

import random
import sys
from typing import Final

from PIL import Image, ImageEnhance, ImageFilter

#: Side of the photo, pixels.
SIDE: Final = 800
_QUALITY: Final = 40
_TURN_DEGREES: Final = 7.0
_LIGHT: Final = 0.7
_BLUR_PIXELS: Final = 1.2
_NOISE: Final = 0.12  # share of the photo that is noise


def photograph(picture: Image.Image) -> Image.Image:
    """The picture as a hurried hand with an old phone would take it."""
    table = Image.new("L", (SIDE, SIDE), 150)
    card = picture.convert("L").resize((SIDE * 2 // 3, SIDE * 2 // 3))
    table.paste(card, (SIDE // 6, SIDE // 6))
    # the far edge is shorter than the near one
    corners = (-40, -20, 10, SIDE + 10, SIDE - 10, SIDE + 10, SIDE + 40, -20)
    tilted = table.transform(table.size, Image.Transform.QUAD, corners, fillcolor=150)
    turned = tilted.rotate(_TURN_DEGREES, Image.Resampling.BILINEAR, fillcolor=150)
    dark = ImageEnhance.Brightness(turned).enhance(_LIGHT)
    blurred = dark.filter(ImageFilter.GaussianBlur(_BLUR_PIXELS))
    grain = Image.frombytes("L", blurred.size, random.Random(1405).randbytes(SIDE * SIDE))  # noqa: S311 - grain, no secret
    return Image.blend(blurred, grain, _NOISE)


def main() -> None:
    """Read one picture, write its photo."""
    if len(sys.argv) != 3:  # noqa: PLR2004 - the programme and two files
        sys.exit("photograph.py CARD.png PHOTO.jpg")
    with Image.open(sys.argv[1]) as picture:
        photograph(picture).save(sys.argv[2], "JPEG", quality=_QUALITY)


if __name__ == "__main__":
    main()
