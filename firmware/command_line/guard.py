"""The top of every command: turns whatever goes wrong into sentences on stderr and an exit code. No traceback reaches a user."""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable

from firmware.client import DeviceAbsent
from firmware.command_line.errors import Misused, Undone
from firmware.orders import OrderRefused
from firmware.settings.errors import SettingsUnsaved, SettingsWrong
from firmware.state_folder import FolderError

UNDONE = 1
MISUSED = 2
INTERRUPTED = 130
"""What a shell gives for Ctrl-C: 128 + SIGINT."""


def guarded(command: Callable[[], int]) -> int:
    try:
        code = command()
        sys.stdout.flush()
    except (Undone, DeviceAbsent, OrderRefused, SettingsUnsaved) as error:
        return _say(str(error), UNDONE)
    except (Misused, SettingsWrong, FolderError) as error:
        return _say(str(error), MISUSED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of our output left (keepline calls | head): there is nobody to tell, also not at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNDONE
    except Exception as error:  # noqa: BLE001 - the guard is what it is for
        return _unexpected(error)
    return code


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - words on stderr
    return code


def _unexpected(error: Exception) -> int:
    if os.environ.get("KEEPLINE_DEBUG") == "1":
        traceback.print_exc()
    return _say(f"keepline stopped unexpectedly ({type(error).__name__}); {_kept(error)}", UNDONE)


def _kept(error: Exception) -> str:
    """Keep the traceback where the owner can send it from; says where."""
    try:
        with tempfile.NamedTemporaryFile("w", prefix="keepline-trouble-", suffix=".log", delete=False) as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return "KEEPLINE_DEBUG=1 shows more"
    return f"the details are in {file.name}, KEEPLINE_DEBUG=1 shows them here"
