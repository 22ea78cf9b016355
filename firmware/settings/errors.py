"""What can be wrong with the settings file, named by what the caller should do about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """One thing to correct. `table` is "device", "account.1" (counted from 1) or "" for the file itself; `key` may be ""."""

    table: str
    key: str
    problem: str
    allowed: str = ""

    def sentence(self, file: str) -> str:
        """`keepline.toml: [account.1] transport: "sctp" is not allowed; allowed: udp, tcp, tls`."""
        place = " ".join(part for part in (self.table and f"[{self.table}]", self.key) if part)
        text = f"{place}: {self.problem}" if place else self.problem
        return f"{file}: {text}" + (f"; allowed: {self.allowed}" if self.allowed else "")


class SettingsWrong(Exception):
    """The file cannot be used: show every mistake, keep what runs."""

    def __init__(self, file: str, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(file, mistakes)
        self.file = file
        self.mistakes = mistakes

    def sentences(self) -> tuple[str, ...]:
        return tuple(mistake.sentence(self.file) for mistake in self.mistakes)

    def __str__(self) -> str:
        return "\n".join(self.sentences())


class SettingsUnsaved(Exception):
    """The new file could not be written: show the sentence; the old file stands as it was."""
