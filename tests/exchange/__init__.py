"""The rooms of the exchange with real parts around them: real files, the real dial plan, real peers where calls are made."""
