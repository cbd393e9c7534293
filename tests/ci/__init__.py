"""The pieces for CI, run as CI would run them."""
