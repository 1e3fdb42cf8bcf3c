"""Strangers' files have tests of their own, which are theirs."""

collect_ignore_glob = ["files/*"]
