"""The statevector engine: every circuit, all 2**n amplitudes."""
