"""The command line: arguments in, orders over the control socket, JSON on stdout, words on stderr. It decides nothing about calls."""
