"""What strangers, broken servers and broken disks can do to a running device: it must go on, and say so in a sentence."""
