"""What can go wrong with sound, named by what the caller should do about it."""


class SoundError(Exception):
    """Base of this page. The text is one sentence for the owner of the box."""


class LibraryMissing(SoundError):
    """A system library is not installed: tell the owner which package to install, do not retry."""


class CountryUnknown(SoundError, ValueError):
    """No such country file: ask for one of those that exist."""


class CountryInvalid(SoundError, ValueError):
    """A country file says something that cannot be played: the text names file, table and key; correct it there."""


class WavWrong(SoundError, ValueError):
    """The data is no WAV file that a line can play: the text says what is allowed."""
