"""The battery of bad inputs: each test carries the numbers of the cases that it holds."""
