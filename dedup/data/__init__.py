"""The nouns: frozen data that the stages hand to each other, and that do no work themselves.

Each stands in the module of its subject; nothing is passed on from here.
"""
