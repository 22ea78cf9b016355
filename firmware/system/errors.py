"""What is wrong with a backup, named by what to do."""


class BackupWrong(Exception):
    """This file cannot be taken back: choose another, or give the passphrase. The text is one sentence."""
