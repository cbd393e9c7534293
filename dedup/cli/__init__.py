"""The command line: parse, call one function, print what a renderer returned, exit."""
