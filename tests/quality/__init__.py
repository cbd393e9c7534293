"""Floors under what the tool finds on public labelled sets."""
