"""The box as a whole: backup and restore, factory reset, the log's newest lines, the support bundle. Knows files, no page and no call."""
