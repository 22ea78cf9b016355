"""What is wrong with a backup or an updater, named by what to do."""


class BackupWrong(Exception):
    """This file cannot be taken back: choose another, or give the passphrase. The text is one sentence."""


class UpdaterUnclear(Exception):
    """The updater is there and makes no sense: look at the system. The text is one sentence."""
