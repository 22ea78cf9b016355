"""What runs in the guest: the telephone on its simulated wires, and the proofs that use it. Each proof ends with a line of JSON, its figures."""
