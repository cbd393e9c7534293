"""Contracts: one set of cases for every twin, reader and format."""
