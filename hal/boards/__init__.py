"""Reads the description of a board, the file that says which GPIO is which wire, and tells in a sentence what is wrong with it.

It knows the notation (`README.md` here), not the values, and opens nothing but the file: which hardware answers is the driver's affair.
"""

import tomllib
from pathlib import Path

from hal.boards.description import Description
from hal.boards.reading import read_description
from hal.errors import PartMisused

BOARDS = Path(__file__).parent


def board_names() -> tuple[str, ...]:
    """The boards described here, sorted."""
    return tuple(sorted(file.stem for file in BOARDS.glob("*.toml")))


def load_board(name_or_path: str) -> Description:
    """A board described here, by its name, or one of the owner's, by the path of its file (it has a slash or ends in .toml)."""
    own = "/" in name_or_path or name_or_path.endswith(".toml")
    if not own and name_or_path not in board_names():
        raise PartMisused(
            f"There is no board {name_or_path!r}: the boards are {', '.join(board_names())}, or the path of a description of your own."
        )
    file = Path(name_or_path) if own else BOARDS / f"{name_or_path}.toml"
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PartMisused(f"The board description {file} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise PartMisused(f"The board description {file} is not TOML: {error}.") from error
    return read_description(entries, str(file) if own else file.name)
